// Deleting, keeping and what scores may be: what a person relies on before something is gone for good.
import assert from "node:assert/strict";
import { baseUrl } from "../browser.mjs";
import { manyTraces, newProject, send } from "../seed.mjs";
import { assertQuiet, countOf, gotoList, openSeeded, rows, waitFor } from "./support.mjs";

async function openProject(browser, traces) {
  const opened = await openSeeded(browser);
  const project = await newProject(opened.page, `upkeep ${Date.now()}`);
  if (traces > 0) {
    await send(project.key, manyTraces(traces));
    await waitFor(async () => (await countOf(opened.page, project.id)) >= traces, "traces to be visible");
  }
  return { ...opened, project, url: `${baseUrl}/project/${project.id}` };
}

export async function aShorterRetentionIsAskedForAndShowsWhatItTakes(browser) {
  const { page, url, problems } = await openProject(browser, 3);
  await page.goto(`${url}/settings/retention`);
  await page.getByText("None: nothing is deleted by age").waitFor();
  await page.getByLabel("Delete data that is older than a limit").check();
  await page.getByLabel("Days to keep").fill("2");
  await page.getByText("A whole number of days from 3").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save" }).isDisabled(), true, "a limit below 3 days cannot be saved");
  await page.getByLabel("Days to keep").fill("30");
  await page.getByText("Nothing: the oldest observation is from").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("cannot be undone").waitFor();
  await dialog.getByRole("button", { name: "Delete older data" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.reload();
  assert.equal(await page.getByLabel("Days to keep").inputValue(), "30");
  await page.getByLabel("Keep data without a limit").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("None: nothing is deleted by age").waitFor();
  assertQuiet(problems);
}

export async function allThatMatchAreDeletedAfterAQuestion(browser) {
  const { page, project, url, problems } = await openProject(browser, 55);
  await gotoList(page, `${url}/traces?range=24h&live=off`);
  await page.getByRole("checkbox", { name: "Select all on this page" }).click();
  await page.getByRole("button", { name: "Select all 55 that match" }).click();
  await page.getByText("All 55 that match selected").waitFor();
  await page.keyboard.press("#");
  await page.getByRole("dialog", { name: "Delete 55 traces?" }).getByRole("button", { name: "Keep" }).click();
  assert.equal(await countOf(page, project.id), 55, "nothing goes without a yes");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete 55 traces" }).click();
  await page.getByText("55 traces deleted").waitFor({ timeout: 20_000 });
  await waitFor(async () => (await rows(page).count()) === 0, "the list to be empty");
  assertQuiet(problems);
}

export async function oneTraceIsDeletedFromItsPage(browser) {
  const { page, project, url } = await openProject(browser, 2);
  await gotoList(page, `${url}/traces?range=24h&live=off`);
  await page.goto(new URL(await page.locator(".row-link").first().getAttribute("href"), baseUrl).href);
  await page.getByRole("button", { name: "Delete trace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete trace" }).click();
  await page.waitForURL(/\/traces(\?|$)/);
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the trace to be gone");
}

export async function aScoreConfigIsMadeChangedArchivedAndRestored(browser) {
  const { page, url } = await openProject(browser, 0);
  await page.goto(`${url}/settings/score-configs`);
  await page.getByRole("button", { name: "Add score config" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("a/b");
  await dialog.getByLabel("Minimum").fill("1");
  await dialog.getByLabel("Maximum").fill("0");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Letters, digits, spaces").waitFor();
  await dialog.getByText("Must be greater than the minimum").waitFor();
  await dialog.getByLabel("Name").fill("helpfulness");
  await dialog.getByLabel("Type").selectOption("CATEGORICAL");
  await dialog.getByLabel("Label 1").fill("poor");
  await dialog.getByLabel("Label 2").fill("poor");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This label is there already").waitFor();
  await dialog.getByLabel("Label 2").fill("good");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: "poor (0), good (1)" }).waitFor();
  await page.getByRole("button", { name: "Edit helpfulness" }).click();
  assert.equal(await dialog.getByLabel("Type").isDisabled(), true, "the type stays");
  await dialog.getByLabel("Description").fill("Did it help?");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "Did it help?" }).waitFor();
  await page.getByRole("button", { name: "Archive helpfulness" }).click();
  await page.getByText("All score configs are archived").waitFor();
  await page.getByLabel("Show 1 archived config").check();
  await page.reload();
  await page.getByRole("button", { name: "Restore helpfulness" }).click();
  await page.getByRole("button", { name: "Archive helpfulness" }).waitFor();
}
