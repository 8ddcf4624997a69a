import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { NewApiKey } from "@/lib/api-types";
import { createApiKey } from "@/objects/api-key/requests";
import { SecretCard } from "@/objects/api-key/secret-card";
import { mayManage, sessionQuery } from "@/lib/session";
import { Door } from "@/objects/door/door";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { createOrganization, createProject } from "./api";
import { appUrl } from "@/lib/base-path";

interface SetupPageProps {
  /** The organisation that gets a new project; without it an organisation comes first. */
  organizationId: string | undefined;
  onSessionChanged: () => Promise<unknown>;
  onDone: (projectId: string) => void;
  onOrganization: (organizationId: string) => void;
}

/** Organisation, project, key: three small steps, the last shows the secret once. */
export function SetupPage({ organizationId, onSessionChanged, onDone, onOrganization }: SetupPageProps) {
  const { data: session } = useQuery(sessionQuery);
  const [made, setMade] = useState<{ projectId: string; apiKey: NewApiKey } | null>(null);
  const organization = session?.organizations.find((item) => item.id === organizationId);
  const makeOrganization = useMutation({
    mutationFn: createOrganization,
    onSuccess: async ({ id }) => {
      await onSessionChanged();
      onOrganization(id);
    },
  });
  const makeProject = useMutation({
    mutationFn: async (name: string) => {
      const { id } = await createProject(organizationId ?? "", name);
      return { projectId: id, apiKey: await createApiKey(id, "First key") };
    },
    onSuccess: async (result) => {
      setMade(result);
      await onSessionChanged();
    },
  });
  if (made) {
    return (
      <Door title="Your key" lead="The secret is shown this once. Keep it where your application reads its environment." wide>
        <SecretCard host={appUrl} apiKey={made.apiKey} />
        <Button variant="primary" size="l" className="justify-center" onClick={() => onDone(made.projectId)}>
          Send the first trace
        </Button>
      </Door>
    );
  }
  if (organization && !mayManage(organization.role)) {
    return <Door title="No project yet" lead={`Someone who manages ${organization.name} has to add a project, or to add you to one.`}>{null}</Door>;
  }
  if (organization) {
    return (
      <Door title="Name the project" lead={`In ${organization.name}. One project per application is usual.`}>
        <NameForm key="project" label="Project" placeholder="support-bot" action="Create project" busy={makeProject.isPending} error={makeProject.error} onSubmit={makeProject.mutate} />
      </Door>
    );
  }
  return (
    <Door title="Name your organisation" lead="Projects, members and keys belong to it. You become its owner.">
      <NameForm key="organization" label="Organisation" placeholder="Halden Travel" action="Create organisation" busy={makeOrganization.isPending} error={makeOrganization.error} onSubmit={makeOrganization.mutate} />
    </Door>
  );
}

interface NameFormProps {
  label: string;
  placeholder: string;
  action: string;
  busy: boolean;
  error: Error | null;
  onSubmit: (name: string) => void;
}

function NameForm({ label, placeholder, action, busy, error, onSubmit }: NameFormProps) {
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") onSubmit(name.trim());
  };
  return (
    <form className="flex flex-col gap-3.5" onSubmit={submit}>
      {/* The only field of the page. */}
      {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
      <TextField label={label} placeholder={placeholder} large required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
      {error && <FieldError>{error.message}</FieldError>}
      <Button type="submit" variant="primary" size="l" className="justify-center" busy={busy} disabled={name.trim() === ""}>
        {action}
      </Button>
    </form>
  );
}
