import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import type { ShownSetting } from "@/lib/api-types";
import { SearchInput } from "@/ui/field";
import { EmptyState } from "@/ui/states";
import { settingsQuery } from "./api";
import { Loaded } from "./loaded";

export function SettingsInEffectSection() {
  const settings = useQuery(settingsQuery);
  const [words, setWords] = useState("");
  return (
    <section className="op">
      <h2>Settings in effect</h2>
      <p className="mt-1 text-small text-ink-2">With where each value came from. Secrets are not shown. They are changed where Clew is started, not here.</p>
      <div className="mt-3 max-w-72">
        <SearchInput label="Find a setting" icon={<Search className="size-3.5" aria-hidden="true" />} value={words} onChange={(event) => setWords(event.target.value)} placeholder="Find a setting" />
      </div>
      <div className="mt-3">
        <Loaded query={settings} what="The settings" lines={8}>
          {(all) => <SettingsTable settings={all.filter((one) => fits(one, words))} />}
        </Loaded>
      </div>
    </section>
  );
}

function fits(setting: ShownSetting, words: string): boolean {
  return `${setting.key} ${setting.help} ${setting.origin}`.toLowerCase().includes(words.trim().toLowerCase());
}

function SettingsTable({ settings }: { settings: ShownSetting[] }) {
  if (settings.length === 0) return <EmptyState title="No setting has these words" />;
  return (
    <div className="card op-scroll">
      <table className="dtable">
        <thead>
          <tr>
            <th>Setting</th>
            <th>Value</th>
            <th>From</th>
          </tr>
        </thead>
        <tbody>
          {settings.map((setting) => (
            <tr key={setting.key}>
              <td title={setting.help}>
                <code>{setting.key}</code>
                {!setting.effective && <span className="badge ml-2">no effect in this version</span>}
              </td>
              <td className="wrap">
                <code>{setting.value}</code>
              </td>
              <td className="text-ink-2">{setting.origin}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
