import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Trash2, X } from "lucide-react";
import { useState } from "react";
import { copyText } from "@/lib/clipboard";
import { formatCount, plural } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import type { Selection } from "@/objects/table/selection";
import { Button, IconButton } from "@/ui/button";
import { useToast } from "@/ui/toast";
import { deleteMatching, deleteTraces } from "../api/deletion";
import { countQuery, listKey, type ListScope } from "../api/queries";
import type { AnyRow } from "./columns";
import { ConfirmDeletion, useMayDelete } from "./delete-traces";

interface SelectionBarProps {
  scope: ListScope;
  selection: Selection<AnyRow>;
  /** All that match the query, once it is counted. */
  total: number | undefined;
  /** Whether every row of the page is chosen. */
  isWholePage: boolean;
  onSelectAll: () => void;
  onClear: () => void;
  /** The job that deletes all that match. */
  onDeleting: (jobId: string) => void;
}

/** Stands where the quick filters are while rows are chosen: how many, and what can be done with them. */
export function SelectionBar({ scope, selection, total, isWholePage, onSelectAll, onClear, onDeleting }: SelectionBarProps) {
  const toast = useToast();
  const isTraces = scope.view === "traces";
  const noun = isTraces ? "trace" : "observation";
  const rows = [...selection.picked.values()];
  const isAll = selection.allUntil !== null;
  const all = useQuery({ ...countQuery(scope, selection.allUntil), enabled: isAll });
  const count = isAll ? all.data?.count : rows.length;
  const mayDelete = useMayDelete(scope.projectId) && isTraces;
  const [isAsking, setIsAsking] = useState(false);
  const ids = isTraces ? rows.map((row) => row.id) : [];
  const remove = useDeletion(scope, selection.allUntil, ids, (jobId) => {
    setIsAsking(false);
    toast(jobId === null ? `${plural(ids.length, "trace")} deleted` : "Deleting began");
    if (jobId !== null) onDeleting(jobId);
    onClear();
  });
  const copy = (texts: string[], what: string) =>
    void copyText(texts.join("\n")).then((copied) => toast(copied ? `Copied ${plural(texts.length, what)}` : "The browser did not allow copying"));
  const copyIds = () => copy(rows.map((row) => row.id), `${noun} id`);
  useHotkeys({
    y: isAll ? undefined : copyIds,
    "#": mayDelete ? () => setIsAsking(true) : undefined,
  });
  return (
    <div className="selbar" role="toolbar" aria-label="Selected rows">
      <IconButton label="Clear the selection" shortcut="Esc" onClick={onClear}>
        <X aria-hidden="true" />
      </IconButton>
      <span className="what" aria-live="polite">
        {isAll ? `All ${count === undefined ? "" : `${formatCount(count)} `}that match selected` : `${plural(rows.length, noun)} selected`}
      </span>
      {mayDelete && !isAll && isWholePage && total !== undefined && total > rows.length && (
        <button type="button" className="link" onClick={onSelectAll}>
          Select all {formatCount(total)} that match
        </button>
      )}
      <span className="vsep" />
      {!isAll && (
        <Button size="s" icon={<Copy aria-hidden="true" />} title="Y" onClick={copyIds}>
          Copy ids
        </Button>
      )}
      {!isTraces && (
        <Button size="s" icon={<Copy aria-hidden="true" />} onClick={() => copy([...new Set(rows.map((row) => ("traceId" in row ? row.traceId : row.id)))], "trace id")}>
          Copy trace ids
        </Button>
      )}
      {mayDelete && (
        <Button size="s" variant="danger" icon={<Trash2 aria-hidden="true" />} title="#" onClick={() => setIsAsking(true)}>
          Delete
        </Button>
      )}
      <ConfirmDeletion open={isAsking} onOpenChange={setIsAsking} count={count} isAll={isAll} isBusy={remove.isPending} error={remove.error ?? all.error} onConfirm={() => remove.mutate()} />
    </div>
  );
}

/** The server takes so many ids at once. */
const kIdsAtOnce = 1000;

/** Those with the ids, at once; or as a job (its id) all that matched at `allUntil`. */
function useDeletion(scope: ListScope, allUntil: string | null, ids: string[], onDone: (jobId: string | null) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      if (allUntil !== null) return (await deleteMatching(scope, allUntil)).jobId;
      for (let at = 0; at < ids.length; at += kIdsAtOnce) await deleteTraces(scope.projectId, ids.slice(at, at + kIdsAtOnce));
      return null;
    },
    onSuccess: (jobId) => onDone(jobId),
    // Also after a failure: a part may be gone.
    onSettled: () => client.invalidateQueries({ queryKey: listKey(scope.projectId) }),
  });
}
