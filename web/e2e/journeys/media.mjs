import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { baseUrl, openPage, signIn } from "../browser.mjs";
import { newProject, send } from "../seed.mjs";
import { assertQuiet, countOf, waitFor } from "./support.mjs";

const kPicture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR42mNkYPj/nwEPYMInOXwUAAASWwEPlGr2vAAAAABJRU5ErkJggg==",
  "base64",
);
const kPage = Buffer.from("<script>document.title = 'taken over'</script> just text");

const idOf = (bytes) => createHash("sha256").update(bytes).digest("base64").slice(0, 22).replaceAll("+", "-").replaceAll("/", "_");
const reference = (bytes, type) => `@@@langfuseMedia:type=${type}|id=${idOf(bytes)}|source=bytes@@@`;

/** As an SDK does it. */
async function upload(key, traceId, bytes, contentType) {
  const call = async (method, path, body) => {
    const response = await fetch(`${baseUrl}/api/public${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${key.publicKey}:${key.secretKey}`)}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const sha256Hash = createHash("sha256").update(bytes).digest("base64");
  const ticket = await call("POST", "/media", { contentType, contentLength: bytes.length, sha256Hash, traceId, field: "input" });
  // The server names itself as its settings say; here it is reached under the address of the tests.
  const target = new URL(ticket.uploadUrl);
  const put = await fetch(baseUrl + target.pathname + target.search, { method: "PUT", headers: { "content-type": contentType }, body: bytes });
  assert.equal(put.status, 200);
  await call("PATCH", `/media/${ticket.mediaId}`, { uploadedAt: new Date().toISOString(), uploadHttpStatus: 200 });
}

async function openStep(browser, name, body, files) {
  const opened = await openPage(browser);
  await signIn(opened.page);
  const project = await newProject(opened.page, `media ${Date.now()}`);
  const id = `media-${Date.now()}`;
  const time = new Date().toISOString();
  await send(project.key, [{ id: `${id}-e`, type: "generation-create", timestamp: time, body: { id: `${id}-o`, traceId: id, name, startTime: time, endTime: time, ...body } }]);
  const uploadFiles = async () => {
    for (const [bytes, type] of files) await upload(project.key, id, bytes, type);
  };
  await waitFor(async () => (await countOf(opened.page, project.id)) >= 1, "the trace to be visible");
  return { ...opened, project, uploadFiles, open: () => opened.page.goto(`${baseUrl}/project/${project.id}/traces/${id}?observation=${encodeURIComponent(`${id}-o`)}`) };
}

export async function picturesStandInTheMessage(browser) {
  const input = [{ role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: reference(kPicture, "image/png") } }] }];
  const { page, problems, uploadFiles, open } = await openStep(browser, "look", { input, output: `Here: ${reference(kPicture, "image/png")}` }, [[kPicture, "image/png"]]);
  await uploadFiles();
  await open();
  const picture = page.locator(".msg.m-user img");
  await picture.waitFor();
  await waitFor(() => picture.evaluate((image) => image.naturalWidth > 0), "the picture to be drawn");
  assert.match(await picture.getAttribute("alt"), /image\/png/);
  assert.equal(await page.locator(".media-image img").count(), 2, "also inside the text of the output");
  await page.keyboard.press("m");
  await page.getByRole("group", { name: "Files of the step" }).locator("img").first().waitFor();
  assertQuiet(problems);
}

export async function filesOfTextAreShownAsText(browser) {
  const { page, problems, uploadFiles, open } = await openStep(browser, "read", { input: { page: reference(kPage, "text/html"), more: 1 }, output: "ok" }, [[kPage, "text/html"]]);
  await uploadFiles();
  await open();
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator(".media-text", { hasText: "just text" }).waitFor();
  assert.match(await page.locator(".media-text").textContent(), /<script>/);
  assert.doesNotMatch(await page.title(), /taken over/);
  assertQuiet(problems);
}

export async function aFileThatIsLateCanBeAskedForAgain(browser) {
  const { page, uploadFiles, open } = await openStep(browser, "late", { input: { picture: reference(kPicture, "image/png"), more: 1 }, output: "ok" }, [[kPicture, "image/png"]]);
  await open();
  await page.getByText("has not arrived yet").waitFor();
  await uploadFiles();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".media-image img").waitFor();
}
