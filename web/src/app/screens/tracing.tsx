import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { mayManage } from "@/lib/session";
import { statusQuery } from "@/lib/status";
import { FirstTracePage } from "@/features/first-trace/first-trace-page";
import { TracePage } from "@/features/traces/pages/trace-page";
import { TracesPage } from "@/features/traces/pages/traces-page";
import { useNavToggle } from "../shell";
import { usePlace } from "./project";

/** The list; in a project without data, the way to the first trace. */
export function TracingScreen() {
  const place = usePlace();
  const navToggle = useNavToggle();
  const projectId = place?.project.id ?? "";
  const { data: hasData, isError } = useQuery({ ...statusQuery(projectId), enabled: place !== null, select: (status) => status.hasData });
  useEffect(() => {
    document.title = "Tracing · Clew";
  }, []);
  // Whoever just deleted the last trace sees the list say so, not the way to a first one.
  const [listed, setListed] = useState<string | null>(null);
  if (hasData === true && listed !== projectId) setListed(projectId);
  if (!place || (hasData === undefined && !isError)) return null;
  if (hasData === false && listed !== projectId) {
    return <FirstTracePage key={projectId} projectId={projectId} projectName={place.project.name} mayCreateKeys={mayManage(place.project.role)} navToggle={navToggle} />;
  }
  return <TracesPage key={projectId} projectId={projectId} navToggle={navToggle} />;
}

export function TraceScreen() {
  const place = usePlace();
  const navToggle = useNavToggle();
  const { traceId } = useParams({ from: "/signed-in/project/$projectId/traces/$traceId" });
  return place ? <TracePage key={traceId} projectId={place.project.id} traceId={traceId} navToggle={navToggle} /> : null;
}
