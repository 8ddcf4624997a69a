import assert from "node:assert/strict";
import { baseUrl, openPage, signIn } from "../browser.mjs";
import { send, travelEvents } from "../seed.mjs";
import { assertQuiet } from "./support.mjs";

/** From nothing to the first trace: project, key, snippet, and the page that turns into the list. */
export async function firstTraceTurnsThePageIntoTheList(browser) {
  const { page, problems } = await openPage(browser);
  await signIn(page);
  await page.getByRole("button", { name: /switch project$/ }).click();
  await page.getByRole("menuitem", { name: "New project" }).first().click();
  await page.getByLabel("Project").fill(`first ${Date.now()}`);
  await page.keyboard.press("Enter");
  await page.getByText("shown once").waitFor();
  const publicKey = await page.getByText(/^pk-lf-/).textContent();
  const secretKey = await page.getByText(/^sk-lf-/).textContent();
  await page.getByRole("button", { name: "Send the first trace" }).click();
  await page.getByRole("heading", { name: "Send your first trace" }).waitFor();
  for (const language of ["TypeScript", "OpenTelemetry", "curl", "Python"]) await page.getByRole("tab", { name: language }).click();
  await page.getByText("from langfuse.openai import openai").first().waitFor();
  await send({ publicKey, secretKey }, travelEvents(`first${Date.now()}`, Date.now() - 4000));
  const sent = performance.now();
  await page.locator(".body-row").first().waitFor({ timeout: 8000 });
  console.log(`      acknowledged to list: ${Math.round(performance.now() - sent)} ms`);
  assert.match(page.url(), new RegExp(`^${baseUrl}/project/`));
  assertQuiet(problems);
}
