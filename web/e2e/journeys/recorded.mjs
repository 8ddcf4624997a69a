// Traces of real frameworks, as recorded for the contract: each opens, and so does every one of its steps. Needs the
// project they were loaded into (CLEW_PROJECT_ID, see tests/sdk/support/with_server.py --fixtures); without it there is
// nothing to open.
import assert from "node:assert/strict";
import { baseUrl, openPage, signIn } from "../browser.mjs";
import { assertQuiet, waitFor } from "./support.mjs";

const project = process.env.CLEW_PROJECT_ID;

async function recordedTraces(page) {
  return page.evaluate(async (id) => {
    const response = await fetch(`/api/ui/projects/${id}/traces?limit=200`);
    return (await response.json()).rows.map((row) => ({ id: row.id, steps: row.observationCount }));
  }, project);
}

export async function everyTraceAndEveryStepOpens(browser) {
  if (!project) return;
  const { page, problems } = await openPage(browser);
  await signIn(page);
  let traces = [];
  await waitFor(async () => (traces = await recordedTraces(page)).length >= 8, "the recorded traces");
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
