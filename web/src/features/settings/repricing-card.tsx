import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { RepricingRun } from "@/lib/api-types";
import { formatAgo, formatCount, formatDate, formatMoney } from "@/lib/format";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { repricingsQuery, startRepricing } from "./models-api";

const kDay = 86_400_000;

/** Prices the past anew: first what that would change, then for good. */
export function RepricingCard({ projectId, canManage }: { projectId: string; canManage: boolean }) {
  const client = useQueryClient();
  const runs = useQuery(repricingsQuery(projectId));
  const [from, setFrom] = useState(() => new Date(Date.now() - 30 * kDay).toISOString().slice(0, 10));
  const [model, setModel] = useState("");
  const start = useMutation({
    mutationFn: (wish: { from: string; to: string; model: string; dryRun: boolean }) => startRepricing(projectId, wish),
    onSettled: () => client.invalidateQueries({ queryKey: ["repricings", projectId] }),
  });
  const latest = runs.data?.[0];
  if (!canManage && !latest) return null;
  const preview = (event: FormEvent) => {
    event.preventDefault();
    start.mutate({ from: `${from}T00:00:00Z`, to: new Date().toISOString(), model: model.trim(), dryRun: true });
  };
  return (
    <div className="card mt-4 p-4">
      <h3 className="font-medium">Price the past anew</h3>
      <p className="mt-1 text-ink-2">Applies the definitions below to stored traces. Cost that clients sent stays as it is.</p>
      {canManage && (
        <form className="mt-3 flex flex-wrap items-end gap-3" onSubmit={preview}>
          <div className="w-40">
            <TextField label="Traces since" type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
          </div>
          <div className="min-w-48 flex-1">
            <TextField label="Only this model name" placeholder="all models" value={model} onChange={(event) => setModel(event.target.value)} spellCheck={false} />
          </div>
          <Button type="submit" busy={start.isPending} disabled={from === "" || (latest !== undefined && isOpen(latest))}>
            Show what would change
          </Button>
        </form>
      )}
      <div role="status" className="mt-2">
        {start.error && <FieldError>{start.error.message}</FieldError>}
        {runs.error && <FieldError>{runs.error.message}</FieldError>}
        {latest && <Latest run={latest} canManage={canManage} onApply={() => start.mutate({ from: latest.from, to: latest.to, model: latest.model ?? "", dryRun: false })} />}
      </div>
    </div>
  );
}

function Latest({ run, canManage, onApply }: { run: RepricingRun; canManage: boolean; onApply: () => void }) {
  const what = `${run.dryRun ? "Preview" : "Re-pricing"} of ${run.model ?? "all models"} since ${formatDate(run.from)}`;
  if (isOpen(run)) {
    return (
      <p className="text-ink-2">
        {what}: {run.total === null ? "waiting to begin" : `${formatCount(run.seen)} of ${formatCount(run.total)} observations`}
        {run.total !== null && <progress className="ml-2 align-middle" max={Math.max(run.total, 1)} value={run.seen} aria-label="Progress" />}
      </p>
    );
  }
  if (run.state === "dead") return <FieldError>{`${what} failed: ${run.error ?? "no reason given"}`}</FieldError>;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="flex-1 text-ink-2">
        {what}, {formatAgo(new Date(run.finishedAt ?? run.createdAt))}: {outcome(run)}
      </p>
      {canManage && run.dryRun && run.changed > 0 && (
        <Button variant="primary" onClick={onApply}>
          Apply new prices
        </Button>
      )}
    </div>
  );
}

function outcome(run: RepricingRun): string {
  if (run.changed === 0) return `none of ${formatCount(run.seen)} observations ${run.dryRun ? "would change" : "changed"}.`;
  return `${formatCount(run.changed)} of ${formatCount(run.seen)} observations ${run.dryRun ? "would go" : "went"} from ${formatMoney(run.before)} to ${formatMoney(run.after)}.`;
}

function isOpen(run: RepricingRun): boolean {
  return run.state === "queued" || run.state === "running";
}
