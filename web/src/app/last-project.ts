import type { Session } from "@/lib/api-types";
import { findProject, firstProject, type Place } from "@/lib/session";
import { readText, writeText } from "@/lib/storage";

export const rememberProject = (projectId: string) => writeText("last-project", projectId);

/** Where someone was last, else the first project they can see. */
export function lastProject(session: Session): Place | null {
  const id = readText("last-project");
  return (id === null ? null : findProject(session, id)) ?? firstProject(session);
}
