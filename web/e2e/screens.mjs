// Pictures of every screen in both themes, for eyes: `node e2e/screens.mjs [folder]`, default build/screens.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { baseUrl, launch, openPage, signIn } from "./browser.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../build/screens", import.meta.url));
const only = process.env.ONLY?.split(",");
mkdirSync(folder, { recursive: true });

const browser = await launch();
const themes = process.env.THEMES?.split(",") ?? ["light", "dark"];
for (const theme of themes) {
  const { page, problems } = await openPage(browser, { theme });
  const shoot = async (name, steps) => {
    if (only && !only.some((part) => name.includes(part))) return;
    await steps();
    await page.waitForTimeout(450);
    await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
  };
  await shoot("00-sign-in", () => page.goto(`${baseUrl}/auth/sign-in`));
  await shoot("00-sign-up", () => page.goto(`${baseUrl}/auth/sign-up`));
  await signIn(page);
  await page.waitForSelector("[role=row].body-row");
  const project = new URL(page.url()).pathname.split("/")[2];
  const base = `${baseUrl}/project/${project}`;
  const listUrl = `${base}/traces`;
  await shoot("01-list", () => page.goto(listUrl).then(() => page.waitForSelector(".body-row")));
  await shoot("01-list-peek", async () => {
    await page.goto(`${listUrl}?q=${encodeURIComponent("env:production duration:>5s level:ERROR cancelled")}&live=off`);
    await page.locator(".body-row .row-link").first().click();
    await page.waitForSelector(".peek .wr");
    for (let at = 0; at < 3; at++) await page.keyboard.press("e");
  });
  await shoot("01-list-suggest", async () => {
    await page.goto(`${listUrl}?live=off`);
    await page.waitForSelector(".body-row");
    await page.getByRole("combobox", { name: "Query" }).fill("env:");
    await page.waitForSelector("[role=option]");
  });
  await shoot("01-observations", () => page.goto(`${listUrl}?view=observations&live=off`).then(() => page.waitForSelector(".body-row")));
  await shoot("01-nothing", () => page.goto(`${listUrl}?q=${encodeURIComponent("env:production tags:none-such")}`).then(() => page.waitForSelector(".state")));
  const traceHref = await (async () => {
    await page.goto(`${listUrl}?q=${encodeURIComponent("level:ERROR name:rebooking-agent")}&live=off`);
    await page.waitForSelector(".body-row");
    return page.locator(".body-row .row-link").first().getAttribute("href");
  })();
  const trace = `${baseUrl}${traceHref}`;
  const openTrace = async () => {
    await page.goto(trace);
    await page.waitForSelector(".wr");
  };
  await shoot("02-trace", async () => {
    await openTrace();
    await page.locator(".wr", { hasText: "final-answer" }).click();
    await page.waitForSelector(".msg");
    await page.locator(".tc-h").nth(1).click();
  });
  await shoot("02-trace-json", async () => {
    await openTrace();
    await page.locator(".wr", { hasText: "final-answer" }).click();
    await page.waitForSelector(".msg");
    await page.keyboard.press("m");
    await page.waitForSelector(".jv-line");
    await page.keyboard.press("m");
    await page.keyboard.press("m");
  });
  await page.evaluate(() => localStorage.removeItem("clew.step.rendering"));
  await shoot("02-trace-tree", () => openTrace().then(() => page.keyboard.press("2")));
  await shoot("02-trace-transcript", () => openTrace().then(() => page.keyboard.press("3")));
  await page.evaluate(() => localStorage.removeItem("clew.trace.mode"));
  await shoot("02-trace-large", () => page.goto(`${base}/traces/1a26e000000000000000000000025000`).then(() => page.waitForSelector(".wr")));
  await shoot("07-first-run", () => page.goto(`${baseUrl}/project/concierge-eu/traces`).then(() => page.waitForSelector(".stp")));
  await shoot("08-palette", async () => {
    await page.goto(`${listUrl}?live=off`);
    await page.waitForSelector(".body-row");
    await page.keyboard.press("Control+k");
    await page.waitForSelector(".palette");
    await page.keyboard.type("set");
  });
  await shoot("10-settings", () => page.goto(`${base}/settings/general`).then(() => page.waitForSelector("h2")));
  await shoot("10-settings-keys", () => page.goto(`${base}/settings/api-keys`).then(() => page.waitForSelector("tbody tr")));
  await shoot("10-settings-members", () => page.goto(`${base}/settings/members`).then(() => page.waitForSelector("tbody tr")));
  await shoot("10-settings-organization", () => page.goto(`${base}/settings/organization`).then(() => page.waitForSelector("tbody tr")));
  await shoot("11-setup", () => page.goto(`${baseUrl}/setup`).then(() => page.waitForSelector("input")));
  await shoot("12-not-found", () => page.goto(`${baseUrl}/nowhere`).then(() => page.waitForSelector(".state")));
  if (problems.length > 0) console.log(theme, [...new Set(problems)].join("\n"));
  await page.context().close();
}
await browser.close();
