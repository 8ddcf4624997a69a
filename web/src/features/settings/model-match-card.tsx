import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { ModelMatch } from "@/lib/api-types";
import { formatExactMoney } from "@/lib/format";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { matchModel } from "./models-api";

/** Which definition does this name get, and what would this usage cost? */
export function ModelMatchCard({ projectId }: { projectId: string }) {
  const [name, setName] = useState("");
  const [input, setInput] = useState("1000");
  const [output, setOutput] = useState("100");
  const match = useMutation({ mutationFn: () => matchModel(projectId, name, { input: count(input), output: count(output) }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    match.mutate();
  };
  return (
    <div className="card mt-4 p-4">
      <form className="flex flex-wrap items-end gap-3" onSubmit={submit}>
        <div className="min-w-48 flex-1">
          <TextField label="Model name in a trace" placeholder="openai/gpt-4o" value={name} onChange={(event) => setName(event.target.value)} spellCheck={false} />
        </div>
        <div className="w-28">
          <TextField label="Input" inputMode="numeric" value={input} onChange={(event) => setInput(event.target.value)} />
        </div>
        <div className="w-28">
          <TextField label="Output" inputMode="numeric" value={output} onChange={(event) => setOutput(event.target.value)} />
        </div>
        <Button type="submit" busy={match.isPending} disabled={name.trim() === ""}>
          Test match
        </Button>
      </form>
      <div role="status" className="mt-2">
        {match.error && <FieldError>{match.error.message}</FieldError>}
        {match.data && <Outcome match={match.data} />}
      </div>
    </div>
  );
}

function Outcome({ match }: { match: ModelMatch }) {
  if (!match.model) return <p className="text-ink-2">No definition matches this name: traces with it have usage, but no cost.</p>;
  return (
    <p className="text-ink-2">
      <span className="font-medium text-ink-1">{match.model.modelName}</span> ({match.model.isLangfuseManaged ? "built-in" : "of this project"}), tier {match.tierName ?? "none"}
      {match.totalCost === null ? ": no price for this usage." : `: ${formatExactMoney(match.totalCost)}`}
    </p>
  );
}

function count(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 0 ? value : 0;
}
