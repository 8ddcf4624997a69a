// Traces of real frameworks, as recorded for the contract: each opens, and so does every one of its steps. Needs a server
// they were loaded into: tests/sdk/support/with_server.py --fixtures says how many (CLEW_FIXTURE_TRACES) and where
// (CLEW_PROJECT_ID). A run without fixtures, as against the mock server, has nothing to open.
import assert from "node:assert/strict";
import { baseUrl, openPage, signIn } from "../browser.mjs";
import { assertQuiet, waitFor } from "./support.mjs";

const project = process.env.CLEW_PROJECT_ID;
const expected = Number(process.env.CLEW_FIXTURE_TRACES ?? 0);

async function recordedTraces(page) {
  return page.evaluate(async (id) => {
    const response = await fetch(`/api/ui/projects/${id}/traces?limit=200`);
    const rows = response.ok ? (await response.json()).rows : [];
    return { status: response.status, traces: rows.map((row) => ({ id: row.id, steps: row.observationCount })) };
  }, project);
}

export async function everyTraceAndEveryStepOpens(browser) {
  if (expected === 0) return;
  assert.ok(project, `${expected} recorded traces were loaded, but CLEW_PROJECT_ID does not say where`);
  const { page, problems } = await openPage(browser);
  await signIn(page);
  let seen = { status: 0, traces: [] };
  await waitFor(async () => (seen = await recordedTraces(page)).traces.length >= expected, `${expected} recorded traces`).catch((error) => {
    throw new Error(`${error.message}; the last answer was ${seen.status} with ${seen.traces.length} rows`);
  });
  const { traces } = seen;
  for (const trace of traces) {
    await page.goto(`${baseUrl}/project/${project}/traces/${encodeURIComponent(trace.id)}`);
    const steps = page.locator(".wr");
    await steps.first().waitFor();
    await page.keyboard.press("Home");
    for (let step = 1; step < Math.min(trace.steps, 40); step++) {
      await page.keyboard.press("ArrowDown");
      await page.locator(".wr[aria-selected=true]").waitFor();
    }
    await page.getByRole("region", { name: "Selected step" }).getByRole("tab").first().waitFor();
    assert.equal(await page.getByText("did not load").count(), 0, `trace ${trace.id}`);
    assert.equal(await page.getByText("This screen stopped").count(), 0, `trace ${trace.id}`);
  }
  assertQuiet(problems);
}
