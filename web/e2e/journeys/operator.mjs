import assert from "node:assert/strict";
import { openPage, signIn, baseUrl } from "../browser.mjs";
import { newProject, send } from "../seed.mjs";
import { countOf, openSeeded, waitFor } from "./support.mjs";

/** On the mock server an event with this metadata is accepted and cannot be stored. */
const poison = (id) => [{ id: `poison-${id}`, type: "span-create", timestamp: new Date().toISOString(), body: { id, traceId: id, name: "mended later", startTime: new Date().toISOString(), metadata: { mock: "poison" } } }];
const isMock = !process.env.CLEW_E2E_URL;

export async function theInstanceIsShownAsItIs(browser) {
  const { page, base, problems } = await openSeeded(browser);
  await page.goto(base);
  await page.getByRole("link", { name: "Operator", exact: true }).click();
  await page.getByRole("heading", { name: /Everything runs|dead letter/ }).waitFor();
  for (const figure of ["Accepted", "Lag", "Backlog", "Dead letters"]) await page.getByRole("term").filter({ hasText: figure }).first().waitFor();
  await page.getByRole("img", { name: /^Items: accepted/ }).waitFor();
  await page.getByRole("radio", { name: "4 h" }).click();
  await page.waitForURL(/range=240/);
  await page.reload();
  await page.getByRole("radio", { name: "4 h", checked: true }).waitFor();
  for (const [link, heading] of [["Refusals", "Refusals"], ["Storage", "By project, estimated"], ["Queries", "Where the stores' time went"], ["Settings in effect", "Settings in effect"]]) {
    await page.getByRole("navigation", { name: "Operator" }).getByRole("link", { name: link }).click();
    await page.getByRole("heading", { name: heading, exact: true }).waitFor();
  }
  assert.equal(await page.getByText("sk-lf-").count(), 0, "no secret among the settings");
  assert.deepEqual(problems, []);
}

export async function aDeadLetterIsOpenedAndReplayed(browser) {
  if (!isMock) return;
  const { page } = await openPage(browser);
  await signIn(page);
  const project = await newProject(page, `letters ${Date.now()}`);
  await send(project.key, poison(`dead-${project.id}`));
  assert.equal(await countOf(page, project.id), 0, "it cannot be stored");
  await page.goto(`${baseUrl}/project/${project.id}/operator/dead-letters?of=${project.id}`);
  await page.getByRole("cell", { name: /the store refuses this row/ }).waitFor();
  await page.getByRole("button", { name: /^Look/ }).click();
  const dialog = page.getByRole("dialog");
  assert.ok(await dialog.getByRole("button", { name: "Open the payload" }).isDisabled(), "no look without a reason");
  await dialog.getByLabel("Why do you look at this data?").fill("ticket 4711: the sender asked");
  await page.keyboard.press("Enter");
  await dialog.getByText("mended later").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Replay it" }).click();
  await page.getByText("1 dead letter replayed").waitFor();
  await page.getByRole("heading", { name: "No dead letter matches" }).waitFor();
  await waitFor(async () => (await countOf(page, project.id)) === 1, "the trace to be visible");
}

export async function membersSeeWhatOfTheirsIsNotThere(browser) {
  const { page, base, project } = await openSeeded(browser);
  await page.goto(`${base}/settings/refused`);
  await page.getByRole("heading", { name: "Nothing was refused since the start" }).waitFor();
  if (isMock) {
    await send(project.key, poison(`member-${Date.now()}`));
    await page.reload();
    await page.getByText("1 request of").waitFor();
  } else {
    await send(project.key, [{ id: "bad-1", type: "no-such-type", timestamp: new Date().toISOString(), body: {} }]).catch(() => undefined);
    await page.reload();
    await page.getByRole("cell", { name: "bad-1" }).waitFor();
  }
}

export async function aRequestRefusedAsAWholeIsSeenByItsProjectAndByOperators(browser) {
  if (isMock) return;
  const { page, problems } = await openPage(browser);
  await signIn(page);
  const [mine, other] = [await newProject(page, `whole ${Date.now()}`), await newProject(page, `whole other ${Date.now()}`)];
  const post = async (path, body, { secret = mine.key.secretKey, ...headers } = {}) =>
    (await fetch(`${baseUrl}/api/public/${path}`, { method: "POST", headers: { authorization: `Basic ${btoa(`${mine.key.publicKey}:${secret}`)}`, "content-type": "application/json", ...headers }, body })).status;
  assert.equal(await post("ingestion", "{no json"), 400);
  assert.equal(await post("otel/v1/traces", "not gzip", { "content-encoding": "gzip" }), 400);
  assert.equal(await post("ingestion", " ".repeat(40 << 20)), 413);
  assert.equal(await post("ingestion", "{}", { secret: "sk-lf-wrong" }), 401);
  await page.goto(`${baseUrl}/project/${mine.id}/settings/refused`);
  await waitFor(async () => (await page.getByRole("cell", { name: "whole request" }).count()) === 3, "the three with a right key");
  await page.getByRole("cell", { name: /answered 400 at the door otlp: Failed to decompress/ }).waitFor();
  await page.getByRole("cell", { name: "too_large" }).waitFor();
  await page.goto(`${baseUrl}/project/${other.id}/settings/refused`);
  await page.getByRole("heading", { name: "Nothing was refused since the start" }).waitFor();
  await page.goto(`${baseUrl}/project/${mine.id}/operator/refusals`);
  await page.getByRole("row", { name: /unauthenticated whole requests/ }).waitFor();
  await page.getByRole("row", { name: new RegExp(`too_large ${mine.id} whole request`) }).waitFor();
  await page.goto(`${baseUrl}/project/${mine.id}/operator`);
  await page.getByText(/^items, \d+ whole requests$/).waitFor();
  assert.deepEqual(problems, []);
}

export async function discardingAsksOnceAndKeepsTheRest(browser) {
  if (!isMock) return;
  const { page } = await openPage(browser);
  await signIn(page);
  const project = await newProject(page, `discard ${Date.now()}`);
  for (const id of ["one", "two"]) await send(project.key, poison(`${id}-${project.id}`));
  await page.goto(`${baseUrl}/project/${project.id}/operator/dead-letters?of=${project.id}`);
  await page.getByRole("checkbox", { name: /^Choose letter/ }).first().check();
  await page.getByText("1 of 2 dead letters chosen").waitFor();
  await page.getByRole("button", { name: "Discard 1 letter" }).click();
  await page.getByRole("dialog").getByText("cannot be undone").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Discard 1" }).click();
  await page.getByText("1 dead letter discarded").waitFor();
  await waitFor(async () => (await page.getByRole("checkbox", { name: /^Choose letter/ }).count()) === 1, "one letter to stay");
}

export async function whoDoesNotOperateSeesNoWayIn(browser) {
  const { page } = await openPage(browser);
  await page.goto(`${baseUrl}/auth/sign-up`);
  await page.getByLabel("Name").fill("Nobody Special");
  await page.getByLabel("E-mail").fill(`nobody-${Date.now()}@example.com`);
  await page.getByLabel("Password").fill("tangerine-umbrella-41");
  await page.keyboard.press("Enter");
  await page.waitForURL(/setup/);
  const status = await page.evaluate(async () => (await fetch("/api/ui/operator/overview")).status);
  assert.equal(status, 403);
  assert.equal(await page.getByRole("link", { name: "Operator", exact: true }).count(), 0);
}
