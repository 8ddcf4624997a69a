// The UI API over data in memory, and web/dist with the headers of the real server. For development, component work and
// end-to-end scripts: `node testing/mock-server.mjs [port]`, then sign in with demo@clew.local / demo.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { demoTraces, largeTrace, randomFrom, recordedTraces, travelTrace } from "./mock-data.mjs";
import { ingest } from "./mock-ingestion.mjs";
import { answerMedia } from "./mock-media.mjs";
import { modelRoutes } from "./mock-models.mjs";
import { operatorRoutes, operatorState, putAside } from "./mock-operator.mjs";
import { upkeepRoutes } from "./mock-upkeep.mjs";
import { facetsOf, pulseOf, selectRows, valueOf } from "./mock-filter.mjs";

const kDist = fileURLToPath(new URL("../dist", import.meta.url));
const kPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json" };

export function createMock({ isLive = true } = {}) {
  const now = Date.now();
  const random = randomFrom(now % 100_000);
  const traces = [...demoTraces(now), ...recordedTraces(now), largeTrace(now)];
  const key = (id, name, suffix) => ({ id, name, publicKey: `pk-lf-${id}-51f7-4d0e-9a7c-2be1f0c6a913`, displaySecretKey: `sk-lf-...${suffix}`, createdAt: new Date(now - 86_400_000 * 9).toISOString(), lastUsedAt: new Date(now - 60_000).toISOString(), expiresAt: null });
  const state = {
    version: 1,
    operator: operatorState(now),
    sessions: new Map(),
    users: new Map([["demo@clew.local", { id: "u1", name: "Mira Kessler", email: "demo@clew.local", password: "demo" }]]),
    organizations: [{ id: "org1", name: "Halden Travel", owners: ["u1"], projects: [
      { id: "support-bot", name: "support-bot", traces, keys: [key("4c1d82e0", "production", "7f2a"), key("88aa01c2", "laptop", "19bc")], arrivals: [] },
      { id: "concierge-eu", name: "concierge-eu", traces: [], keys: [], arrivals: [
        { time: new Date(now - 20_000).toISOString(), method: "POST", path: "/api/public/otel/v1/traces", status: 401, sdk: "langfuse-python 4.0.1", remoteAddress: "172.17.0.1", items: 0, hint: "The public key is right, the secret is not. It ends in 19bc; the key above ends in 7f2a. The sender is langfuse-python 4.0.1 on 172.17.0.1." },
        { time: new Date(now - 95_000).toISOString(), method: "GET", path: "/api/public/health", status: 200, sdk: null, remoteAddress: "172.17.0.1", items: 0, hint: null },
      ] },
    ] }],
    members: [{ userId: "u1", name: "Mira Kessler", email: "demo@clew.local", role: "OWNER" }, { userId: "u2", name: "Jonas Aas", email: "jonas@halden.example", role: "MEMBER" }],
  };
  if (isLive) {
    setInterval(() => {
      const trace = travelTrace(random, Date.now() - 1500);
      traces.push(trace);
      state.version++;
    }, 4000).unref();
  }
  return createServer((request, response) => void handle(state, request, response));
}

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function handle(state, request, response) {
  const url = new URL(request.url, `http://${request.headers.host ?? "localhost"}`);
  if (!url.pathname.startsWith("/api/")) return serveFile(url.pathname, response);
  try {
    if (await answerMedia(request, url, response)) return;
    const body = await readBody(request);
    const token = /clew_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const context = { state, url, query: url.searchParams, body, response, token, user: state.sessions.get(token) ?? null, authorization: request.headers.authorization };
    const answer = route(request.method, url.pathname, context);
    send(response, 200, answer);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    if (status === 500) console.error(error);
    send(response, status, { code: `E${status}`, message: error.message, requestId: "req_mock_1" });
  }
}

function send(response, status, value) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {};
}

