import assert from "node:assert/strict";
import { baseUrl } from "../browser.mjs";
import { newProject, send, travelEvents } from "../seed.mjs";
import { assertQuiet, countOf, gotoList, openSeeded, param, query, rows, waitFor, waitForParam } from "./support.mjs";

const names = (page) => page.locator(".body-row .nm").allTextContents();

export async function showsTracesWithTrueFigures(browser) {
  const { page, list, problems } = await openSeeded(browser);
  await gotoList(page, list);
  await page.getByText(/60 traces, 6 with errors/).waitFor();
  assert.ok((await rows(page).count()) >= 15);
  assertQuiet(problems);
}

export async function typedConditionReachesAddressFacetsAndRows(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await query(page).fill("env:staging");
  await page.keyboard.press("Enter");
  await waitForParam(page, "q", "env:staging");
  await page.getByText(/^15 traces/).waitFor();
  await page.locator(".facets").getByRole("checkbox", { name: /staging/, checked: true }).waitFor();
  await page.reload();
  await page.getByText(/^15 traces/).waitFor();
  await page.getByRole("button", { name: /Remove env/ }).click();
  await page.getByText(/^60 traces/).waitFor();
}

export async function facetAndBarAreOneState(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.locator(".facets").getByRole("checkbox", { name: /refund-policy-qa/ }).click();
  await waitForParam(page, "q", "name:refund-policy-qa");
  await page.locator(".tok", { hasText: "refund-policy-qa" }).waitFor();
  await page.getByText(/^20 traces/).waitFor();
  await waitFor(async () => (await names(page)).every((name) => name.includes("refund-policy-qa")), "only rows of that name");
  await page.goBack();
  await page.getByText(/^60 traces/).waitFor();
}

export async function wrongConditionBlocksRunningNotTyping(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await query(page).fill("duration:>fast");
  await page.keyboard.press("Enter");
  await page.getByText("duration needs a time, such as 5s or 200ms.").waitFor();
  assert.ok((await rows(page).count()) > 0, "the rows stay");
  await page.keyboard.press("Backspace");
  assert.equal(await query(page).inputValue(), "duration:>fast");
}

export async function suggestsValuesWithCounts(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.getByText(/^60 traces/).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("user:");
  await page.getByRole("option", { name: /u_3/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await waitFor(() => (param(page, "q") ?? "").startsWith("user:u_"), "a user condition");
  await page.getByText(/^12 traces/).waitFor();
}

export async function searchesInsidePayloads(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await query(page).fill("wombat");
  await page.keyboard.press("Enter");
  await page.getByText(/^1 trace/).waitFor();
  await page.locator(".body-row mark", { hasText: "wombat" }).first().waitFor();
}

export async function nothingMatchesSaysWhichConditionToDrop(browser) {
  const { page, list } = await openSeeded(browser);
  await page.goto(`${list}&q=${encodeURIComponent("env:production name:nobody")}`);
  await page.getByRole("button", { name: "Drop name:nobody" }).click();
  await waitForParam(page, "q", "env:production");
}

export async function sortsByHeader(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, `${list}&live=off`);
  await page.getByRole("columnheader", { name: "Duration" }).getByRole("button").click();
  await page.locator('.tr.h [aria-sort="descending"]', { hasText: "Duration" }).waitFor();
  await waitFor(async () => {
    const texts = await page.locator(".body-row .lat").allTextContents();
    const seconds = texts.slice(0, 8).map((text) => parseFloat(text));
    return seconds.length === 8 && seconds.every((value, at) => at === 0 || value <= seconds[at - 1]);
  }, "durations in descending order");
}

export async function columnsAreRemembered(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Output" }).click();
  await page.getByRole("checkbox", { name: "User" }).click();
  await page.keyboard.press("Escape");
  await page.reload();
  await rows(page).first().waitFor();
  const heads = (await page.getByRole("columnheader").allTextContents()).map((text) => text.trim());
  assert.ok(heads.includes("User") && !heads.includes("Output"), heads.join(", "));
}

export async function draggingThePulseZoomsAndBackUndoes(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  const box = await page.locator(".pstrip svg").boundingBox();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await waitFor(() => (param(page, "range") ?? "").includes("/"), "two instants in the address");
  await page.goBack();
  await waitForParam(page, "range", "24h");
}

export async function peekOpensMovesAndCloses(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, `${list}&live=off`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".peek .wr").first().waitFor();
  const first = param(page, "peek");
  await page.keyboard.press("j");
  await waitFor(() => param(page, "peek") !== first, "the next trace");
  await page.keyboard.press("k");
  await waitForParam(page, "peek", first);
  await page.keyboard.press("Control+k");
  await page.locator(".palette").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".palette").waitFor({ state: "detached" });
  assert.equal(param(page, "peek"), first, "Escape closes the innermost thing only");
  await page.keyboard.press("Escape");
  await waitForParam(page, "peek", null);
  assert.equal(await page.locator(".peek").count(), 0);
}

export async function peekSaysWhyARowIsThere(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, `${list}&live=off&q=${encodeURIComponent("level:ERROR env:production")}`);
  await page.locator(".row-link").first().click();
  await page.getByText("Why it is in this list:").waitFor();
  await page.getByText(/1 step failed/).waitFor();
}

export async function observationsAreTheirOwnList(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.getByRole("radio", { name: "Observations" }).click();
  await waitForParam(page, "view", "observations");
  await page.locator(".body-row .g-tool").first().waitFor();
  await page.locator(".facets").getByRole("checkbox", { name: /tool/ }).first().click();
  await page.getByText(/^60 observations/).waitFor();
}

export async function newRowsAppearByThemselves(browser) {
  const { page } = await openSeeded(browser);
  const project = await newProject(page, `live ${Date.now()}`);
  await send(project.key, travelEvents(`before${Date.now()}`, Date.now() - 60_000));
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the first trace");
  await page.goto(`${baseUrl}/project/${project.id}/traces?range=24h&q=name:just-arrived`);
  await page.getByText("No trace matches").waitFor();
  await send(project.key, travelEvents(`live${Date.now()}`, Date.now() - 5000, { name: "just-arrived" }));
  const sent = performance.now();
  await rows(page).first().waitFor({ timeout: 8000 });
  console.log(`      acknowledged to on screen: ${Math.round(performance.now() - sent)} ms`);
}
