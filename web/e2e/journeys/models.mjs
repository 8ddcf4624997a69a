// Settings → Models & prices: what a person relies on when a model has no price, or the wrong one.
import assert from "node:assert/strict";
import { manyTraces, newProject, send } from "../seed.mjs";
import { baseUrl } from "../browser.mjs";
import { assertQuiet, countOf, openSeeded, waitFor } from "./support.mjs";

async function openModels(browser) {
  const opened = await openSeeded(browser);
  const project = await newProject(opened.page, `models ${Date.now()}`);
  const url = `${baseUrl}/project/${project.id}/settings/models`;
  await opened.page.goto(url);
  await opened.page.getByRole("cell", { name: /gpt-4o/ }).first().waitFor();
  return { ...opened, project, url };
}

export async function modelIsAddedTestedChangedAndDeleted(browser) {
  const { page, problems } = await openModels(browser);
  await page.getByRole("button", { name: "Add model" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Model name").fill("house-llm");
  assert.equal(await dialog.getByLabel("Match pattern").inputValue(), "(?i)^house-llm$", "a pattern is suggested");
  await dialog.getByLabel("Price 1", { exact: true }).fill("2");
  await dialog.getByLabel("Price 2", { exact: true }).fill("8");
  await dialog.getByRole("button", { name: "Save model" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: /house-llm.*project/ }).first().waitFor();

  await page.getByLabel("Model name in a trace").fill("House-LLM");
  await page.keyboard.press("Enter");
  await page.getByText("of this project").waitFor();
  await page.getByText("$0.0028").waitFor(); // 1000 × $2 + 100 × $8 per million

  await page.getByRole("button", { name: "Edit house-llm" }).click();
  assert.equal(await dialog.getByLabel("Price 1", { exact: true }).inputValue(), "2", "prices come back as they were typed");
  await dialog.getByLabel("Price 1", { exact: true }).fill("");
  await dialog.getByRole("button", { name: "Save model" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Price 1", { exact: true }).fill("4");
  await dialog.getByRole("button", { name: "Save model" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Test match" }).click();
  await page.getByText("$0.0048").waitFor();

  await page.getByRole("button", { name: "Delete house-llm" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete model" }).click();
  await waitFor(async () => (await page.getByRole("cell", { name: /house-llm/ }).count()) === 0, "the definition to go");
  assertQuiet(problems);
}

export async function builtInModelIsClonedNotEdited(browser) {
  const { page } = await openModels(browser);
  await page.getByLabel("Search models").fill("gpt-4o");
  await waitFor(() => new URL(page.url()).searchParams.get("q") === "gpt-4o", "the search to be in the address");
  assert.equal(await page.getByRole("button", { name: "Edit gpt-4o", exact: true }).count(), 0);
  await page.getByRole("button", { name: "Clone gpt-4o", exact: true }).click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.getByLabel("Conditional tiers").inputValue(), /service_tier/, "its tiers come along");
  await dialog.getByLabel("Model name").fill("my gpt-4o");
  await dialog.getByRole("button", { name: "Save model" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: /my gpt-4o.*project/ }).first().waitFor();
  await page.reload();
  await page.getByRole("cell", { name: /my gpt-4o/ }).first().waitFor();
}

export async function pastIsPricedAnewAfterALook(browser) {
  const { page, project, url } = await openModels(browser);
  await send(project.key, manyTraces(3));
  await waitFor(async () => (await countOf(page, project.id)) >= 3, "traces to be visible");
  await page.goto(url);
  await page.getByRole("button", { name: "Show what would change" }).click();
  await page.getByText(/Preview of all models.*observations/).waitFor();
  await waitFor(async () => (await page.getByText(/would (go|change)/).count()) > 0, "the preview to end");
  const apply = page.getByRole("button", { name: "Apply new prices" });
  if ((await apply.count()) === 0) return; // nothing to change: there is no button to press
  await apply.click();
  await page.getByText(/Re-pricing of all models.* went /).waitFor();
}
