import { queryOptions } from "@tanstack/react-query";
import type { ApiKey, NewApiKey } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";

const path = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}/api-keys`;

export const apiKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["api-keys", projectId],
    queryFn: async ({ signal }) => (await getJson<{ apiKeys: ApiKey[] }>(path(projectId), undefined, signal)).apiKeys,
  });

export const createApiKey = (projectId: string, name: string | null) => sendJson<NewApiKey>("POST", path(projectId), { name });
export const deleteApiKey = (projectId: string, keyId: string) => sendJson<object>("DELETE", `${path(projectId)}/${encodeURIComponent(keyId)}`);
