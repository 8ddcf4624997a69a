import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import type { DeadLetter, DeadLetterChoice, DeadLetterOutcome } from "@/lib/api-types";
import { formatBytes, formatCount, formatListTime, formatTimeHint, plural } from "@/lib/format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError } from "@/ui/field";
import { EmptyState } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { deadLettersQuery, discard, replay, type LetterFilter } from "./api";
import { LetterDialog } from "./letter-dialog";
import { Loaded } from "./loaded";

const kReasons = [
  { value: "refused", hint: "the store does not take the rows" },
  { value: "undecodable", hint: "the body cannot be read any more" },
  { value: "unreadable", hint: "the log is damaged there" },
  { value: "crashed", hint: "the server stopped while it worked on it" },
];

interface DeadLettersSectionProps {
  filter: LetterFilter;
  onFilter: (filter: LetterFilter) => void;
}

export function DeadLettersSection({ filter, onFilter }: DeadLettersSectionProps) {
  const [cursors, setCursors] = useState<string[]>([]);
  const letters = useQuery(deadLettersQuery(filter, cursors.at(-1) ?? null));
  const isFiltered = filter.projectId !== undefined || filter.reason !== undefined;
  const choose = (next: LetterFilter) => {
    setCursors([]);
    onFilter(next);
  };
  return (
    <section className="op">
      <h2>Dead letters</h2>
      <p className="mt-1 text-small text-ink-2">
        Requests that were accepted and can never be stored as they are. They are kept whole until someone decides: replay them after the cause is gone, or discard them. A replay is applied once and never overwrites what came later. Both stand in the audit trail.
      </p>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <select className="select" aria-label="Reason" value={filter.reason ?? ""} onChange={(event) => choose({ ...filter, reason: event.target.value || undefined })}>
          <option value="">Any reason</option>
          {kReasons.map((reason) => (
            <option key={reason.value} value={reason.value}>
              {reason.value}: {reason.hint}
            </option>
          ))}
        </select>
        {filter.projectId !== undefined && (
          <Button size="s" onClick={() => choose({ reason: filter.reason })}>
            Project {filter.projectId}: show all
          </Button>
        )}
      </div>
      <div className="mt-3">
        <Loaded query={letters} what="The dead letters">
          {(page) =>
            page.total === 0 ? (
              <EmptyState
                title={isFiltered ? "No dead letter matches" : "No dead letters"}
                actions={isFiltered && <Button onClick={() => choose({})}>Show all</Button>}
              >
                {isFiltered ? "There may be others." : "Everything that was accepted could be stored."}
              </EmptyState>
            ) : (
              <>
                <Letters key={cursors.at(-1) ?? ""} letters={page.deadLetters} total={page.total} filter={filter} onProject={(projectId) => choose({ ...filter, projectId })} />
                <div className="mt-3 flex gap-2">
                  {cursors.length > 0 && (
                    <Button size="s" onClick={() => setCursors(cursors.slice(0, -1))}>
                      Newer
                    </Button>
                  )}
                  {page.nextCursor !== null && (
                    <Button size="s" onClick={() => setCursors([...cursors, page.nextCursor ?? ""])}>
                      Older
                    </Button>
                  )}
                </div>
              </>
            )
          }
        </Loaded>
      </div>
    </section>
  );
}

interface LettersProps {
  letters: DeadLetter[];
  total: number;
  filter: LetterFilter;
  onProject: (projectId: string) => void;
}

function Letters({ letters, total, filter, onProject }: LettersProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<DeadLetter | null>(null);
  const [asking, setAsking] = useState(false);
  const present = letters.filter((letter) => chosen.has(letter.id));
  const isAll = present.length === 0;
  const choice: DeadLetterChoice = isAll ? { all: true, projectId: filter.projectId ?? null, reason: filter.reason ?? null } : { ids: present.map((letter) => letter.id) };
  const count = isAll ? total : present.length;
  const act = useMutation({
    mutationFn: ({ how }: { how: "replay" | "discard" }) => (how === "replay" ? replay(choice) : discard(choice)),
    onSuccess: async (outcome, { how }) => {
      setAsking(false);
      setChosen(new Set());
      if (outcome.done > 0) toast(said(outcome, how));
      await client.invalidateQueries({ queryKey: ["operator"] });
    },
  });
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const what = isAll ? (count === 1 ? "it" : `all ${formatCount(count)}`) : plural(count, "letter");
  return (
    <>
      <div className="mb-2 flex items-center gap-2">
        <Button icon={<RotateCcw aria-hidden="true" />} variant="primary" busy={act.isPending && act.variables.how === "replay"} onClick={() => act.mutate({ how: "replay" })}>
          Replay {what}
        </Button>
        <Button icon={<Trash2 aria-hidden="true" />} variant="danger" onClick={() => setAsking(true)}>
          Discard {what}
        </Button>
        <span className="num text-small text-ink-2" role="status">
          {isAll ? plural(total, "dead letter") : `${formatCount(count)} of ${plural(total, "dead letter")} chosen`}
        </span>
      </div>
      {act.error && <FieldError>{act.error.message}</FieldError>}
      {act.data && act.data.failed > 0 && (
        <FieldError>
          {plural(act.data.failed, "letter")} stayed: {act.data.firstError}
        </FieldError>
      )}
      <div className="card op-scroll">
        <table className="dtable">
          <thead>
            <tr>
              <th>
                <input type="checkbox" aria-label="Choose all on this page" checked={present.length === letters.length} onChange={() => setChosen(present.length === letters.length ? new Set() : new Set(letters.map((letter) => letter.id)))} />
              </th>
              <th>Failed</th>
              <th>Reason</th>
              <th>Project</th>
              <th>Door</th>
              <th>Error</th>
              <th className="r">Size</th>
              <th className="r">Tries</th>
              <th>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {letters.map((letter) => (
              <tr key={letter.id}>
                <td>
                  <input type="checkbox" aria-label={`Choose letter ${letter.id}`} checked={chosen.has(letter.id)} onChange={() => toggle(letter.id)} />
                </td>
                <td className="whitespace-nowrap" title={formatTimeHint(letter.failedAt)}>
                  {formatListTime(letter.failedAt).text}
                </td>
                <td className="font-medium">{letter.reason}</td>
                <td>
                  {letter.projectId !== null && (
                    <button type="button" className="link" onClick={() => onProject(letter.projectId ?? "")}>
                      {letter.projectId}
                    </button>
                  )}
                </td>
                <td>{letter.source}</td>
                <td className="wrap text-ink-2">{letter.error}</td>
                <td className="r">{letter.hasPayload ? formatBytes(letter.bytes) : "not kept"}</td>
                <td className="r">{formatCount(letter.attempts)}</td>
                <td className="text-right">
                  <Button size="s" variant="ghost" onClick={() => setOpened(letter)}>
                    Look<span className="sr-only"> at letter {letter.id}</span>
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Discard ${plural(count, "dead letter")}`}
        description="What they hold was accepted and will never be visible. This cannot be undone. The audit trail keeps who did it, not the data."
      >
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Keep them</Button>
          <Button variant="danger" busy={act.isPending} onClick={() => act.mutate({ how: "discard" })}>
            Discard {formatCount(count)}
          </Button>
        </div>
      </Dialog>
      {opened && <LetterDialog letter={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function said(outcome: DeadLetterOutcome, how: "replay" | "discard"): string {
  const done = plural(outcome.done, "dead letter");
  return how === "replay" ? `${done} replayed; visible in a moment` : `${done} discarded`;
}
