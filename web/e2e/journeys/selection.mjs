// Rows chosen for an action, and what still runs.
import assert from "node:assert/strict";
import { baseUrl } from "../browser.mjs";
import { manyTraces, newProject, send } from "../seed.mjs";
import { assertQuiet, countOf, gotoList, openSeeded, rows, waitFor, waitForParam } from "./support.mjs";

const chosen = (page) => page.locator(".body-row").getByRole("checkbox", { checked: true });
const box = (page, at) => rows(page).nth(at).getByRole("checkbox");
const idOf = async (page, at) => (await rows(page).nth(at).getAttribute("id")).replace("row-", "");

async function openProject(browser, events, traces) {
  const opened = await openSeeded(browser);
  await opened.page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(baseUrl).origin });
  const project = await newProject(opened.page, `selection ${Date.now()}`);
  await send(project.key, events);
  await waitFor(async () => (await countOf(opened.page, project.id)) >= traces, "traces to be visible");
  return { ...opened, project, url: `${baseUrl}/project/${project.id}/traces?range=24h&live=off` };
}

export async function rowsAreChosenByBoxByRangeAndByKey(browser) {
  const { page, url, problems } = await openProject(browser, manyTraces(8), 8);
  await gotoList(page, url);
  await box(page, 1).click();
  await page.getByText("1 trace selected").waitFor();
  await box(page, 4).click({ modifiers: ["Shift"] });
  await page.getByText("4 traces selected").waitFor();
  await box(page, 2).click();
  assert.equal(await chosen(page).count(), 3, "a second press drops the row");
  assert.equal(await page.getByRole("checkbox", { name: "Select all on this page" }).getAttribute("aria-checked"), "mixed");
  await page.keyboard.press("Escape");
  await waitFor(async () => (await chosen(page).count()) === 0, "Escape to clear the selection");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+x");
  await page.getByText("3 traces selected").waitFor();
  const first = await idOf(page, 0);
  await page.keyboard.press("y");
  await page.getByText("Copied 3 trace ids").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.split("\n").length === 3 && copied.includes(first), copied);
  await page.keyboard.press("Shift+a");
  await page.getByText("8 traces selected").waitFor();
  await page.locator(".facets").getByRole("checkbox").first().click();
  await waitFor(async () => (await page.getByRole("toolbar", { name: "Selected rows" }).count()) === 0, "another query to begin without a selection");
  assertQuiet(problems);
}

export async function chosenTracesAreDeletedAfterAQuestionWithTheirNumber(browser) {
  const { page, project, url, problems } = await openProject(browser, manyTraces(6), 6);
  await gotoList(page, url);
  const [kept, gone] = [await idOf(page, 0), await idOf(page, 1)];
  await box(page, 1).click();
  await box(page, 3).click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 3 traces?" });
  await dialog.getByText("This cannot be undone").waitFor();
  await dialog.getByRole("button", { name: "Keep" }).click();
  assert.equal(await countOf(page, project.id), 6, "nothing goes without a yes");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete 3 traces" }).click();
  await page.getByText("3 traces deleted").waitFor();
  await waitFor(async () => (await countOf(page, project.id)) === 3, "three traces to be left");
  await page.locator(`[id="row-${kept}"]`).waitFor();
  await waitFor(async () => (await page.locator(`[id="row-${gone}"]`).count()) === 0, "its row to leave");
  assertQuiet(problems);
}

export async function observationsAreChosenButNotDeleted(browser) {
  const { page, url } = await openProject(browser, manyTraces(3), 3);
  await gotoList(page, `${url}&view=observations`);
  await page.getByRole("checkbox", { name: "Select all on this page" }).click();
  await page.getByRole("button", { name: "Copy trace ids" }).click();
  await page.getByText("Copied 3 trace ids").waitFor();
  assert.equal(await page.getByRole("button", { name: "Delete", exact: true }).count(), 0, "only whole traces are deleted");
}

export async function whatStillRunsIsMarkedAndFound(browser) {
  const now = Date.now();
  const event = (type, body) => ({ id: crypto.randomUUID(), type, timestamp: new Date(now).toISOString(), body });
  const span = (id, traceId, more) => event("span-create", { id, traceId, name: id, startTime: new Date(now - 60_000).toISOString(), ...more });
  const end = new Date(now - 30_000).toISOString();
  const { page, url, problems } = await openProject(browser, [
    event("trace-create", { id: `open-${now}`, name: "still at it", timestamp: new Date(now - 60_000).toISOString() }),
    span(`busy-${now}`, `open-${now}`, {}),
    span(`ready-${now}`, `open-${now}`, { endTime: end }),
    event("trace-create", { id: `over-${now}`, name: "all done", timestamp: new Date(now - 50_000).toISOString() }),
    span(`done-${now}`, `over-${now}`, { endTime: end }),
  ], 2);
  await gotoList(page, url);
  await page.locator(".body-row", { hasText: "still at it" }).getByText("running").waitFor();
  await page.getByRole("button", { name: "Running" }).click();
  await waitForParam(page, "q", "state:running");
  await page.getByText(/^1 trace,/).waitFor();
  await page.goto(`${url}&view=observations&q=${encodeURIComponent("is:running")}`);
  await page.getByText(/^1 observation,/).waitFor();
  await page.locator(".body-row", { hasText: `busy-${now}` }).getByText("running").waitFor();
  await gotoList(page, `${url}&view=observations`);
  await page.getByText(/^3 observations,/).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("state:");
  await page.getByRole("option", { name: /ended/ }).waitFor();
  assertQuiet(problems);
}
