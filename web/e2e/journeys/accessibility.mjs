import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { baseUrl, openPage } from "../browser.mjs";
import { gotoList, openSeeded } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 AA as far as a machine can see it. axe is run outside the page's policy, which would refuse it. */
async function check(page, screen) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return result.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""})`).join(" | ")}`);
  });
  if (violations.length > 0) throw new Error(`${screen}\n${violations.join("\n")}`);
}

async function allScreens(browser, theme) {
  const door = await openPage(browser, { theme });
  await door.page.goto(`${baseUrl}/auth/sign-in`);
  await door.page.getByRole("button", { name: "Sign in" }).waitFor();
  await check(door.page, "sign in");
  const { page, list, base } = await openSeeded(browser, { theme });
  await gotoList(page, `${list}&live=off`);
  await page.getByText(/^\d+ traces/).waitFor();
  await check(page, "list");
  await page.goto(`${list}&live=off&q=${encodeURIComponent("level:ERROR")}`);
  await page.locator(".row-link").first().click();
  await page.locator(".peek .wr").first().waitFor();
  await page.locator(".peek .msg, .peek .jv").first().waitFor();
  await page.waitForTimeout(400);
  await check(page, "peek");
  await page.getByRole("link", { name: "Open as page" }).click();
  await page.locator(".props .psec").first().waitFor();
  await check(page, "trace page");
  await page.keyboard.press("m");
  await page.locator(".jv-line").first().waitFor();
  await check(page, "trace page, JSON");
  await page.keyboard.press("3");
  await page.getByRole("region", { name: "Transcript" }).waitFor();
  await check(page, "transcript");
  for (const section of ["general", "refused", "retention", "score-configs", "api-keys", "models", "members", "organization"]) {
    await page.goto(`${base}/settings/${section}`);
    await page.locator(".settings-body h2").first().waitFor();
    await page.waitForTimeout(200);
    await check(page, `settings, ${section}`);
  }
  for (const section of ["overview", "refusals", "dead-letters", "storage", "queries", "settings"]) {
    await page.goto(`${base}/operator/${section}`);
    await page.locator(".settings-body .card, .settings-body .state").first().waitFor();
    await page.waitForTimeout(200);
    await check(page, `operator, ${section}`);
  }
  await page.keyboard.press("Control+k");
  await page.locator(".palette").waitFor();
  await page.waitForTimeout(250);
  await check(page, "palette");
}

export const light = (browser) => allScreens(browser, "light");
export const dark = (browser) => allScreens(browser, "dark");
