import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import type { Model } from "@/lib/api-types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError, TextField } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { emptyForm, formOf, kUnits, suggestPattern, unitsPerPrice, wishOf, type ModelForm, type PriceLine } from "./model-form";
import { createModel, replaceModel } from "./models-api";

export type ModelDraft = { kind: "new" } | { kind: "clone" | "edit"; model: Model };

const kTitles = { new: "Add a model", clone: "Clone a model", edit: "Edit the model" };

interface ModelDialogProps {
  projectId: string;
  draft: ModelDraft;
  onClose: () => void;
}

export function ModelDialog({ projectId, draft, onClose }: ModelDialogProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState<ModelForm>(() => (draft.kind === "new" ? emptyForm : formOf(draft.model)));
  const [problem, setProblem] = useState<string | null>(null);
  const set = (part: Partial<ModelForm>) => setForm((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: async () => {
      const wish = wishOf(form);
      if ("problem" in wish) throw new Error(wish.problem);
      return draft.kind === "edit" ? replaceModel(projectId, draft.model.id, wish) : createModel(projectId, wish);
    },
    onSuccess: async (model) => {
      toast(`Model ${model.modelName} saved`);
      onClose();
      await client.invalidateQueries({ queryKey: ["models", projectId] });
    },
    onError: (error) => setProblem(error.message),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    save.mutate();
  };
  const rename = (modelName: string) => set({ modelName, ...(form.matchPattern === suggestPattern(form.modelName) ? { matchPattern: suggestPattern(modelName) } : {}) });
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={kTitles[draft.kind]} description="It prices traces that start from now on; stored ones when the past is priced anew." wide>
      <form className="mt-3 flex flex-col gap-3" onSubmit={submit}>
        <TextField label="Model name" placeholder="my-model" value={form.modelName} onChange={(event) => rename(event.target.value)} />
        <TextField label="Match pattern" hint="Regular expression, searched in the name the trace carries" value={form.matchPattern} onChange={(event) => set({ matchPattern: event.target.value })} spellCheck={false} />
        <div className="grid gap-3 sm:grid-cols-3">
          <SelectField label="Unit" value={form.unit} options={kUnits.map((unit) => [unit, unit.toLowerCase()])} onChange={(unit) => set({ unit })} />
          <TextField label="Applies from" type="date" value={form.startDate} onChange={(event) => set({ startDate: event.target.value })} />
          <SelectField
            label="Tokeniser"
            value={form.tokenizerId}
            options={[
              ["", "none"],
              ["openai", "OpenAI"],
              ["claude", "Claude"],
            ]}
            onChange={(tokenizerId) => set({ tokenizerId })}
          />
        </div>
        {form.tokenizerId === "openai" && (
          <TextField label="Tokeniser configuration" placeholder='{"tokenizerModel":"gpt-4o"}' value={form.tokenizerConfig} onChange={(event) => set({ tokenizerConfig: event.target.value })} spellCheck={false} />
        )}
        <PriceLines lines={form.prices} per={unitsPerPrice(form.unit) === 1 ? "per unit" : "per million tokens"} onChange={(prices) => set({ prices })} />
        <TiersField value={form.otherTiers} onChange={(otherTiers) => set({ otherTiers })} />
        {problem && <FieldError>{problem}</FieldError>}
        <div className="actions !mt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save model
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function PriceLines({ lines, per, onChange }: { lines: PriceLine[]; per: string; onChange: (lines: PriceLine[]) => void }) {
  const change = (index: number, part: Partial<PriceLine>) => onChange(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium">Prices of the default tier, dollars {per}</legend>
      {lines.map((line, index) => (
        <div key={index} className="flex items-center gap-2">
          <div className="input flex-1">
            <input aria-label={`Usage type ${index + 1}`} placeholder="input_cached_tokens" value={line.usageType} onChange={(event) => change(index, { usageType: event.target.value })} spellCheck={false} />
          </div>
          <div className="input w-36">
            <input aria-label={`Price ${index + 1}`} inputMode="decimal" placeholder="0.00" value={line.price} onChange={(event) => change(index, { price: event.target.value })} />
          </div>
          <IconButton label={`Remove price ${index + 1}`} onClick={() => onChange(lines.filter((_, at) => at !== index))}>
            <X aria-hidden="true" />
          </IconButton>
        </div>
      ))}
      <Button size="s" className="self-start" icon={<Plus aria-hidden="true" />} onClick={() => onChange([...lines, { usageType: "", price: "" }])}>
        Add price
      </Button>
    </fieldset>
  );
}

const kTierExample = `[{"name": "Large context", "priority": 1,
  "conditions": [{"usageDetailPattern": "input", "operator": "gt", "value": 200000}],
  "prices": {"input": 0.000005, "output": 0.00002}}]`;

function TiersField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Conditional tiers</label>
      <textarea id={id} className="textarea font-mono" rows={value === "" ? 3 : 8} placeholder={kTierExample} value={value} onChange={(event) => onChange(event.target.value)} spellCheck={false} aria-describedby={`${id}-note`} />
      <span id={`${id}-note`} className="text-small text-ink-3">
        A JSON list; prices per single unit. The first tier whose conditions all hold applies, by priority; otherwise the default one.
      </span>
    </div>
  );
}

function SelectField({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