const kRoutes = [
  ["GET", "/api/public/health", () => ({ status: "OK", version: "mock" })],
  ["POST", "/api/public/ingestion", ingestion],
  ["GET", "/api/ui/session", session],
  ["POST", "/api/ui/sign-in", signIn],
  ["POST", "/api/ui/sign-up", signUp],
  ["POST", "/api/ui/sign-out", ({ state, token, response }) => { state.sessions.delete(token); response.setHeader("set-cookie", "clew_session=; Path=/; Max-Age=0"); return {}; }],
  ["POST", "/api/ui/organizations", (c) => { const item = { id: `org${Date.now()}`, name: named(c), owners: [signedIn(c).id], projects: [] }; c.state.organizations.push(item); return { id: item.id, name: item.name }; }],
  ["PATCH", "/api/ui/organizations/:organization", (c) => { organization(c).name = named(c); return { id: c.params.organization, name: organization(c).name }; }],
  ["POST", "/api/ui/organizations/:organization/projects", (c) => { const item = { id: `p${Date.now()}`, name: named(c), traces: [], keys: [], arrivals: [] }; organization(c).projects.push(item); return { id: item.id, name: item.name }; }],
  ["GET", "/api/ui/organizations/:organization/members", (c) => ({ members: c.state.members })],
  ["PUT", "/api/ui/organizations/:organization/members", putMember],
  ["PATCH", "/api/ui/projects/:project", (c) => { project(c).name = named(c); return { id: c.params.project, name: project(c).name }; }],
  ["GET", "/api/ui/projects/:project/api-keys", (c) => ({ apiKeys: project(c).keys.map(({ secretKey, ...item }) => item) })],
  ["POST", "/api/ui/projects/:project/api-keys", createKey],
  ["DELETE", "/api/ui/projects/:project/api-keys/:key", (c) => { project(c).keys = project(c).keys.filter((item) => item.id !== c.params.key); return {}; }],
  ["GET", "/api/ui/projects/:project/status", (c) => ({ hasData: project(c).traces.length > 0, version: c.state.version, spansPerSecond: 184, visibleMs: 62, accepting: true, backlogBytes: 0, publicUrl: `http://${c.url.host}`, otlpGrpcPort: 4317 })],
  ["GET", "/api/ui/projects/:project/arrivals", (c) => ({ arrivals: project(c).arrivals })],
  ["GET", "/api/ui/projects/:project/traces", (c) => list(c, traceRows(c), "timestamp")],
  ["GET", "/api/ui/projects/:project/traces/count", (c) => count(selectRows(traceRows(c), c.query))],
  ["GET", "/api/ui/projects/:project/observations", (c) => list(c, observationRows(c), "startTime")],
  ["GET", "/api/ui/projects/:project/observations/count", (c) => count(selectRows(observationRows(c), c.query))],
  ["GET", "/api/ui/projects/:project/facets", (c) => ({ facets: facetsOf(c.query.get("view"), viewRows(c), c.query) })],
  ["GET", "/api/ui/projects/:project/pulse", (c) => pulseOf(viewRows(c), c.query)],
  ["GET", "/api/ui/projects/:project/traces/:trace", traceDetail],
  ["GET", "/api/ui/projects/:project/traces/:trace/observations/:observation", observationDetail],
  ...upkeepRoutes({ Refusal, project: (c) => project(c) }),
  ...modelRoutes({ Refusal, project: (c) => project(c) }),
  ...operatorRoutes({
    Refusal,
    ingestInto: ({ state }, projectId, events) => {
      state.version++;
      ingest(state.organizations.flatMap((item) => item.projects).find((item) => item.id === projectId), events);
    },
  }),
];

function route(method, path, context) {
  for (const [wanted, pattern, action] of kRoutes) {
    if (wanted !== method) continue;
    const names = [];
    const matcher = new RegExp(`^${pattern.replace(/:(\w+)/g, (_, name) => (names.push(name), "([^/]+)"))}$`);
    const match = matcher.exec(path);
    if (!match) continue;
    context.params = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1])]));
    if (!/session|sign-|public/.test(pattern)) signedIn(context);
    return action(context);
  }
  throw new Refusal(404, "There is nothing at this address.");
}

function signedIn({ user }) {
  if (!user) throw new Refusal(401, "Sign in first.");
  return user;
}
function named({ body }) {
  if (!body.name?.trim()) throw new Refusal(400, "A name is needed.");
  return body.name.trim();
}
const organization = ({ state, params }) => found(state.organizations.find((item) => item.id === params.organization), "organization");
const project = ({ state, params }) => found(state.organizations.flatMap((item) => item.projects).find((item) => item.id === params.project), "project");
function found(value, what) {
  if (!value) throw new Refusal(404, `This ${what} does not exist or you cannot see it.`);
  return value;
}

