import assert from "node:assert/strict";
import { account, baseUrl, openPage, signIn } from "../browser.mjs";
import { assertQuiet, gotoList, openSeeded } from "./support.mjs";

export async function wrongPasswordSaysSo(browser) {
  const { page } = await openPage(browser);
  await page.goto(`${baseUrl}/auth/sign-in`);
  await page.getByLabel("E-mail").fill(account.email);
  await page.getByLabel("Password").fill("wrong-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  assert.match(page.url(), /sign-in/);
}

export async function signInByKeyboardOnly(browser) {
  const { page, problems } = await openPage(browser);
  await page.goto(`${baseUrl}/auth/sign-in`);
  await page.getByLabel("E-mail").focus();
  await page.keyboard.type(account.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(account.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/project\//);
  assertQuiet(problems);
}

export async function returnsToTheWantedPage(browser) {
  const { page, base } = await openSeeded(browser);
  await page.context().clearCookies();
  await page.goto(`${base}/settings/api-keys`);
  await page.waitForURL(/auth\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/settings\/api-keys/);
}

export async function signOutEndsTheSession(browser) {
  const { page } = await openPage(browser);
  await signIn(page);
  await page.locator(".nav-foot button.nav-item").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/auth\/sign-in/);
  await page.goto(`${baseUrl}/`);
  await page.waitForURL(/auth\/sign-in/);
}

export async function themeIsKeptAndSetBeforeTheFirstPaint(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.keyboard.press("Control+.");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction(() => document.body !== null);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
}

export async function shortAddressesFindTheirProject(browser) {
  const { page, list, project } = await openSeeded(browser);
  await gotoList(page, list);
  const href = await page.locator(".row-link").first().getAttribute("href");
  const traceId = href.split("/").at(-1);
  await page.goto(`${baseUrl}/trace/${traceId}`);
  await page.waitForURL(new RegExp(`/project/${project.id}/traces/${traceId}`));
  await page.goto(`${baseUrl}/project/~/settings/general`);
  await page.waitForURL(new RegExp(`/project/${project.id}/settings/general`));
  await page.goto(`${baseUrl}/trace/does-not-exist`);
  await page.getByText("This trace does not exist").waitFor();
  await page.goto(`${baseUrl}/no/such/page`);
  await page.getByText("This page does not exist").waitFor();
}

export async function paletteGoesPlaces(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("api keys");
  await page.keyboard.press("Enter");
  await page.waitForURL(/settings\/api-keys/);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("wombat");
  await page.getByRole("option", { name: /Traces with/ }).click();
  await page.waitForURL(/q=wombat/);
}

export async function sessionThatEndedLeadsToTheDoorAndBack(browser) {
  const { page, list } = await openSeeded(browser);
  await gotoList(page, list);
  await page.context().clearCookies();
  await page.waitForURL(/auth\/sign-in\?next=/, { timeout: 8000 });
}
