import assert from "node:assert/strict";
import { baseUrl, openPage, signIn } from "../browser.mjs";
import { manyTraces, newProject, send } from "../seed.mjs";

let seeded = null;

/** Signed in, in a project with 60 traces that all journeys of one run share. */
export async function openSeeded(browser, options) {
  const opened = await openPage(browser, options);
  await signIn(opened.page);
  if (!seeded) {
    seeded = await newProject(opened.page, `e2e ${new Date().toISOString().slice(11, 19)}`);
    await send(seeded.key, manyTraces(60));
    await waitFor(async () => (await countOf(opened.page, seeded.id)) >= 60, "60 traces to be visible");
  }
  const base = `${baseUrl}/project/${seeded.id}`;
  return { ...opened, project: seeded, base, list: `${base}/traces?range=24h` };
}

export async function countOf(page, projectId) {
  return page.evaluate(async (id) => {
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const response = await fetch(`/api/ui/projects/${id}/traces/count?from=${from}`);
    return (await response.json()).count;
  }, projectId);
}

export async function waitFor(condition, what, timeoutMs = 10_000) {
  const until = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const rows = (page) => page.locator(".body-row");
export const query = (page) => page.getByRole("combobox", { name: "Query" });
export const selectedStep = (page) => page.locator(".wr[aria-selected=true] .nme");

export async function gotoList(page, url) {
  await page.goto(url);
  await rows(page).first().waitFor();
}

export function param(page, name) {
  return new URL(page.url()).searchParams.get(name);
}

export async function waitForParam(page, name, expected) {
  await waitFor(() => param(page, name) === expected, `${name}=${expected} in the address, it is ${param(page, name)}`).catch((error) => {
    throw new Error(`${error.message}; now ${param(page, name)}`);
  });
}

/** Nothing was refused by the content security policy and nothing was thrown. */
export function assertQuiet(problems, allowed = []) {
  const real = problems.filter((text) => !allowed.some((pattern) => pattern.test(text)));
  assert.deepEqual(real, [], "console errors");
}
