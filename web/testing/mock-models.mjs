// The models API of the mock server: a few built-in definitions, those people add, a match by name, and runs that price
// the past in two looks.

const tier = (id, prices) => ({ id: `${id}_tier_default`, name: "Standard", isDefault: true, priority: 0, conditions: [], prices });
const builtin = (id, modelName, tokenizerId, tiers) => ({
  id, modelName, matchPattern: `(?i)^(openai/)?${modelName}$`, startDate: null, unit: "TOKENS", tokenizerId, tokenizerConfig: null, isLangfuseManaged: true, createdAt: "2026-01-01T00:00:00.000Z", pricingTiers: tiers,
});
const kBuiltin = [
  builtin("b1", "gpt-4o", "openai", [tier("b1", { input: 0.0000025, input_cached_tokens: 0.00000125, input_cache_read: 0.00000125, output: 0.00001 }), { id: "b1_fast", name: "Fast mode", isDefault: false, priority: 1, conditions: [{ source: "model_parameters", key: "service_tier", operator: "in", values: ["priority"] }], prices: { input: 0.00000425, input_cached_tokens: 0.000002125, input_cache_read: 0.000002125, output: 0.000017 } }]),
  builtin("b2", "claude-sonnet-4-5", "claude", [tier("b2", { input: 0.000003, output: 0.000015 })]),
  builtin("b3", "gemini-2.5-pro", null, [tier("b3", { input: 0.00000125, output: 0.00001 })]),
];

export function modelRoutes({ Refusal, project }) {
  const own = (context) => (project(context).models ??= []);
  const runs = (context) => (project(context).repricings ??= []);
  const made = (context, id) => {
    const { body } = context;
    if (!body.modelName || !body.matchPattern) throw new Refusal(400, "modelName: expected 1 to 500 characters");
    if (own(context).some((model) => model.modelName === body.modelName && model.id !== id)) throw new Refusal(400, `Model name '${body.modelName}' already exists in project`);
    return { id, startDate: null, tokenizerId: null, tokenizerConfig: null, ...body, isLangfuseManaged: false, createdAt: new Date().toISOString(), pricingTiers: body.pricingTiers.map((item) => ({ id: `${id}_${item.priority}`, isDefault: false, ...item })) };
  };
  const match = (context) => {
    const { model: name, usage } = context.body;
    const model = [...own(context), ...kBuiltin].find((item) => new RegExp(item.matchPattern.replace("(?i)", ""), "i").test(name)) ?? null;
    const prices = model?.pricingTiers.find((item) => item.isDefault).prices ?? {};
    const cost = Object.fromEntries(Object.entries(usage).filter(([key]) => key in prices).map(([key, units]) => [key, units * prices[key]]));
    const total = Object.values(cost).reduce((sum, one) => sum + one, 0);
    return { model, tierName: model ? "Standard" : null, usage, cost, totalCost: Object.keys(cost).length > 0 ? total : null };
  };
  const base = "/api/ui/projects/:project";
  return [
    ["GET", `${base}/models`, (c) => ({ models: [...own(c), ...kBuiltin] })],
    ["POST", `${base}/models`, (c) => { const model = made(c, `m${crypto.randomUUID()}`); own(c).push(model); return model; }],
    ["PUT", `${base}/models/:model`, (c) => { const model = made(c, c.params.model); project(c).models = own(c).map((item) => (item.id === model.id ? model : item)); return model; }],
    ["DELETE", `${base}/models/:model`, (c) => { project(c).models = own(c).filter((item) => item.id !== c.params.model); return {}; }],
    ["POST", `${base}/model-match`, match],
    ["GET", `${base}/model-repricings`, (c) => {
      const shown = runs(c).map((run) => ({ ...run }));
      for (const run of runs(c)) {
        if (run.state === "queued") Object.assign(run, { state: "running", total: 1200, seen: 400 });
        else if (run.state === "running") Object.assign(run, { state: "done", seen: 1200, changed: 60, before: 1.25, after: 2.5, finishedAt: new Date().toISOString() });
      }
      return { runs: shown };
    }],
    ["POST", `${base}/model-repricings`, (c) => {
      const id = `r${crypto.randomUUID()}`;
      const run = { id, state: "queued", from: c.body.from, to: c.body.to, model: c.body.model || null, dryRun: c.body.dryRun ?? true, seen: 0, total: null, changed: 0, before: 0, after: 0, models: [], error: null, createdAt: new Date().toISOString(), finishedAt: null };
      runs(c).unshift(run);
      return { id };
    }],
  ];
}
