import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, X } from "lucide-react";
import { useEffect, useState } from "react";
import { formatCount, plural } from "@/lib/format";
import { findProject, mayManage, sessionQuery } from "@/lib/session";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { deleteTraces, jobQuery } from "../api/deletion";
import { listKey } from "../api/queries";

const kGoes = "Their observations, texts, scores and the files that nothing else uses go with them. This cannot be undone; spans of them that arrive later are dropped.";

/** Deleting needs the role; without it the button is not there. */
export function useMayDelete(projectId: string): boolean {
  const { data } = useQuery(sessionQuery);
  const place = data ? findProject(data, projectId) : null;
  return place !== null && mayManage(place.project.role);
}

/** One trace, from its page. */
export function DeleteTraceButton({ projectId, traceId, name, onDeleted }: { projectId: string; traceId: string; name: string; onDeleted: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [isAsking, setIsAsking] = useState(false);
  const mayDelete = useMayDelete(projectId);
  const remove = useMutation({
    mutationFn: () => deleteTraces(projectId, [traceId]),
    onSuccess: () => {
      toast(`Trace ${name} deleted`);
      onDeleted();
      client.removeQueries({ queryKey: ["trace", projectId, traceId] });
      void client.invalidateQueries({ queryKey: listKey(projectId) });
    },
  });
  if (!mayDelete) return null;
  return (
    <>
      <IconButton label="Delete trace" onClick={() => setIsAsking(true)}>
        <Trash2 aria-hidden="true" />
      </IconButton>
      <Dialog open={isAsking} onOpenChange={setIsAsking} title={`Delete trace ${name}?`} description="Its observations, texts, scores and the files that nothing else uses go with it. This cannot be undone.">
        {remove.error && <FieldError>{remove.error.message}</FieldError>}
        <div className="actions">
          <Button onClick={() => setIsAsking(false)}>Keep</Button>
          <Button variant="danger-solid" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete trace
          </Button>
        </div>
      </Dialog>
    </>
  );
}

interface ConfirmDeletionProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Unknown while all that match are still counted. */
  count: number | undefined;
  isAll: boolean;
  isBusy: boolean;
  error: Error | null;
  onConfirm: () => void;
}

/** The question before several traces are gone for good, with their number. */
export function ConfirmDeletion({ open, onOpenChange, count, isAll, isBusy, error, onConfirm }: ConfirmDeletionProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={count === undefined ? "Delete all traces that match?" : `Delete ${plural(count, "trace")}?`}
      description={
        <>
          {isAll && "All traces of this query and time range, on every page of the list. "}
          {kGoes}
        </>
      }
    >
      {error && <FieldError>{error.message}</FieldError>}
      <div className="actions">
        <Button onClick={() => onOpenChange(false)}>Keep</Button>
        <Button variant="danger-solid" busy={isBusy} disabled={count === undefined || count === 0} onClick={() => !isBusy && onConfirm()}>
          {count === undefined ? "Delete" : `Delete ${plural(count, "trace")}`}
        </Button>
      </div>
    </Dialog>
  );
}

/** How far the job is that deletes all that match. */
export function DeletionProgress({ projectId, jobId, onClose }: { projectId: string; jobId: string; onClose: () => void }) {
  const client = useQueryClient();
  const { data: job, error } = useQuery(jobQuery(projectId, jobId));
  const progress = job ? `${job.state} ${job.done}` : "";
  useEffect(() => {
    if (progress !== "") void client.invalidateQueries({ queryKey: listKey(projectId) });
  }, [progress, client, projectId]);
  const isOver = job?.state === "done" || job?.state === "dead";
  return (
    <span className="flex items-center gap-1.5 text-small text-ink-2" role="status">
      {error ? (
        error.message
      ) : job?.state === "dead" ? (
        <FieldError>{`Deleting failed: ${job.error ?? "no reason given"}`}</FieldError>
      ) : job?.state === "done" ? (
        `${plural(job.done, "trace")} deleted`
      ) : (
        <>
          Deleting{job?.total != null && ` ${formatCount(job.done)} of ${formatCount(job.total)}`}
          {job?.error != null && ", trying again"}
          <progress {...(job?.total ? { max: job.total, value: job.done } : {})} aria-label="Deleting traces" />
        </>
      )}
      {isOver && (
        <IconButton label="Hide" onClick={onClose}>
          <X aria-hidden="true" />
        </IconButton>
      )}
    </span>
  );
}
