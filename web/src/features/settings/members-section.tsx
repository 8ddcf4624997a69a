import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Member, Organization, Role } from "@/lib/api-types";
import { mayManage } from "@/lib/session";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { ErrorPanel, SkeletonLines } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { membersQuery, setMemberRole } from "./api";

const kRoles: { role: Exclude<Role, "NONE">; hint: string }[] = [
  { role: "OWNER", hint: "everything, including the organisation itself" },
  { role: "ADMIN", hint: "projects, keys and members" },
  { role: "MEMBER", hint: "reads and works in all projects" },
  { role: "VIEWER", hint: "reads" },
];

export function MembersSection({ organization, userId }: { organization: Organization; userId: string }) {
  const client = useQueryClient();
  const toast = useToast();
  const members = useQuery(membersQuery(organization.id));
  const canManage = mayManage(organization.role);
  const change = useMutation({
    mutationFn: ({ email, role }: { email: string; role: Role }) => setMemberRole(organization.id, email, role),
    onSuccess: async (_, { email, role }) => {
      toast(role === "NONE" ? `${email} removed` : `${email} is ${role.toLowerCase()}`);
      await client.invalidateQueries({ queryKey: ["members", organization.id] });
    },
  });
  return (
    <section>
      <h2>Members of {organization.name}</h2>
      {canManage && <AddMember busy={change.isPending} onAdd={(email, role) => change.mutateAsync({ email, role })} />}
      {change.error && (
        <div className="mt-2">
          <FieldError>{change.error.message}</FieldError>
        </div>
      )}
      <div className="card mt-4 overflow-hidden">
        {members.error ? (
          <ErrorPanel title="The members did not load" error={members.error} onRetry={() => void members.refetch()} />
        ) : members.data === undefined ? (
          <SkeletonLines count={3} />
        ) : (
          <MembersTable members={members.data} userId={userId} canManage={canManage} onRole={(email, role) => change.mutate({ email, role })} />
        )}
      </div>
      <dl className="mt-3 text-small text-ink-3">
        {kRoles.map(({ role, hint }) => (
          <div key={role} className="flex gap-2">
            <dt className="w-16">{role.charAt(0) + role.slice(1).toLowerCase()}</dt>
            <dd>{hint}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface MembersTableProps {
  members: Member[];
  userId: string;
  canManage: boolean;
  onRole: (email: string, role: Role) => void;
}

function MembersTable({ members, userId, canManage, onRole }: MembersTableProps) {
  return (
    <table className="dtable">
      <thead>
        <tr>
          <th>Name</th>
          <th>E-mail</th>
          <th>Role</th>
          <th>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.userId}>
            <td className="font-medium">
              {member.name} {member.userId === userId && <span className="badge">you</span>}
            </td>
            <td className="text-ink-2">{member.email}</td>
            <td className="w-36">
              <RoleSelect label={`Role of ${member.name}`} role={member.role} disabled={!canManage} onChange={(role) => onRole(member.email, role)} />
            </td>
            <td className="w-24 text-right">
              {canManage && member.userId !== userId && (
                <Button size="s" variant="ghost" onClick={() => onRole(member.email, "NONE")}>
                  Remove
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AddMember({ busy, onAdd }: { busy: boolean; onAdd: (email: string, role: Role) => Promise<unknown> }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("MEMBER");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The error is shown by the section; the address stays for a correction.
    onAdd(email.trim(), role).then(() => setEmail(""), () => undefined);
  };
  return (
    <form className="mt-3 flex flex-wrap items-end gap-2" onSubmit={submit}>
      <div className="w-80 max-w-full">
        <TextField label="E-mail of someone who has an account" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
      </div>
      <RoleSelect label="Role" role={role} disabled={false} onChange={setRole} />
      <Button type="submit" busy={busy} disabled={email.trim() === ""}>
        Add
      </Button>
    </form>
  );
}

function RoleSelect({ label, role, disabled, onChange }: { label: string; role: Role; disabled: boolean; onChange: (role: Role) => void }) {
  return (
    <select className="select" aria-label={label} value={role} disabled={disabled} onChange={(event) => onChange(event.target.value as Role)}>
      {kRoles.map((item) => (
        <option key={item.role} value={item.role}>
          {item.role.charAt(0) + item.role.slice(1).toLowerCase()}
        </option>
      ))}
    </select>
  );
}
