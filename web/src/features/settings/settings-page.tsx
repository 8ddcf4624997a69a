import { Ban, Building2, Coins, Gauge, Hourglass, KeyRound, SlidersHorizontal, Users } from "lucide-react";
import type { ReactNode } from "react";
import type { Organization, Project } from "@/lib/api-types";
import { EmptyState } from "@/ui/states";
import { ApiKeysSection } from "./api-keys-section";
import { GeneralSection } from "./general-section";
import { MembersSection } from "./members-section";
import { ModelsSection } from "./models-section";
import { OrganizationSection } from "./organization-section";
import { RefusedSection } from "./refused-section";
import { RetentionSection } from "./retention-section";
import { ScoreConfigsSection } from "./score-configs-section";
import { withBase } from "@/lib/base-path";

interface SettingsPageProps {
  organization: Organization;
  project: Project;
  userId: string;
  page: string;
  navToggle?: ReactNode;
}

const kPages = [
  { id: "general", label: "General", group: "Project", icon: SlidersHorizontal },
  { id: "api-keys", label: "API keys", group: "Project", icon: KeyRound },
  { id: "models", label: "Models & prices", group: "Project", icon: Coins },
  { id: "score-configs", label: "Score configs", group: "Project", icon: Gauge },
  { id: "retention", label: "Data retention", group: "Project", icon: Hourglass },
  { id: "refused", label: "Refused data", group: "Project", icon: Ban },
  { id: "organization", label: "General", group: "Organisation", icon: Building2 },
  { id: "members", label: "Members", group: "Organisation", icon: Users },
];

export function SettingsPage({ organization, project, userId, page, navToggle }: SettingsPageProps) {
  return (
    <>
      <header className="topbar">
        {navToggle}
        <h1>Settings</h1>
      </header>
      <div className="settings">
        <nav className="settings-nav" aria-label="Settings">
          {kPages.map((item, index) => (
            <div key={item.id}>
              {kPages[index - 1]?.group !== item.group && <div className="nav-sec">{item.group}</div>}
              <a
                className="nav-item"
                href={withBase(`/project/${encodeURIComponent(project.id)}/settings/${item.id}`)}
                aria-current={page === item.id ? "page" : undefined}
                aria-label={`${item.group}: ${item.label}`}
              >
                <item.icon aria-hidden="true" />
                <span>{item.label}</span>
              </a>
            </div>
          ))}
        </nav>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboards scroll what has nothing to focus, too */}
        <div className="settings-body" role="region" aria-label="Settings" tabIndex={0}>
          <Section {...{ organization, project, userId, page }} />
        </div>
      </div>
    </>
  );
}

function Section({ organization, project, userId, page }: SettingsPageProps) {
  switch (page) {
    case "general":
      return <GeneralSection organization={organization} project={project} />;
    case "api-keys":
      return <ApiKeysSection project={project} />;
    case "models":
      return <ModelsSection project={project} />;
    case "score-configs":
      return <ScoreConfigsSection project={project} />;
    case "retention":
      return <RetentionSection project={project} />;
    case "refused":
      return <RefusedSection project={project} />;
    case "organization":
      return <OrganizationSection organization={organization} />;
    case "members":
      return <MembersSection organization={organization} userId={userId} />;
    default:
      return <EmptyState title="There is no such page in the settings">Choose one on the left.</EmptyState>;
  }
}
