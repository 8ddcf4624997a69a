import { queryOptions } from "@tanstack/react-query";
import type { Organization, Project, Session } from "./api-types";
import { getJson, setCsrfToken } from "./http";

/** Who is signed in and what they can see. Every screen behind the door starts from it. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    const session = await getJson<Session>("/api/ui/session", undefined, signal);
    setCsrfToken(session.csrfToken);
    return session;
  },
  staleTime: 60_000,
});

export interface Place {
  organization: Organization;
  project: Project;
}

export function findProject(session: Session, projectId: string): Place | null {
  for (const organization of session.organizations) {
    const project = organization.projects.find((candidate) => candidate.id === projectId);
    if (project) return { organization, project };
  }
  return null;
}

export function firstProject(session: Session): Place | null {
  for (const organization of session.organizations) {
    const project = organization.projects[0];
    if (project) return { organization, project };
  }
  return null;
}

export function mayManage(role: string): boolean {
  return role === "OWNER" || role === "ADMIN";
}
