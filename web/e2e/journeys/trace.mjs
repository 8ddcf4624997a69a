import assert from "node:assert/strict";
import { largeTraceEvents, newProject, send } from "../seed.mjs";
import { baseUrl } from "../browser.mjs";
import { assertQuiet, countOf, gotoList, openSeeded, param, selectedStep, waitFor, waitForParam } from "./support.mjs";

const kLarge = Number(process.env.CLEW_E2E_LARGE ?? 10_000);

async function openTrace(browser, filter = "level:ERROR") {
  const opened = await openSeeded(browser);
  await gotoList(opened.page, `${opened.list}&live=off&q=${encodeURIComponent(filter)}`);
  const href = await opened.page.locator(".row-link").first().getAttribute("href");
  await opened.page.goto(baseUrl + href);
  await opened.page.locator(".wr").first().waitFor();
  return opened;
}

export async function showsFiguresAndConversation(browser) {
  const { page, problems } = await openTrace(browser);
  await page.getByText("1 error").first().waitFor();
  await page.locator(".wr", { hasText: "final-answer" }).click();
  await page.locator(".msg.m-user", { hasText: "HT 417" }).waitFor();
  await page.locator(".msg strong", { hasText: "TP 1693" }).first().waitFor();
  await page.locator(".tc-h", { hasText: "search_flights" }).click();
  await page.locator(".tc-b").getByText('"TP 1693"').waitFor();
  await page.locator(".props").getByText("Cost").waitFor();
  assertQuiet(problems);
}

export async function keyboardWalksTheTree(browser) {
  const { page } = await openTrace(browser);
  await page.keyboard.press("ArrowDown");
  assert.equal(await selectedStep(page).textContent(), "plan");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await selectedStep(page).textContent(), "agent");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator(".wr").count(), 1, "folded");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("e");
  assert.equal(await selectedStep(page).textContent(), "search_flights");
  await page.getByText("504 Gateway Timeout").first().waitFor();
  await page.keyboard.press("s");
  assert.notEqual(await selectedStep(page).textContent(), "search_flights");
}

export async function selectionIsInTheAddress(browser) {
  const { page } = await openTrace(browser);
  await page.locator(".wr", { hasText: "final-answer" }).click();
  await waitFor(() => (param(page, "observation") ?? "").includes("final-answer"), "the step in the address");
  await page.reload();
  await page.locator(".wr[aria-selected=true]", { hasText: "final-answer" }).waitFor();
}

export async function findsAndWalksHits(browser) {
  const { page } = await openTrace(browser);
  await page.keyboard.press("/");
  await page.keyboard.type("search");
  await page.keyboard.press("Enter");
  assert.match(await selectedStep(page).textContent(), /search_flights|plan|final/);
  await page.locator(".wr mark", { hasText: "search_flights" }).waitFor();
  await page.keyboard.press("Escape");
}

export async function switchesViewsAndRenderings(browser) {
  const { page } = await openTrace(browser);
  await page.keyboard.press("2");
  await page.getByRole("radio", { name: "Tree", checked: true }).waitFor();
  await page.keyboard.press("3");
  await page.getByRole("region", { name: "Transcript" }).getByText("TP 1693").first().waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("m");
  await page.locator(".jv-line.head", { hasText: "Input" }).waitFor();
  await page.getByLabel("Find in the step").fill("TP 1693");
  await page.keyboard.press("Enter");
  await page.locator(".jv-line mark").first().waitFor();
  await page.keyboard.press("Escape");
}

export async function tabShowsTheTraceItself(browser) {
  const { page } = await openTrace(browser);
  await page.getByRole("tab", { name: /Trace/ }).click();
  await waitForParam(page, "tab", "trace");
  await page.getByRole("cell", { name: "groundedness" }).waitFor();
}

export async function opensAndScrollsAVeryLargeTrace(browser) {
  const { page } = await openSeeded(browser);
  const project = await newProject(page, `large ${Date.now()}`);
  const id = `large${Date.now()}`;
  await send(project.key, largeTraceEvents(id, kLarge));
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the trace");
  await waitFor(async () => {
    const detail = await page.evaluate(async ([p, t]) => (await fetch(`/api/ui/projects/${p}/traces/${t}`)).json(), [project.id, id]);
    return detail.observations?.length === kLarge || detail.truncated;
  }, "all steps", 30_000);
  const began = performance.now();
  await page.goto(`${baseUrl}/project/${project.id}/traces/${id}`);
  await page.locator(".wr").first().waitFor();
  const opened = performance.now() - began;
  const drawn = await page.locator(".wr").count();
  assert.ok(drawn < 150, `${drawn} rows drawn`);
  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector("[role=tree]").parentElement;
    const times = [];
    let last = performance.now();
    for (let step = 0; step < 60; step++) {
      scroller.scrollTop += 3000;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times.sort((left, right) => left - right);
  });
  console.log(`      ${kLarge} steps: opened in ${Math.round(opened)} ms, scrolling median ${frames[30].toFixed(1)} ms, p95 ${frames[57].toFixed(1)} ms per frame`);
  await page.keyboard.press("e");
  await page.locator(".wr[aria-selected=true]", { hasText: `step ${kLarge - 1}` }).waitFor();
}

export async function unknownTraceExplains(browser) {
  const { page, base } = await openSeeded(browser);
  await page.goto(`${base}/traces/00000000000000000000000000000000`);
  await page.getByText("This trace is not here").waitFor();
}

export async function stepsThroughTheListItCameFrom(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, `${list}&live=off&q=${encodeURIComponent("level:ERROR")}`);
  const hrefs = await page.locator(".row-link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  await page.goto(baseUrl + hrefs[0]);
  await page.locator(".wr").first().waitFor();
  await page.keyboard.press("j");
  await waitFor(() => new URL(page.url()).pathname === hrefs[1], "the next trace of the list");
  await page.locator(".wr").first().waitFor();
  await page.keyboard.press("k");
  await waitFor(() => new URL(page.url()).pathname === hrefs[0], "the previous trace of the list");
  await page.keyboard.press("Escape");
  await waitForParam(page, "q", "level:ERROR");
}
