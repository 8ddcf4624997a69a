// One Chromium for all scripts, with the flags a container needs.
import { chromium } from "playwright-core";

export const baseUrl = process.env.CLEW_E2E_URL ?? "http://127.0.0.1:24310";
export const account = { email: process.env.CLEW_E2E_EMAIL ?? "demo@clew.local", password: process.env.CLEW_E2E_PASSWORD ?? "demo" };

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CLEW_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** A page whose console errors and refused resources are collected: a strict policy must not be violated anywhere. */
export async function openPage(browser, { theme = "light", width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: "en-GB", timezoneId: "Europe/Oslo" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: baseUrl });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  return { page, context, problems };
}

export async function signIn(page) {
  await page.goto(`${baseUrl}/auth/sign-in`);
  await page.getByLabel("E-mail").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/project\//);
}
