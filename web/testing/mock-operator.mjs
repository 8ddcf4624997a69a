// The operator's API of the mock server: figures that move, and dead letters that one can make (an event whose metadata
// says `mock: "poison"`), look at, replay and discard.

export function operatorState(now) {
  return {
    startedAt: now - 7_400_000,
    audit: [],
    letters: [],
    accepted: 168_402,
    refusals: [
      { time: new Date(now - 40_000).toISOString(), projectId: "support-bot", source: "events", reason: "invalid", itemId: null, detail: "level: expected '…', received \"…\"", sdk: "python 3.14.0", requestId: "0d3f…a1", items: 1 },
      { time: new Date(now - 95_000).toISOString(), projectId: null, source: "http", reason: "unauthenticated", itemId: null, detail: "answered 401 at the door otlp", sdk: null, requestId: "77ab…09", items: 1 },
    ],
  };
}

/** Takes what the store refuses out of a batch and keeps it as a dead letter. */
export function putAside(operator, projectId, events) {
  const poison = events.filter((event) => event.body?.metadata?.mock === "poison");
  if (poison.length > 0) {
    const time = new Date().toISOString();
    operator.letters.unshift({
      id: String(1_795_460_988_000_000 + operator.letters.length + Math.floor(performance.now() * 1000)), projectId, reason: "refused", error: "insert into observations: the store refuses this row", failedAt: time, receivedAt: time,
      bytes: JSON.stringify(poison).length, source: "events", requestId: "a91c2f", sdk: "e2e 1.0", attempts: 1, items: poison.map((event) => event.id), hasPayload: true, events: poison,
    });
  }
  return events.filter((event) => !poison.includes(event));
}

function overview({ state }) {
  const { operator } = state;
  const now = Date.now();
  const letters = operator.letters;
  return {
    time: new Date(now).toISOString(), version: "0.1.0", startedAt: new Date(operator.startedAt).toISOString(),
    ingestion: { accepting: true, reason: null, accepted: operator.accepted, refused: 312, refusedRequests: 4, visible: 168_001, acceptedBytes: 545_000_000, visiblePerSecond: 184, visibleMs: 62, backlogRecords: 2, backlogBytes: 81_000, lagMs: 48.2, lastAcceptedAt: new Date(now - 900).toISOString() },
    deadLetters: { count: letters.length, bytes: letters.reduce((sum, letter) => sum + letter.bytes, 0), bytesMax: 4 * 2 ** 30, oldestAt: letters.at(-1)?.failedAt ?? null, payloadsDropped: 0, lettersDropped: 0 },
    stores: [
      { name: "analytics", description: "ClickHouse 26.7 in process, /var/lib/clew/analytics", up: true, error: null, downSince: null, latencyMs: 1.4 },
      { name: "meta", description: "SQLite, /var/lib/clew/meta.db", up: true, error: null, downSince: null, latencyMs: 0.3 },
    ],
    disk: { path: "/var/lib/clew", freeBytes: 61_000_000_000, totalBytes: 240_000_000_000, guardBytes: 12_000_000_000 },
    process: { residentBytes: 412_000_000, cpuSeconds: 802.4, openFiles: 61, openFilesMax: 20_000, threads: 44 },
  };
}

function history({ query }) {
  const minutes = Number(query.get("minutes") ?? 60);
  const now = Date.now();
  const points = Array.from({ length: 120 }, (_, at) => {
    const wave = Math.sin(at / 9) + Math.sin(at / 23) * 0.6;
    const busy = at > 70 && at < 84 ? 1 : 0;
    return {
      time: new Date(now - (119 - at) * minutes * 500).toISOString(), acceptedPerSecond: 180 + wave * 60 + busy * 420, refusedPerSecond: at % 37 === 0 ? 12 : 0, visiblePerSecond: 180 + wave * 58 + busy * 260,
      bytesPerSecond: 600_000, backlogRecords: 2 + busy * 900, backlogBytes: 60_000 + busy * 31_000_000 * Math.sin(((at - 70) / 14) * Math.PI), lagSeconds: 0.05 + busy * 2.4, residentBytes: 412_000_000, cpuShare: 0.14,
    };
  });
  return { points };
}

function chosen({ state, body }) {
  const { letters } = state.operator;
  if (body.all) return letters.filter((letter) => (!body.projectId || letter.projectId === body.projectId) && (!body.reason || letter.reason === body.reason));
  return letters.filter((letter) => body.ids?.includes(letter.id));
}

