import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import type { ScoreConfig } from "@/lib/api-types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError, TextField } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { emptyForm, formOf, kDataTypes, problemsFromServer, problemsOf, wishOf, type CategoryLine, type ScoreConfigForm, type ScoreConfigProblems, type ScoreDataType } from "./score-config-form";
import { changeScoreConfig, createScoreConfig } from "./score-configs-api";

interface ScoreConfigDialogProps {
  projectId: string;
  /** Null: a new one. */
  config: ScoreConfig | null;
  onClose: () => void;
}

export function ScoreConfigDialog({ projectId, config, onClose }: ScoreConfigDialogProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState<ScoreConfigForm>(() => (config ? formOf(config) : emptyForm));
  const [problems, setProblems] = useState<ScoreConfigProblems>({});
  const set = (part: Partial<ScoreConfigForm>) => {
    setForm((before) => ({ ...before, ...part }));
    setProblems({});
  };
  const save = useMutation({
    mutationFn: (filled: ScoreConfigForm) =>
      config ? changeScoreConfig(projectId, config.id, wishOf(filled)) : createScoreConfig(projectId, filled.dataType, wishOf(filled)),
    onSuccess: async (saved) => {
      toast(`Score config ${saved.name} saved`);
      onClose();
      await client.invalidateQueries({ queryKey: ["score-configs", projectId] });
    },
    onError: (error) => setProblems(problemsFromServer(error.message)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOf(form);
    setProblems(found);
    if (Object.keys(found).length === 0) save.mutate(form);
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={config ? "Edit the score config" : "Add a score config"}
      description={config ? "Scores that are stored keep their values; new ones are checked against what you save." : "The type cannot be changed later."}
      wide
    >
      <form className="mt-3 flex flex-col gap-3" onSubmit={submit} noValidate>
        <TextField label="Name" placeholder="correctness" value={form.name} error={problems.name} onChange={(event) => set({ name: event.target.value })} />
        <TypeField value={form.dataType} isFixed={config !== null} onChange={(dataType) => set({ dataType })} />
        {form.dataType === "NUMERIC" && (
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label="Minimum" inputMode="decimal" placeholder="none" value={form.minValue} error={problems.minValue} onChange={(event) => set({ minValue: event.target.value })} />
            <TextField label="Maximum" inputMode="decimal" placeholder="none" value={form.maxValue} error={problems.maxValue} onChange={(event) => set({ maxValue: event.target.value })} />
          </div>
        )}
        {form.dataType === "CATEGORICAL" && <CategoryLines lines={form.categories} problems={problems.categories ?? []} onChange={(categories) => set({ categories })} />}
        <TextField label="Description" placeholder="What a reviewer looks at, and what each value means" value={form.description} onChange={(event) => set({ description: event.target.value })} />
        {problems.form && <FieldError>{problems.form}</FieldError>}
        <div className="actions !mt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function TypeField({ value, isFixed, onChange }: { value: ScoreDataType; isFixed: boolean; onChange: (value: ScoreDataType) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Type</label>
      <select id={id} className="select" value={value} disabled={isFixed} onChange={(event) => onChange(event.target.value as ScoreDataType)} aria-describedby={`${id}-note`}>
        {kDataTypes.map((type) => (
          <option key={type.value} value={type.value}>
            {type.label}
          </option>
        ))}
      </select>
      <span id={`${id}-note`} className="text-small text-ink-3">
        {kDataTypes.find((type) => type.value === value)?.hint}
      </span>
    </div>
  );
}

function CategoryLines({ lines, problems, onChange }: { lines: CategoryLine[]; problems: string[]; onChange: (lines: CategoryLine[]) => void }) {
  const id = useId();
  const change = (index: number, part: Partial<CategoryLine>) => onChange(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  const add = () => onChange([...lines, { label: "", value: String(nextValue(lines)) }]);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium">Categories</legend>
      {lines.map((line, index) => {
        const problem = problems[index];
        const note = `${id}-${index}`;
        const wrong = problem ? { "aria-invalid": true, "aria-describedby": note } : {};
        return (
          <div key={index}>
            <div className="flex items-center gap-2">
              <div className="input flex-1" data-invalid={problem ? true : undefined}>
                <input aria-label={`Label ${index + 1}`} placeholder="good" value={line.label} onChange={(event) => change(index, { label: event.target.value })} {...wrong} />
              </div>
              <div className="input w-24" data-invalid={problem ? true : undefined}>
                <input aria-label={`Number ${index + 1}`} inputMode="decimal" value={line.value} onChange={(event) => change(index, { value: event.target.value })} {...wrong} />
              </div>
              <IconButton label={`Remove category ${index + 1}`} onClick={() => onChange(lines.filter((_, at) => at !== index))}>
                <X aria-hidden="true" />
              </IconButton>
            </div>
            {problem && (
              <div className="mt-1.5">
                <FieldError id={note}>{problem}</FieldError>
              </div>
            )}
          </div>
        );
      })}
      <Button size="s" className="self-start" icon={<Plus aria-hidden="true" />} onClick={add}>
        Add category
      </Button>
    </fieldset>
  );
}

/** The next whole number above all that stand. */
function nextValue(lines: CategoryLine[]): number {
  const values = lines.map((line) => Number(line.value)).filter((value) => Number.isFinite(value));
  return values.length === 0 ? 0 : Math.floor(Math.max(...values)) + 1;
}
