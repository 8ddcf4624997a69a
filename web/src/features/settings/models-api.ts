import { queryOptions } from "@tanstack/react-query";
import type { Model, ModelMatch, ModelWish, RepricingRun } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";

const projectPath = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}`;
const modelPath = (projectId: string, id: string) => `${projectPath(projectId)}/models/${encodeURIComponent(id)}`;

export const modelsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["models", projectId],
    queryFn: async ({ signal }) => (await getJson<{ models: Model[] }>(`${projectPath(projectId)}/models`, undefined, signal)).models,
  });

export const createModel = (projectId: string, wish: ModelWish) => sendJson<Model>("POST", `${projectPath(projectId)}/models`, wish);
export const replaceModel = (projectId: string, id: string, wish: ModelWish) => sendJson<Model>("PUT", modelPath(projectId, id), wish);
export const deleteModel = (projectId: string, id: string) => sendJson<object>("DELETE", modelPath(projectId, id));

export const matchModel = (projectId: string, model: string, usage: Record<string, number>) =>
  sendJson<ModelMatch>("POST", `${projectPath(projectId)}/model-match`, { model, usage });

const isOpen = (run: RepricingRun) => run.state === "queued" || run.state === "running";

/** Asks again while one is under way. */
export const repricingsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["repricings", projectId],
    queryFn: async ({ signal }) => (await getJson<{ runs: RepricingRun[] }>(`${projectPath(projectId)}/model-repricings`, undefined, signal)).runs,
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? 1000 : false),
  });

export const startRepricing = (projectId: string, wish: { from: string; to: string; model: string; dryRun: boolean }) =>
  sendJson<{ id: string }>("POST", `${projectPath(projectId)}/model-repricings`, wish);
