import type { Created } from "@/lib/api-types";
import { sendJson } from "@/lib/http";

export const createOrganization = (name: string) => sendJson<Created>("POST", "/api/ui/organizations", { name });
export const createProject = (organizationId: string, name: string) =>
  sendJson<Created>("POST", `/api/ui/organizations/${encodeURIComponent(organizationId)}/projects`, { name });
