import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Pencil, Plus, Search, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Model, Project } from "@/lib/api-types";
import { formatDate, formatUnitPrice, plural } from "@/lib/format";
import { mayManage } from "@/lib/session";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError, SearchInput } from "@/ui/field";
import { EmptyState, ErrorPanel, SkeletonLines } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { ModelDialog, type ModelDraft } from "./model-dialog";
import { ModelMatchCard } from "./model-match-card";
import { deleteModel, modelsQuery } from "./models-api";
import { RepricingCard } from "./repricing-card";
import { useSearchParam } from "./use-search-param";

/** What models are called and what they cost; a definition of the project goes before a built-in one. */
export function ModelsSection({ project }: { project: Project }) {
  const models = useQuery(modelsQuery(project.id));
  const [search, setSearch] = useSearchParam("q");
  const [draft, setDraft] = useState<ModelDraft | null>(null);
  const [doomed, setDoomed] = useState<Model | null>(null);
  const canManage = mayManage(project.role);
  const wanted = search.trim().toLowerCase();
  const shown = models.data?.filter((model) => model.modelName.toLowerCase().includes(wanted) || model.matchPattern.toLowerCase().includes(wanted));
  return (
    <section className="models wide">
      <div className="flex items-center gap-3">
        <h2 className="flex-1">Models &amp; prices</h2>
        {canManage && (
          <Button variant="primary" icon={<Plus aria-hidden="true" />} onClick={() => setDraft({ kind: "new" })}>
            Add model
          </Button>
        )}
      </div>
      <p className="mt-1 text-ink-2">
        The first definition whose pattern matches the name in a trace prices it: those of {project.name} before built-in ones, later start dates before earlier ones. Cost sent by the client always wins.
      </p>
      <ModelMatchCard projectId={project.id} />
      <RepricingCard projectId={project.id} canManage={canManage} />
      <div className="mt-6 flex items-center gap-3">
        <SearchInput label="Search models" placeholder="Name or pattern" icon={<Search className="size-4" aria-hidden="true" />} value={search} onChange={(event) => setSearch(event.target.value)} boxClassName="w-72" />
        {shown && <span className="text-small text-ink-3">{plural(shown.length, "definition")}</span>}
      </div>
      <div className="card mt-3 overflow-hidden">
        {models.error ? (
          <ErrorPanel title="The models did not load" error={models.error} onRetry={() => void models.refetch()} />
        ) : shown === undefined ? (
          <SkeletonLines count={6} />
        ) : shown.length === 0 ? (
          <EmptyState title="No definition has this in its name or pattern">{canManage ? "Add a model to price it." : "An administrator can add one."}</EmptyState>
        ) : (
          <ModelsTable models={shown} canManage={canManage} onDraft={setDraft} onDelete={setDoomed} />
        )}
      </div>
      {draft && <ModelDialog projectId={project.id} draft={draft} onClose={() => setDraft(null)} />}
      <DeleteModelDialog projectId={project.id} model={doomed} onClose={() => setDoomed(null)} />
    </section>
  );
}

interface ModelsTableProps {
  models: Model[];
  canManage: boolean;
  onDraft: (draft: ModelDraft) => void;
  onDelete: (model: Model) => void;
}

function ModelsTable({ models, canManage, onDraft, onDelete }: ModelsTableProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div className="overflow-x-auto" role="region" aria-label="Model definitions" tabIndex={0}>
      <table className="dtable">
        <thead>
          <tr>
            <th>Model and pattern</th>
            <th>Price of the default tier</th>
            <th>Tiers</th>
            <th>Tokeniser</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.id}>
              <td className="takes-rest">
                <span className="font-medium">{model.modelName}</span>{" "}
                {model.isLangfuseManaged ? <span className="badge line">built-in</span> : <span className="badge acc">project</span>}
                {model.startDate && <span className="text-small text-ink-3"> from {formatDate(model.startDate)}</span>}
                <code className="block truncate text-ink-2" title={model.matchPattern}>
                  {model.matchPattern}
                </code>
              </td>
              <td className="whitespace-nowrap">
                <Prices model={model} />
              </td>
              <td className="text-ink-2">
                {model.pricingTiers.length > 1 && (
                  <span title={model.pricingTiers.map((tier) => tier.name).join(", ")}>{model.pricingTiers.length}</span>
                )}
              </td>
              <td className="text-ink-2">{model.tokenizerId ?? ""}</td>
              <td className="w-8">
                {canManage && (
                  <span className="flex">
                    {!model.isLangfuseManaged && (
                      <IconButton label={`Edit ${model.modelName}`} onClick={() => onDraft({ kind: "edit", model })}>
                        <Pencil aria-hidden="true" />
                      </IconButton>
                    )}
                    <IconButton label={`Clone ${model.modelName}`} onClick={() => onDraft({ kind: "clone", model })}>
                      <Copy aria-hidden="true" />
                    </IconButton>
                    {!model.isLangfuseManaged && (
                      <IconButton label={`Delete ${model.modelName}`} onClick={() => onDelete(model)}>
                        <Trash2 aria-hidden="true" />
                      </IconButton>
                    )}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const kPricesShown = 3;

function Prices({ model }: { model: Model }) {
  const all = Object.entries(model.pricingTiers.find((tier) => tier.isDefault)?.prices ?? {});
  return (
    <span title={all.map(([type, price]) => `${type}: ${formatUnitPrice(price)}`).join("\n")}>
      {all.slice(0, kPricesShown).map(([type, price]) => (
        <span key={type} className="block">
          <span className="text-ink-3">{type}</span> {formatUnitPrice(price)}
        </span>
      ))}
      {all.length > kPricesShown && <span className="text-ink-3">and {all.length - kPricesShown} more</span>}
    </span>
  );
}

function DeleteModelDialog({ projectId, model, onClose }: { projectId: string; model: Model | null; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: (doomed: Model) => deleteModel(projectId, doomed.id),
    onSuccess: async (_, doomed) => {
      toast(`Model ${doomed.modelName} deleted`);
      onClose();
      await client.invalidateQueries({ queryKey: ["models", projectId] });
    },
  });
  return (
    <Dialog
      open={model !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Delete model ${model?.modelName ?? ""}?`}
      description="New traces are no longer priced by it. What is stored keeps its cost until the past is priced anew."
    >
      {remove.error && <FieldError>{remove.error.message}</FieldError>}
      <div className="actions">
        <Button onClick={onClose}>Keep</Button>
        <Button variant="danger-solid" busy={remove.isPending} onClick={() => model && remove.mutate(model)}>
          Delete model
        </Button>
      </div>
    </Dialog>
  );
}
