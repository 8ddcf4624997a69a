import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState, type FormEvent } from "react";
import type { Project, Retention, RetentionOutlook } from "@/lib/api-types";
import { formatAgo, formatBytes, formatCount, formatDate, formatListTime, formatTimeHint, plural } from "@/lib/format";
import { mayManage } from "@/lib/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError, TextField } from "@/ui/field";
import { ErrorPanel, SkeletonLines } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { outlookQuery, retentionQuery, setRetention } from "./retention-api";

const kLeast = 3;
const kMost = 36_500;

/** How long the project keeps its data, and what that takes away. */
export function RetentionSection({ project }: { project: Project }) {
  const retention = useQuery(retentionQuery(project.id));
  return (
    <section>
      <h2>Data retention</h2>
      <p className="mt-1 text-ink-2">
        Every hour, what is older than the limit is deleted for good: observations by the time they started, scores by their own time, files with the last trace that used them. Datasets,
        prompts and settings stay.
      </p>
      <div className="mt-4">
        {retention.data ? (
          <Loaded key={`${project.id} ${retention.data.days}`} project={project} retention={retention.data} />
        ) : retention.error ? (
          <ErrorPanel title="The retention did not load" error={retention.error} onRetry={() => void retention.refetch()} />
        ) : (
          <SkeletonLines count={4} />
        )}
      </div>
    </section>
  );
}

/** Whole days; null when the text is no limit. */
function parseDays(text: string): number | null {
  const days = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(days) && days >= kLeast && days <= kMost ? days : null;
}

function Loaded({ project, retention }: { project: Project; retention: Retention }) {
  const client = useQueryClient();
  const toast = useToast();
  const canManage = mayManage(project.role);
  const [isLimited, setIsLimited] = useState(retention.days > 0);
  const [text, setText] = useState(retention.days > 0 ? String(retention.days) : "90");
  const [isAsking, setIsAsking] = useState(false);
  const days = isLimited ? parseDays(text) : 0;
  const lookedAt = useDeferredValue(days);
  const outlook = useQuery({ ...outlookQuery(project.id, lookedAt ?? 0), enabled: isLimited && lookedAt !== null && lookedAt > 0 });
  const save = useMutation({
    mutationFn: (next: number) => setRetention(project.id, next),
    onSuccess: (answer) => {
      setIsAsking(false);
      toast(answer.days === 0 ? "Data is kept without a limit" : `Data is kept for ${plural(answer.days, "day")}`);
      client.setQueryData(retentionQuery(project.id).queryKey, answer);
    },
  });
  const isChanged = days !== null && days !== retention.days;
  // Less is kept than before: what is deleted does not come back, so that is asked.
  const isLess = days !== null && days > 0 && (retention.days === 0 || days < retention.days);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged) return;
    if (isLess) setIsAsking(true);
    else save.mutate(days);
  };
  return (
    <>
      <form className="card p-4" onSubmit={submit}>
        <fieldset disabled={!canManage} className="flex flex-col gap-3">
          <legend className="sr-only">How long data is kept</legend>
          <label className="flex items-center gap-2">
            <input type="radio" name="retention" className="radio" checked={!isLimited} onChange={() => setIsLimited(false)} />
            Keep data without a limit
          </label>
          <label className="flex items-center gap-2">
            <input type="radio" name="retention" className="radio" checked={isLimited} onChange={() => setIsLimited(true)} />
            Delete data that is older than a limit
          </label>
          {isLimited && (
            <div className="ml-6 w-64">
              <TextField
                label="Days to keep"
                inputMode="numeric"
                value={text}
                onChange={(event) => setText(event.target.value)}
                error={days === null ? `A whole number of days from ${kLeast} to ${formatCount(kMost)}` : undefined}
              />
            </div>
          )}
        </fieldset>
        {save.error && !isAsking && <FieldError>{save.error.message}</FieldError>}
        {canManage ? (
          <div className="mt-4 flex items-center gap-3">
            <Button type="submit" variant="primary" disabled={!isChanged} busy={save.isPending}>
              Save
            </Button>
            {isChanged && (
              <Button onClick={() => { setIsLimited(retention.days > 0); setText(retention.days > 0 ? String(retention.days) : "90"); }}>Discard</Button>
            )}
          </div>
        ) : (
          <p className="mt-3 text-small text-ink-3">Owners and admins of the project can change this.</p>
        )}
      </form>
      {isLimited && days !== null && (
        <div className="card mt-4 p-4" aria-live="polite">
          <h3 className="font-medium">{days === retention.days ? "What the next run deletes" : `What a limit of ${plural(days, "day")} would delete now`}</h3>
          {outlook.error ? (
            <FieldError>{outlook.error.message}</FieldError>
          ) : outlook.data === undefined || lookedAt !== days ? (
            <SkeletonLines count={2} />
          ) : (
            <Outlook outlook={outlook.data} />
          )}
        </div>
      )}
      <Runs retention={retention} />
      <Dialog
        open={isAsking}
        onOpenChange={(isOpen) => !isOpen && setIsAsking(false)}
        title={`Keep ${plural(days ?? 0, "day")} from now on?`}
        description={
          <>
            The run of {formatListTime(retention.nextRunAt).text} deletes {outlook.data ? goes(outlook.data) : "everything that is older"}. This cannot be undone; until then you can change the limit back.
          </>
        }
      >
        {save.error && <FieldError>{save.error.message}</FieldError>}
        <div className="actions">
          <Button onClick={() => setIsAsking(false)}>Cancel</Button>
          <Button variant="danger-solid" busy={save.isPending} onClick={() => days !== null && save.mutate(days)}>
            Delete older data
          </Button>
        </div>
      </Dialog>
    </>
  );
}