export function operatorRoutes({ Refusal, ingestInto }) {
  const gated = (action) => (context) => {
    if (!context.user) throw new Refusal(401, "Please sign in.");
    if (context.user.id !== "u1") throw new Refusal(403, "Access denied - insufficient permissions for this endpoint");
    return action(context);
  };
  const found = ({ state, params }) => {
    const letter = state.operator.letters.find((item) => item.id === params.letter);
    if (!letter) throw new Refusal(404, "Dead letter not found");
    return letter;
  };
  const leave = ({ state }, done) => {
    state.operator.letters = state.operator.letters.filter((letter) => !done.includes(letter));
    return { done: done.length, failed: 0, firstError: null, left: state.operator.letters.length };
  };
  const own = ({ state, params }) => ({
    examples: state.operator.refusals.filter((one) => one.projectId === params.project),
    deadLetters: state.operator.letters.filter((letter) => letter.projectId === params.project).map(({ id, failedAt, receivedAt, source, reason, bytes, requestId, sdk }) => ({ id, failedAt, receivedAt, source, reason, bytes, requestId, sdk })),
  });
  const shown = ({ events, ...letter }) => letter;
  return [
    ["GET", "/api/ui/operator/overview", overview],
    ["GET", "/api/ui/operator/history", history],
    ["GET", "/api/ui/operator/refusals", ({ state }) => ({ accepted: state.operator.accepted, counts: [{ source: "events", reason: "invalid", items: 290 }, { source: "otlp", reason: "overloaded", items: 22 }, { source: "http", reason: "unauthenticated", items: 4 }], examples: state.operator.refusals })],
    ["GET", "/api/ui/operator/storage", ({ state }) => ({
      time: new Date().toISOString(), mergesRunning: 1, mergeBytes: 88_000_000,
      tables: [{ table: "payloads", rows: 2_410_000, parts: 14, bytes: 3_120_000_000, uncompressedBytes: 9_800_000_000 }, { table: "observations", rows: 2_466_120, parts: 9, bytes: 812_000_000, uncompressedBytes: 4_100_000_000 }, { table: "merge_states", rows: 12_004, parts: 3, bytes: 4_100_000, uncompressedBytes: 11_000_000 }],
      projectsTotal: 2, projects: state.organizations[0].projects.slice(0, 2).map((item, at) => ({ projectId: item.id, name: item.name, observations: at ? 340_000 : 2_126_120, textCharacters: at ? 910_000_000 : 7_100_000_000, estimatedBytes: at ? 512_000_000 : 3_424_100_000 })),
    })],
    ["GET", "/api/ui/operator/queries", () => ({
      statements: [{ store: "analytics", name: "list_traces", calls: 8123, failures: 2, totalMs: 201_332, maxMs: 2210 }, { store: "analytics", name: "observations", calls: 4410, failures: 0, totalMs: 190_010, maxMs: 910 }, { store: "meta", name: "SELECT sessions", calls: 40_120, failures: 0, totalMs: 9120, maxMs: 44 }],
      slow: [{ time: new Date(Date.now() - 130_000).toISOString(), store: "analytics", name: "list_traces", projectId: "support-bot", outcome: "timeout", durationMs: 30_001 }, { time: new Date(Date.now() - 900_000).toISOString(), store: "analytics", name: "facets", projectId: "support-bot", outcome: "ok", durationMs: 731 }],
    })],
    ["GET", "/api/ui/operator/settings", () => ({ settings: [
      { key: "data_dir", value: "/var/lib/clew", origin: "environment CLEW_DATA_DIR", help: "Where everything is kept.", effective: true },
      { key: "auth.salt", value: "set, not shown", origin: "environment SALT", help: "Salt of key hashes.", effective: true },
      { key: "analytics.read_only_url", value: "", origin: "default", help: "ClickHouse server for reads.", effective: false },
    ] })],
    ["GET", "/api/ui/operator/dead-letters", ({ state, query }) => {
      const rows = chosen({ state, body: { all: true, projectId: query.get("projectId"), reason: query.get("reason") } });
      return { deadLetters: rows.map(shown), nextCursor: null, total: rows.length };
    }],
    ["GET", "/api/ui/operator/dead-letters/:letter", (context) => shown(found(context))],
    ["POST", "/api/ui/operator/dead-letters/replay", (context) => {
      const letters = chosen(context);
      for (const letter of letters) ingestInto(context, letter.projectId, letter.events);
      return leave(context, letters);
    }],
    ["POST", "/api/ui/operator/dead-letters/discard", (context) => leave(context, chosen(context))],
    ["POST", "/api/ui/operator/dead-letters/:letter/payload", (context) => {
      if ((context.body.reason ?? "").length < 10) throw new Refusal(400, "reason: say in 10 to 500 characters why you look at this data.");
      return { batch: found(context).events };
    }],
  ]
    .map(([method, path, action]) => [method, path, gated(action)])
    .concat([["GET", "/api/ui/projects/:project/refusals", own]]);
}