function session({ state, user, token }) {
  const role = (item) => (item.owners.includes(user?.id) ? "OWNER" : "NONE");
  const organizations = user ? state.organizations.filter((item) => role(item) !== "NONE").map((item) => ({ id: item.id, name: item.name, role: role(item), projects: item.projects.map(({ id, name }) => ({ id, name, role: role(item) })) })) : [];
  return { user: user ? { id: user.id, name: user.name, email: user.email } : null, csrfToken: token ?? null, isOperator: user?.id === "u1", organizations, signUpEnabled: true, version: "0.1.0", demo: { email: "demo@clew.local", password: "demo" } };
}
function open(context, user) {
  const token = Math.random().toString(36).slice(2);
  context.state.sessions.set(token, user);
  context.response.setHeader("set-cookie", `clew_session=${token}; Path=/; HttpOnly; SameSite=Lax`);
  return session({ ...context, user, token });
}
function signIn(context) {
  const user = context.state.users.get(context.body.email);
  if (!user || user.password !== context.body.password) throw new Refusal(401, "E-mail or password is wrong.");
  return open(context, user);
}
function signUp(context) {
  const { name, email, password } = context.body;
  if (context.state.users.has(email)) throw new Refusal(409, "There is an account with this e-mail already.");
  if ((password ?? "").length < 8) throw new Refusal(400, "The password needs at least 8 characters.");
  const user = { id: `u${context.state.users.size + 1}`, name, email, password };
  context.state.users.set(email, user);
  return open(context, user);
}
function putMember({ state, body }) {
  const member = state.members.find((item) => item.email === body.email);
  if (!member) throw new Refusal(404, `Nobody with the e-mail ${body.email} has an account yet.`);
  if (member.role === "OWNER" && body.role !== "OWNER" && state.members.filter((item) => item.role === "OWNER").length === 1) throw new Refusal(409, "The last owner stays.");
  if (body.role === "NONE") state.members = state.members.filter((item) => item !== member);
  else member.role = body.role;
  return { members: state.members };
}
function createKey(context) {
  const id = Math.random().toString(16).slice(2, 10);
  const secretKey = `sk-lf-${crypto.randomUUID()}`;
  const item = { id, name: context.body.name ?? null, publicKey: `pk-lf-${crypto.randomUUID()}`, displaySecretKey: `sk-lf-...${secretKey.slice(-4)}`, createdAt: new Date().toISOString(), lastUsedAt: null, expiresAt: context.body.expiresAt ?? null };
  project(context).keys.unshift({ ...item, secretKey });
  return { ...item, secretKey };
}

function ingestion(context) {
  const [publicKey, secretKey] = Buffer.from((context.authorization ?? "").replace("Basic ", ""), "base64").toString().split(":");
  const target = context.state.organizations.flatMap((item) => item.projects).find((item) => item.keys.some((key) => key.publicKey === publicKey && (key.secretKey ?? secretKey) === secretKey));
  if (!target) throw new Refusal(401, "Invalid credentials.");
  context.state.version++;
  const events = context.body.batch ?? [];
  ingest(target, putAside(context.state.operator, target.id, events));
  return { successes: events.map(({ id }) => ({ id, status: 201 })), errors: [] };
}

const traceRows = (context) => project(context).traces.map((item) => item.trace);
const observationRows = (context) => project(context).traces.filter((item) => item.observations.length < 10_000).flatMap((item) => item.observations);
const viewRows = (context) => (context.query.get("view") === "observations" ? observationRows(context) : traceRows(context));
const count = (rows) => ({ count: rows.length, errors: rows.filter((row) => row.level === "ERROR").length });

function list({ query }, rows, timeColumn) {
  const started = performance.now();
  const [column, direction] = (query.get("sort") ?? `${timeColumn}.desc`).split(".");
  const sign = direction === "asc" ? 1 : -1;
  const sorted = selectRows(rows, query).sort((left, right) => {
    const [a, b] = [valueOf(left, column), valueOf(right, column)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (a < b ? -1 : a > b ? 1 : 0) * sign;
  });
  const limit = Number(query.get("limit") ?? 50);
  const first = (Number(query.get("page") ?? 1) - 1) * limit;
  const rowsOut = sorted.slice(first, first + limit).map(withoutPayload);
  return { rows: rowsOut, hasMore: sorted.length > first + limit, elapsedMs: performance.now() - started };
}
function withoutPayload({ input, output, metadata, usage, costs, costLines, events, toolDefinitions, ...row }) {
  return row;
}
function traceDetail(context) {
  const item = found(project(context).traces.find(({ trace }) => trace.id === context.params.trace), "trace");
  return { trace: item.trace, observations: item.observations.map(withoutPayload), scores: item.trace.scores, truncated: false };
}
function observationDetail(context) {
  const item = found(project(context).traces.find(({ trace }) => trace.id === context.params.trace), "trace");
  return found(item.observations.find((row) => row.id === context.params.observation), "observation");
}

function serveFile(path, response) {
  const wanted = join(kDist, normalize(path));
  const isFile = wanted.startsWith(kDist) && existsSync(wanted) && statSync(wanted).isFile();
  const file = isFile ? wanted : join(kDist, "index.html");
  if (!existsSync(file)) {
    response.writeHead(404).end("Run `npm run build` first.");
    return;
  }
  const isAsset = path.startsWith("/assets/");
  if (isAsset && !isFile) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    "content-type": kTypes[extname(file)] ?? "application/octet-stream",
    "content-security-policy": kPolicy,
    "cache-control": isAsset ? "public, max-age=31536000, immutable" : "no-cache",
  });
  createReadStream(file).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 24310);
  createMock().listen(port, "127.0.0.1", () => console.log(`mock server on http://127.0.0.1:${port}, demo@clew.local / demo`));
}
