import type { Organization, Project } from "@/lib/api-types";
import { mayManage } from "@/lib/session";
import { KeyLine } from "@/objects/api-key/secret-card";
import { renameProject } from "./api";
import { NameField } from "./name-field";
import { appUrl } from "@/lib/base-path";

export function GeneralSection({ organization, project }: { organization: Organization; project: Project }) {
  return (
    <>
      <section>
        <h2>Project</h2>
        <div className="mt-3">
          <NameField key={project.id} label="Name" name={project.name} canEdit={mayManage(project.role)} save={(name) => renameProject(project.id, name)} />
        </div>
      </section>
      <section>
        <h2>Where to send and where it lives</h2>
        <div className="card mt-3">
          <KeyLine label="Host" value={appUrl} />
          <KeyLine label="Project id" value={project.id} />
          <KeyLine label="Organisation id" value={organization.id} />
        </div>
      </section>
    </>
  );
}
