// Stored files of the mock server: announce, put, report, describe, read. In memory, without signatures.
import { createHash } from "node:crypto";

const files = new Map();
const kPath = /^\/api\/(?:public|ui\/projects\/[^/]+)\/media(?:\/([^/]+))?(\/content)?$/;

/** Answers a request about files, or returns false when it is about something else. */
export async function answerMedia(request, url, response) {
  const match = kPath.exec(url.pathname);
  if (!match) return false;
  const [, id, isContent] = match;
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const json = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (request.method === "POST") {
    const wish = JSON.parse(body.toString());
    const mediaId = wish.sha256Hash.slice(0, 22).replaceAll("+", "-").replaceAll("/", "_");
    files.set(mediaId, { ...wish, bytes: null, status: 0 });
    json(201, { mediaId, uploadUrl: `http://${url.host}/api/public/media/${mediaId}/content` });
    return true;
  }
  const file = files.get(id);
  if (!file || (request.method === "GET" && (file.status !== 200 || !file.bytes))) {
    json(404, { code: "not_found", message: "Media not yet uploaded", requestId: "req_mock_1" });
  } else if (request.method === "PUT") {
    const matches = createHash("sha256").update(body).digest("base64") === file.sha256Hash;
    if (matches) file.bytes = body;
    response.writeHead(matches ? 200 : 400).end();
  } else if (request.method === "PATCH") {
    file.status = JSON.parse(body.toString()).uploadHttpStatus;
    json(200, { message: "OK" });
  } else if (isContent) {
    response.writeHead(200, { "content-type": file.contentType });
    response.end(file.bytes);
  } else {
    const now = new Date().toISOString();
    json(200, { mediaId: id, contentType: file.contentType, contentLength: file.bytes.length, uploadedAt: now, url: `/api/public/media/${id}/content`, urlExpiry: now });
  }
  return true;
}
