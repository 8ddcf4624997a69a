import { Plus } from "lucide-react";
import type { Organization } from "@/lib/api-types";
import { mayManage } from "@/lib/session";
import { renameOrganization } from "./api";
import { NameField } from "./name-field";
import { withBase } from "@/lib/base-path";

export function OrganizationSection({ organization }: { organization: Organization }) {
  const canManage = mayManage(organization.role);
  return (
    <>
      <section>
        <h2>Organisation</h2>
        <div className="mt-3">
          <NameField key={organization.id} label="Name" name={organization.name} canEdit={canManage} save={(name) => renameOrganization(organization.id, name)} />
        </div>
      </section>
      <section>
        <div className="flex items-center gap-3">
          <h2 className="flex-1">Projects</h2>
          {canManage && (
            <a className="btn" href={withBase(`/setup?organization=${encodeURIComponent(organization.id)}`)}>
              <Plus aria-hidden="true" /> New project
            </a>
          )}
        </div>
        <div className="card mt-3 overflow-hidden">
          <table className="dtable">
            <thead>
              <tr>
                <th>Project</th>
                <th>Id</th>
                <th>Your role</th>
              </tr>
            </thead>
            <tbody>
              {organization.projects.map((project) => (
                <tr key={project.id}>
                  <td>
                    <a className="link" href={withBase(`/project/${encodeURIComponent(project.id)}/traces`)}>
                      {project.name}
                    </a>
                  </td>
                  <td>
                    <code className="text-ink-2">{project.id}</code>
                  </td>
                  <td className="text-ink-2">{project.role.toLowerCase()}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}
