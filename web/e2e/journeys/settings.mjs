import assert from "node:assert/strict";
import { openSeeded, waitFor } from "./support.mjs";
import { callUi, newProject } from "../seed.mjs";
import { baseUrl } from "../browser.mjs";

export async function renamesAProject(browser) {
  const { page } = await openSeeded(browser);
  const name = `renamed ${Date.now()}`;
  const project = await newProject(page, `before ${Date.now()}`);
  await page.goto(`${baseUrl}/project/${project.id}/settings/general`);
  await page.getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByText("Saved").waitFor();
  await page.locator(".nav-brand .proj", { hasText: name }).waitFor();
}

export async function keyIsShownOnceAndCanBeDeleted(browser) {
  const { page, base } = await openSeeded(browser);
  await page.goto(`${base}/settings/api-keys`);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill("to be deleted");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("shown once").waitFor();
  const secret = await dialog.getByText(/^sk-lf-/).textContent();
  assert.ok(secret.length > 20, "the whole secret");
  await dialog.getByRole("button", { name: "Copy as .env" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /LANGFUSE_SECRET_KEY="sk-lf-/);
  await dialog.getByRole("button", { name: "Done" }).click();
  assert.equal(await page.getByText(secret).count(), 0, "the secret is gone");
  await page.getByRole("button", { name: "Delete key to be deleted" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete key" }).click();
  await waitFor(async () => (await page.getByRole("cell", { name: "to be deleted" }).count()) === 0, "the key to go");
}

export async function lastOwnerStays(browser) {
  const { page, base } = await openSeeded(browser);
  await page.goto(`${base}/settings/members`);
  await page.getByText("you", { exact: true }).waitFor();
  await page.getByRole("row", { name: /you/ }).getByRole("combobox").selectOption("VIEWER");
  await page.getByRole("alert").waitFor();
}

export async function organizationListsItsProjects(browser) {
  const { page, base, project } = await openSeeded(browser);
  await page.goto(`${base}/settings/organization`);
  await page.getByRole("link", { name: project.name }).waitFor();
  await page.getByRole("link", { name: "New project" }).waitFor();
}

export async function tablesFitTheScreen(browser) {
  const { page, base, project } = await openSeeded(browser, { width: 1280 });
  await callUi(page, "POST", `/api/ui/projects/${project.id}/score-configs`, {
    name: "helpfulness", dataType: "CATEGORICAL", description: "Did the answer help the person who asked, in the eyes of somebody who knows the case?",
    categories: ["not at all", "partly", "completely"].map((label, value) => ({ label, value })),
  });
  for (const section of ["refused", "score-configs", "api-keys", "models", "members", "organization"]) {
    await page.goto(`${base}/settings/${section}`);
    await page.locator(".settings-body h2").first().waitFor();
    if (section !== "refused") await page.locator("table.dtable tbody tr").first().waitFor();
    const cut = await page.evaluate(() => [...document.querySelectorAll(".dtable")].map((table) => table.scrollWidth - table.parentElement.clientWidth));
    assert.ok(cut.every((pixels) => pixels <= 0), `${section}: ${cut} pixels are out of sight`);
  }
}
