// Texts of many megabytes: the page shows the beginning at once and the rest on demand, and stays usable meanwhile.
// CLEW_E2E_TEXT_MB=40 for larger ones than every run needs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { baseUrl } from "../browser.mjs";
import { newProject, send } from "../seed.mjs";
import { assertQuiet, countOf, openSeeded, waitFor } from "./support.mjs";

const kBytes = Number(process.env.CLEW_E2E_TEXT_MB ?? 3) * 1_000_000;
const isMock = !process.env.CLEW_E2E_URL;

const words = (bytes) => Array.from({ length: Math.ceil(bytes / 64) }, (_, at) => `line ${String(at).padStart(9)} of a long report that somebody sent whole\n`).join("");
const messages = (bytes) => JSON.stringify(Array.from({ length: Math.ceil(bytes / 1000) }, (_, at) => ({ at, role: "tool", content: `row ${at} ${"data ".repeat(190)}` })));

const authorization = (key) => `Basic ${btoa(`${key.publicKey}:${key.secretKey}`)}`;

/** One span over OTLP: values above 2 MiB become files there. */
async function sendSpan(key, traceId, attributes) {
  const end = Date.now();
  const span = {
    traceId, spanId: traceId.slice(0, 16), name: "large", kind: 1, startTimeUnixNano: `${end - 2000}000000`, endTimeUnixNano: `${end}000000`,
    attributes: Object.entries(attributes).map(([name, stringValue]) => ({ key: name, value: { stringValue } })),
  };
  const response = await fetch(`${baseUrl}/api/public/otel/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: authorization(key) },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

/** Counts how long the page does not answer, from its first script on. */
const watchPauses = (page) =>
  page.addInitScript(() => {
    globalThis.longestPause = 0;
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      globalThis.longestPause = Math.max(globalThis.longestPause, now - last);
      last = now;
      setTimeout(step, 0);
    };
    step();
  });

async function measured(page, action) {
  const began = performance.now();
  await action();
  const took = Math.round(performance.now() - began);
  const longest = await page.evaluate(() => [globalThis.longestPause, (globalThis.longestPause = 0)][0]);
  return `${took} ms (busy for at most ${Math.round(longest)})`;
}

export async function aLargeTextIsShownInPartAndWholeOnDemand(browser) {
  if (isMock) return;
  const { page, problems } = await openSeeded(browser);
  const project = await newProject(page, `large ${Date.now()}`);
  const traceId = createHash("md5").update(project.id).digest("hex");
  const [input, output] = [words(Math.min(kBytes, 10e6)), messages(kBytes)];
  const [endTime, startTime] = [new Date().toISOString(), new Date(Date.now() - 2000).toISOString()];
  await send(project.key, [{ id: `large-${traceId}`, type: "span-create", timestamp: endTime, body: { id: traceId.slice(0, 16), traceId, name: "large", startTime, endTime, input, output } }]);
  const url = `${baseUrl}/project/${project.id}/traces/${traceId}?observation=${traceId.slice(0, 16)}&tab=messages`;
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the trace to be visible", 30_000);
  await watchPauses(page);
  const opened = await measured(page, async () => {
    await page.goto(url);
    await page.getByRole("region", { name: /^Output, / }).getByText("the first 50,000 characters").waitFor();
  });
  const asked = page.getByRole("region", { name: /^Input, / });
  await asked.getByText("line         0 of a long report").first().waitFor();

  const text = await measured(page, async () => {
    await asked.getByRole("button", { name: "Show all" }).click();
    await asked.getByText(", all of it").waitFor();
  });
  await asked.getByLabel("Find in Input").first().fill(`line ${String(Math.ceil(input.length / 64) - 1).padStart(9)}`);
  await asked.getByText("1 of 1").waitFor();
  await page.keyboard.press("Enter");
  await asked.locator("mark").first().waitFor();

  const answered = page.getByRole("region", { name: /^Output, / });
  const json = await measured(page, async () => {
    await answered.getByRole("button", { name: "Show all" }).click();
    await answered.getByText(", all of it").waitFor();
  });
  assert.ok((await page.locator(".jv-line").count()) < 400, "only the lines in view are drawn");
  console.log(`      ${kBytes / 1e6} MB: opened in ${opened}; all of the text in ${text}; all of the JSON in ${json}`);
  if (process.env.CLEW_E2E_SHOTS) await page.screenshot({ path: `${process.env.CLEW_E2E_SHOTS}/large-${kBytes / 1e6}.png` });

  const download = page.waitForEvent("download");
  await asked.getByRole("link", { name: "Download" }).click();
  const saved = await download;
  assert.equal(saved.suggestedFilename(), `${traceId.slice(0, 16)}-input.txt`);
  assert.equal(readFileSync(await saved.path(), "utf8"), input, "the file is the text, byte for byte");

  await page.getByRole("radio", { name: "JSON" }).click();
  await page.getByRole("region", { name: "the step" }).getByText(", all of it").first().waitFor();
  await page.getByRole("tab", { name: /^Trace/ }).click();
  await page.getByRole("region", { name: /^Input, / }).getByRole("button", { name: "Show all" }).waitFor();
  assertQuiet(problems);
}

export async function aLargeTextKeptAsAFileReadsTheSame(browser) {
  if (isMock) return;
  const { page, problems } = await openSeeded(browser);
  const project = await newProject(page, `moved ${Date.now()}`);
  const traceId = createHash("md5").update(project.id).digest("hex");
  const input = words(kBytes);
  await watchPauses(page);
  await sendSpan(project.key, traceId, { "langfuse.observation.input": input, "langfuse.observation.output": "short" });
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the trace to be visible", 30_000);
  const opened = await measured(page, async () => {
    await page.goto(`${baseUrl}/project/${project.id}/traces/${traceId}?observation=${traceId.slice(0, 16)}&tab=messages`);
    await page.getByRole("region", { name: /^Text, / }).getByText(/the first [\d,]+ characters/).waitFor();
  });
  const text = page.getByRole("region", { name: /^Text, / });
  const all = await measured(page, async () => {
    await text.getByRole("button", { name: "Show all" }).click();
    await text.getByText(", all of it").waitFor();
  });
  console.log(`      ${kBytes / 1e6} MB as a file: opened in ${opened}; all of it in ${all}`);
  await text.getByLabel("Find in Text").first().fill(`line ${String(Math.ceil(input.length / 64) - 1).padStart(9)}`);
  await text.getByText("1 of 1").waitFor();
  const download = page.waitForEvent("download");
  await text.getByRole("link", { name: "Download" }).click();
  assert.equal(readFileSync(await (await download).path(), "utf8"), input, "the file is the text, byte for byte");
  assertQuiet(problems);
}
