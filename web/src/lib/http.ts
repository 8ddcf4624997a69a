// Requests to our own API: JSON in, JSON out, the session cookie and the CSRF token attached, errors as ApiError.
import { withBase } from "./base-path";

/** What the server refused, or `status` 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

let csrfToken: string | null = null;

/** The token of the session, set whenever the session was read. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export function apiUrl(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

export function getJson<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return request<T>("GET", apiUrl(path, query), undefined, signal);
}

export function sendJson<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  return request<T>(method, path, body);
}

/** For the few answers that are not JSON. */
export async function sendForBytes(path: string, body: unknown): Promise<ArrayBuffer> {
  const response = await respond("POST", path, body);
  if (!response.ok) throw failure(response, await response.text());
  return response.arrayBuffer();
}

async function request<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await respond(method, url, body, signal);
  const text = await response.text();
  if (!response.ok) throw failure(response, text);
  return (text === "" ? {} : JSON.parse(text)) as T;
}

async function respond(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrfToken !== null) headers["x-clew-csrf"] = csrfToken;
  try {
    return await fetch(withBase(url), {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "Clew does not answer. It may be restarting, or the network is down.", null, null);
  }
}

function failure(response: Response, text: string): ApiError {
  let parsed: { code?: string; message?: string; requestId?: string } = {};
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    // A proxy in between may answer with HTML: the status has to do.
  }
  const after = Number(response.headers.get("retry-after"));
  return new ApiError(
    response.status,
    parsed.code ?? `http_${response.status}`,
    parsed.message ?? `The server answered with status ${response.status}.`,
    parsed.requestId ?? response.headers.get("x-request-id"),
    Number.isFinite(after) && after > 0 ? after : null,
  );
}
