import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { findProject, sessionQuery } from "@/lib/session";
import { NotFoundPage } from "../error-page";
import { Shell } from "../shell";

export function ProjectScreen() {
  const { projectId } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  if (!session) return null;
  const place = findProject(session, projectId ?? "");
  return place ? <Shell session={session} place={place} /> : <NotFoundPage what="project" />;
}

/** The project of the address; the shell above has made sure that it exists. */
export function usePlace() {
  const { projectId } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const place = session ? findProject(session, projectId ?? "") : null;
  return place && session ? { session, ...place } : null;
}
