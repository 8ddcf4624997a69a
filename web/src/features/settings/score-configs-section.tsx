import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import type { Project, ScoreConfig } from "@/lib/api-types";
import { formatDate, plural, shortId } from "@/lib/format";
import { Button, IconButton } from "@/ui/button";
import { CopyIconButton } from "@/ui/copy-button";
import { EmptyState, ErrorPanel, SkeletonLines } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { kDataTypes, rangeOf } from "./score-config-form";
import { ScoreConfigDialog } from "./score-config-dialog";
import { changeScoreConfig, scoreConfigsQuery } from "./score-configs-api";
import { useSearchParam } from "./use-search-param";

type Draft = { kind: "new" } | { kind: "edit"; config: ScoreConfig };

/** What scores of one name may be. */
export function ScoreConfigsSection({ project }: { project: Project }) {
  const configs = useInfiniteQuery(scoreConfigsQuery(project.id));
  const [archived, setArchived] = useSearchParam("archived");
  const [draft, setDraft] = useState<Draft | null>(null);
  const canWrite = project.role === "OWNER" || project.role === "ADMIN" || project.role === "MEMBER";
  const all = configs.data?.pages.flat();
  const hidden = all?.filter((config) => config.isArchived).length ?? 0;
  const shown = all?.filter((config) => archived === "shown" || !config.isArchived);
  const addButton = canWrite && (
    <Button variant="primary" icon={<Plus aria-hidden="true" />} onClick={() => setDraft({ kind: "new" })}>
      Add score config
    </Button>
  );
  return (
    <section className="wide">
      <div className="flex items-center gap-3">
        <h2 className="flex-1">Score configs</h2>
        {all !== undefined && all.length > 0 && addButton}
      </div>
      <p className="mt-1 text-ink-2">
        What a score may be: its type and its range. A score that names a config (<code>configId</code>) is checked against it before it is accepted; scores of people always name one.
      </p>
      {hidden > 0 && (
        <label className="mt-4 flex items-center gap-2 text-ink-2">
          <input type="checkbox" checked={archived === "shown"} onChange={(event) => setArchived(event.target.checked ? "shown" : "")} />
          Show {plural(hidden, "archived config")}
        </label>
      )}
      <div className="card mt-4 overflow-hidden">
        {configs.error ? (
          <ErrorPanel title="The score configs did not load" error={configs.error} onRetry={() => void configs.refetch()} />
        ) : shown === undefined ? (
          <SkeletonLines count={5} />
        ) : all?.length === 0 ? (
          <EmptyState title="No score config yet" actions={addButton}>
            Scores need none. With one, a name always means the same: a number from 0 to 1, one of three labels, true or false.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState title="All score configs are archived">Show them to restore one.</EmptyState>
        ) : (
          <ConfigTable projectId={project.id} configs={shown} canWrite={canWrite} onEdit={(config) => setDraft({ kind: "edit", config })} />
        )}
      </div>
      {configs.hasNextPage && (
        <Button className="mt-3" busy={configs.isFetchingNextPage} onClick={() => void configs.fetchNextPage()}>
          Show more
        </Button>
      )}
      {draft && <ScoreConfigDialog projectId={project.id} config={draft.kind === "edit" ? draft.config : null} onClose={() => setDraft(null)} />}
    </section>
  );
}

interface ConfigTableProps {
  projectId: string;
  configs: ScoreConfig[];
  canWrite: boolean;
  onEdit: (config: ScoreConfig) => void;
}

function ConfigTable({ projectId, configs, canWrite, onEdit }: ConfigTableProps) {
  const client = useQueryClient();
  const toast = useToast();
  const archive = useMutation({
    mutationFn: ({ config, isArchived }: { config: ScoreConfig; isArchived: boolean }) => changeScoreConfig(projectId, config.id, { isArchived }),
    onSuccess: (config) => toast(config.isArchived ? `${config.name} archived: it takes no new scores` : `${config.name} takes scores again`),
    onError: (error) => toast(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ["score-configs", projectId] }),
  });
  const label = (config: ScoreConfig) => kDataTypes.find((type) => type.value === config.dataType)?.label ?? config.dataType;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div className="overflow-x-auto" role="region" aria-label="Score configs" tabIndex={0}>
      <table className="dtable">
        <thead>
          <tr>
            <th>Name</th>
            <th>Type</th>
            <th>Range</th>
            <th>Description</th>
            <th>Created</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {configs.map((config) => (
            <tr key={config.id}>
              <td className="whitespace-nowrap">
                <span className="font-medium">{config.name}</span> {config.isArchived && <span className="badge line">archived</span>}
                <span className="flex items-center gap-1">
                  <code className="text-small text-ink-3" title={config.id}>
                    {shortId(config.id)}
                  </code>
                  <CopyIconButton text={config.id} label={`Copy the id of ${config.name}`} />
                </span>
              </td>
              <td className="whitespace-nowrap">{label(config)}</td>
              <td>
                <span className="line-clamp-2 w-max max-w-52" title={rangeOf(config)}>
                  {rangeOf(config)}
                </span>
              </td>
              <td className="takes-rest text-ink-2">
                <span className="line-clamp-2" title={config.description ?? undefined}>
                  {config.description}
                </span>
              </td>
              <td className="whitespace-nowrap text-ink-2">{formatDate(config.createdAt)}</td>
              <td className="w-8">
                {canWrite && (
                  <span className="flex justify-end">
                    {!config.isArchived && (
                      <IconButton label={`Edit ${config.name}`} onClick={() => onEdit(config)}>
                        <Pencil aria-hidden="true" />
                      </IconButton>
                    )}
                    <IconButton label={`${config.isArchived ? "Restore" : "Archive"} ${config.name}`} onClick={() => archive.mutate({ config, isArchived: !config.isArchived })}>
                      {config.isArchived ? <ArchiveRestore aria-hidden="true" /> : <Archive aria-hidden="true" />}
                    </IconButton>
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
