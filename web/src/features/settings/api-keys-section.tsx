import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { ApiKey, NewApiKey, Project } from "@/lib/api-types";
import { formatAgo, formatDate } from "@/lib/format";
import { mayManage } from "@/lib/session";
import { apiKeysQuery, createApiKey, deleteApiKey } from "@/objects/api-key/requests";
import { SecretCard } from "@/objects/api-key/secret-card";
import { Button, IconButton } from "@/ui/button";
import { CopyIconButton } from "@/ui/copy-button";
import { Dialog } from "@/ui/dialog";
import { FieldError, TextField } from "@/ui/field";
import { EmptyState, ErrorPanel, SkeletonLines } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { appUrl } from "@/lib/base-path";

export function ApiKeysSection({ project }: { project: Project }) {
  const keys = useQuery(apiKeysQuery(project.id));
  const [isCreating, setIsCreating] = useState(false);
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const canManage = mayManage(project.role);
  return (
    <section>
      <div className="flex items-center gap-3">
        <h2 className="flex-1">API keys</h2>
        {canManage && (
          <Button variant="primary" icon={<KeyRound aria-hidden="true" />} onClick={() => setIsCreating(true)}>
            Create key
          </Button>
        )}
      </div>
      <p className="mt-1 text-ink-2">SDKs and exporters sign in with a pair of public and secret key. A key belongs to {project.name} only.</p>
      <div className="card mt-4 overflow-hidden">
        {keys.error ? (
          <ErrorPanel title="The keys did not load" error={keys.error} onRetry={() => void keys.refetch()} />
        ) : keys.data === undefined ? (
          <SkeletonLines count={3} />
        ) : keys.data.length === 0 ? (
          <EmptyState title="No key yet">Create one and send the first trace with it.</EmptyState>
        ) : (
          <KeysTable keys={keys.data} onDelete={canManage ? setDoomed : undefined} />
        )}
      </div>
      <CreateKeyDialog projectId={project.id} open={isCreating} onOpenChange={setIsCreating} />
      <DeleteKeyDialog projectId={project.id} apiKey={doomed} onClose={() => setDoomed(null)} />
    </section>
  );
}

function KeysTable({ keys, onDelete }: { keys: ApiKey[]; onDelete: ((key: ApiKey) => void) | undefined }) {
  return (
    <div className="overflow-x-auto">
      <table className="dtable">
        <thead>
          <tr>
            <th>Name</th>
            <th>Public key</th>
            <th>Secret</th>
            <th>Created</th>
            <th>Last used</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td className="font-medium">{key.name ?? ""}</td>
              <td>
                <span className="flex items-center gap-1">
                  <code className="whitespace-nowrap">{key.publicKey}</code>
                  <CopyIconButton text={key.publicKey} label="Copy public key" />
                </span>
              </td>
              <td>
                <code className="whitespace-nowrap text-ink-2">{key.displaySecretKey}</code>
              </td>
              <td className="whitespace-nowrap text-ink-2">{formatDate(key.createdAt)}</td>
              <td className="whitespace-nowrap text-ink-2">{key.lastUsedAt ? formatAgo(new Date(key.lastUsedAt)) : "never"}</td>
              <td className="w-8">
                {onDelete && (
                  <IconButton label={`Delete key ${key.name ?? key.publicKey}`} onClick={() => onDelete(key)}>
                    <Trash2 aria-hidden="true" />
                  </IconButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CreateKeyDialog({ projectId, open, onOpenChange }: { projectId: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [made, setMade] = useState<NewApiKey | null>(null);
  const create = useMutation({
    mutationFn: () => createApiKey(projectId, name.trim() === "" ? null : name.trim()),
    onSuccess: async (key) => {
      setMade(key);
      await client.invalidateQueries({ queryKey: ["api-keys", projectId] });
    },
  });
  const change = (isOpen: boolean) => {
    onOpenChange(isOpen);
    if (!isOpen) {
      setMade(null);
      setName("");
      create.reset();
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  if (made) {
    return (
      <Dialog open={open} onOpenChange={change} title="Your new key" description="The secret is shown this once. Keep it where your application reads its environment." wide>
        <div className="mt-4">
          <SecretCard host={appUrl} apiKey={made} />
        </div>
        <div className="actions">
          <Button variant="primary" onClick={() => change(false)}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open={open} onOpenChange={change} title="Create a key">
      <form className="mt-3 flex flex-col gap-3" onSubmit={submit}>
        <TextField label="Name" placeholder="production" hint="Where it is used, so that it can be told apart later" value={name} onChange={(event) => setName(event.target.value)} />
        {create.error && <FieldError>{create.error.message}</FieldError>}
        <div className="actions !mt-1">
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteKeyDialog({ projectId, apiKey, onClose }: { projectId: string; apiKey: ApiKey | null; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: (key: ApiKey) => deleteApiKey(projectId, key.id),
    onSuccess: async (_, key) => {
      toast(`Key ${key.name ?? key.publicKey} deleted`);
      onClose();
      await client.invalidateQueries({ queryKey: ["api-keys", projectId] });
    },
  });
  const used = apiKey?.lastUsedAt ? `It was last used ${formatAgo(new Date(apiKey.lastUsedAt))}.` : "It was never used.";
  return (
    <Dialog
      open={apiKey !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Delete key ${apiKey?.name ?? ""}?`}
      description={`Everything that signs in with it is refused from now on, and it cannot come back. ${used}`}
    >
      {remove.error && <FieldError>{remove.error.message}</FieldError>}
      <div className="actions">
        <Button onClick={onClose}>Keep</Button>
        <Button variant="danger-solid" busy={remove.isPending} onClick={() => apiKey && remove.mutate(apiKey)}>
          Delete key
        </Button>
      </div>
    </Dialog>
  );
}
