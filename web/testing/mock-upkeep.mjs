// Retention, score configs, deleting and jobs of the mock server, with the rules that screens rely on.
import { selectRows } from "./mock-filter.mjs";

const kDay = 86_400_000;

export function upkeepRoutes({ Refusal, project }) {
  const base = "/api/ui/projects/:project";
  const jobs = (c) => (project(c).jobs ??= []);
  const configs = (c) => (project(c).scoreConfigs ??= []);
  const retention = (c) => ({ days: project(c).retentionDays ?? 0, nextRunAt: new Date(Math.ceil(Date.now() / kDay) * kDay + 11_700_000).toISOString(), lastRun: null });
  const remove = (c, ids) => {
    const gone = new Set(ids);
    project(c).traces = project(c).traces.filter((item) => !gone.has(item.trace.id));
    c.state.version++;
  };
  const checked = (config) => {
    if (!config.name?.trim() || config.name.length > 35) throw new Refusal(400, "name: expected 1 to 35 characters");
    if (config.minValue != null && config.maxValue != null && config.maxValue <= config.minValue) throw new Refusal(400, "Maximum value must be greater than Minimum value");
    return config;
  };
  return [
    ["GET", `${base}/retention`, retention],
    ["PUT", `${base}/retention`, (c) => { project(c).retentionDays = c.body.days; return retention(c); }],
    ["GET", `${base}/retention/outlook`, (c) => {
      const before = new Date(Date.now() - Number(c.query.get("days")) * kDay).toISOString();
      const all = project(c).traces.flatMap((item) => item.observations);
      const old = all.filter((row) => row.startTime < before);
      return { before, oldest: all.map((row) => row.startTime).sort()[0] ?? null, traces: new Set(old.map((row) => row.traceId)).size, observations: old.length, scores: 0, files: 0, fileBytes: 0 };
    }],
    ["GET", `${base}/jobs`, (c) => {
      const shown = jobs(c).map(({ ids, ...job }) => ({ ...job }));
      for (const job of jobs(c)) {
        if (job.state === "queued") Object.assign(job, { state: "running", total: job.ids.length });
        else if (job.state === "running") {
          remove(c, job.ids);
          Object.assign(job, { state: "done", done: job.ids.length, finishedAt: new Date().toISOString() });
        }
      }
      return { jobs: shown };
    }],
    ["POST", `${base}/traces/delete`, (c) => {
      if (c.body.ids) {
        remove(c, c.body.ids);
        return { jobId: null };
      }
      const query = new URLSearchParams(Object.entries(c.body).filter(([, value]) => value));
      const ids = selectRows(project(c).traces.map((item) => item.trace), query).map((row) => row.id);
      const job = { id: `j${crypto.randomUUID()}`, kind: "delete_traces", state: "queued", done: 0, total: null, attempts: 1, error: null, createdAt: new Date().toISOString(), finishedAt: null, ids };
      jobs(c).unshift(job);
      return { jobId: job.id };
    }],
    ["GET", `${base}/score-configs`, (c) => ({ data: configs(c) })],
    ["POST", `${base}/score-configs`, (c) => {
      const at = new Date().toISOString();
      const categories = c.body.dataType === "BOOLEAN" ? [{ label: "True", value: 1 }, { label: "False", value: 0 }] : null;
      const config = checked({ id: crypto.randomUUID(), createdAt: at, updatedAt: at, projectId: c.params.project, isArchived: false, minValue: null, maxValue: null, categories, description: null, ...c.body });
      configs(c).unshift(config);
      return config;
    }],
    ["PATCH", `${base}/score-configs/:config`, (c) => {
      const config = configs(c).find((item) => item.id === c.params.config);
      if (!config) throw new Refusal(404, "Score config not found within authorized project");
      return Object.assign(config, checked({ ...config, ...c.body }));
    }],
  ];
}