/** "12 observations of 3 traces, 2 scores and 1 file (3.1 kB)" */
function goes(outlook: RetentionOutlook): string {
  const parts = [
    outlook.observations > 0 && `${plural(outlook.observations, "observation")} of ${plural(outlook.traces, "trace")}`,
    outlook.scores > 0 && plural(outlook.scores, "score"),
    outlook.files > 0 && `${plural(outlook.files, "file")} (${formatBytes(outlook.fileBytes)})`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return "nothing yet";
  return parts.length === 1 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function Outlook({ outlook }: { outlook: RetentionOutlook }) {
  const isNothing = outlook.observations === 0 && outlook.scores === 0 && outlook.files === 0;
  if (isNothing) {
    return (
      <p className="mt-1 text-ink-2">
        Nothing{outlook.oldest === null ? ": the project has no data yet." : `: the oldest observation is from ${formatDate(outlook.oldest)}.`}
      </p>
    );
  }
  return (
    <>
      <dl className="facts !px-0 !pb-0">
        <Figure label="Observations" value={formatCount(outlook.observations)} />
        <Figure label="In traces" value={formatCount(outlook.traces)} />
        <Figure label="Scores" value={formatCount(outlook.scores)} />
        <Figure label="Files" value={outlook.files === 0 ? "0" : `${formatCount(outlook.files)}, ${formatBytes(outlook.fileBytes)}`} />
      </dl>
      <p className="mt-2 text-small text-ink-3">
        From before {formatListTime(outlook.before).text}.{outlook.oldest !== null && ` The oldest observation is from ${formatDate(outlook.oldest)}.`} A trace across the limit keeps its younger part.
      </p>
    </>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Runs({ retention }: { retention: Retention }) {
  const { lastRun } = retention;
  return (
    <dl className="card mt-4 grid gap-x-6 gap-y-2 p-4 sm:grid-cols-[120px_1fr]">
      <dt className="text-ink-3">Next run</dt>
      <dd>
        {retention.days === 0 ? (
          "None: nothing is deleted by age"
        ) : (
          <time dateTime={retention.nextRunAt} title={formatTimeHint(retention.nextRunAt)}>
            {formatListTime(retention.nextRunAt).text}
          </time>
        )}
      </dd>
      <dt className="text-ink-3">Last run</dt>
      <dd>{lastRun === null ? "None in the last 30 days" : <LastRun run={lastRun} />}</dd>
    </dl>
  );
}

function LastRun({ run }: { run: NonNullable<Retention["lastRun"]> }) {
  const at = formatAgo(new Date(run.finishedAt ?? run.createdAt));
  if (run.state === "dead") return <FieldError>{`Failed ${at} after ${plural(run.attempts, "attempt")}: ${run.error ?? "no reason given"}`}</FieldError>;
  if (run.state !== "done") {
    return (
      <>
        Under way, {plural(run.done, "row")} so far{run.error !== null && `; the last attempt failed: ${run.error}`}
      </>
    );
  }
  return (
    <span title={formatTimeHint(run.finishedAt ?? run.createdAt)}>
      {at}, {run.done === 0 ? "nothing was old enough" : `${plural(run.done, "row")} deleted`}
    </span>
  );
}
