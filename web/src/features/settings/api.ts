import { queryOptions } from "@tanstack/react-query";
import type { Created, Member, Role } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";

const organizationPath = (id: string) => `/api/ui/organizations/${encodeURIComponent(id)}`;

export const membersQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ["members", organizationId],
    queryFn: async ({ signal }) =>
      (await getJson<{ members: Member[] }>(`${organizationPath(organizationId)}/members`, undefined, signal)).members,
  });

/** Role NONE takes the person out of the organisation. */
export const setMemberRole = (organizationId: string, email: string, role: Role) =>
  sendJson<object>("PUT", `${organizationPath(organizationId)}/members`, { email, role });
export const renameOrganization = (id: string, name: string) => sendJson<Created>("PATCH", organizationPath(id), { name });
export const renameProject = (id: string, name: string) => sendJson<Created>("PATCH", `/api/ui/projects/${encodeURIComponent(id)}`, { name });
