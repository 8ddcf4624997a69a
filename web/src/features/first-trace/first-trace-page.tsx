import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, KeyRound } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import type { NewApiKey, Arrival } from "@/lib/api-types";
import { formatClock, plural } from "@/lib/format";
import { getJson } from "@/lib/http";
import { statusQuery } from "@/lib/status";
import { apiKeysQuery, createApiKey } from "@/objects/api-key/requests";
import { envText, KeyLine } from "@/objects/api-key/secret-card";
import { Waterfall } from "@/objects/waterfall/waterfall";
import { useTraceTree } from "@/objects/waterfall/use-trace-tree";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { FieldError } from "@/ui/field";
import { Tabs } from "@/ui/tabs";
import { exampleSteps } from "./example";
import { Highlighted } from "./highlight";
import { snippetsFor } from "./snippets";
import { appUrl } from "@/lib/base-path";

interface FirstTracePageProps {
  projectId: string;
  projectName: string;
  mayCreateKeys: boolean;
  navToggle?: ReactNode;
}

/** An empty project: key, snippet, and what arrives, live. It turns into the list with the first trace. */
export function FirstTracePage({ projectId, projectName, mayCreateKeys, navToggle }: FirstTracePageProps) {
  const client = useQueryClient();
  const { data: status } = useQuery({ ...statusQuery(projectId), refetchInterval: 500 });
  const { data: keys } = useQuery({ ...apiKeysQuery(projectId), enabled: mayCreateKeys });
  const { data: arrivals = [] } = useQuery({
    queryKey: ["arrivals", projectId],
    queryFn: async ({ signal }) =>
      (await getJson<{ arrivals: Arrival[] }>(`/api/ui/projects/${encodeURIComponent(projectId)}/arrivals`, undefined, signal)).arrivals,
    refetchInterval: 1500,
  });
  const [made, setMade] = useState<NewApiKey | null>(null);
  const create = useMutation({
    mutationFn: () => createApiKey(projectId, "First key"),
    onSuccess: async (key) => {
      setMade(key);
      await client.invalidateQueries({ queryKey: ["api-keys", projectId] });
    },
  });
  const host = status?.publicUrl ?? appUrl;
  const existing = keys?.[0];
  const publicKey = made?.publicKey ?? existing?.publicKey ?? "pk-lf-…";
  const secretKey = made?.secretKey ?? "sk-lf-…";
  const snippets = useMemo(() => snippetsFor({ host, publicKey, secretKey }), [host, publicKey, secretKey]);
  const [language, setLanguage] = useState("python");
  const snippet = snippets.find((item) => item.id === language) ?? snippets[0];
  const hasKey = made !== null || existing !== undefined;
  return (
    <>
      <header className="topbar">
        {navToggle}
        <h1>Tracing</h1>
      </header>
      <div className="fr">
        <div className="lf">
          <h2 className="display">Send your first trace</h2>
          <p className="mb-8 mt-1 max-w-[560px] text-read text-ink-2">
            Any Langfuse SDK from version 2 on and every OpenTelemetry exporter works unchanged. Point it here, run it once, and this page turns into your list.
          </p>
          <Step state={hasKey ? "done" : "current"} number={1} title={`Key for ${projectName}`}>
            <div className="card">
              <KeyLine label="Host" value={host} />
              {hasKey && <KeyLine label="Public key" value={publicKey} />}
              {made && <KeyLine label="Secret key" value={made.secretKey} note="shown once" />}
              {!made && existing && <KeyLine label="Secret key" value={existing.displaySecretKey} copies={false} />}
            </div>
            <div className="mt-2 flex items-center gap-2">
              {!made && mayCreateKeys && (
                <Button size="s" variant={hasKey ? "default" : "primary"} icon={<KeyRound aria-hidden="true" />} busy={create.isPending} onClick={() => create.mutate()}>
                  {hasKey ? "Create another key" : "Create key"}
                </Button>
              )}
              {made && <CopyButton text={envText(host, made)} label="Copy as .env" variant="default" />}
              {create.error && <FieldError>{create.error.message}</FieldError>}
              {!mayCreateKeys && <span className="text-small text-ink-3">Someone who manages the project can create keys.</span>}
            </div>
          </Step>
          <Step state={hasKey ? "current" : "open"} number={2} title="Run it once">
            {snippet && (
              <div className="code">
                <Tabs label="Language" panelId="snippet" items={snippets.map(({ id, label }) => ({ value: id, label }))} value={snippet.id} onChange={setLanguage}>
                  <span className="flex-1" />
                  <span className="self-center">
                    <CopyButton text={snippet.code} />
                  </span>
                </Tabs>
                <pre id="snippet" role="tabpanel" aria-label={snippet.label}>
                  <code>
                    <Highlighted code={snippet.code} />
                  </code>
                </pre>
              </div>
            )}
          </Step>
          <Step state="open" number={3} title="See it here">
            <div className="wait" role="status">
              <i className="ring" />
              <div>
                <div className="font-strong">{listeningText(host, status?.otlpGrpcPort ?? null)}</div>
                <div className="text-small text-ink-2">{waitingText(arrivals)}</div>
              </div>
            </div>
          </Step>
        </div>
        <aside className="rt" aria-label="What arrived">
          <Arrivals arrivals={arrivals} />
          <Example />
        </aside>
      </div>
    </>
  );
}

function Step({ state, number, title, children }: { state: "done" | "current" | "open"; number: number; title: string; children: ReactNode }) {
  return (
    <section className="stp" data-state={state}>
      <span className="nd" aria-hidden="true">
        {state === "done" ? <Check /> : number}
      </span>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function listeningText(host: string, grpcPort: number | null): string {
  const port = new URL(host).port;
  const http = port === "" ? new URL(host).hostname : `:${port}`;
  return grpcPort === null ? `Listening on ${http} for HTTP` : `Listening on ${http} for HTTP and :${grpcPort} for gRPC`;
}

function waitingText(arrivals: Arrival[]): string {
  const refused = arrivals.filter((arrival) => arrival.status >= 400).length;
  if (arrivals.length === 0) return "Nothing arrived yet.";
  if (refused > 0) return `Nothing accepted yet. ${refused === 1 ? "One request" : plural(refused, "request")} came close, see what ${refused === 1 ? "it needs" : "they need"} on the right.`;
  return "Requests arrive. The first trace turns this page into the list.";
}

function Arrivals({ arrivals }: { arrivals: Arrival[] }) {
  const hint = arrivals.find((arrival) => arrival.hint !== null)?.hint;
  return (
    <div className="card">
      <div className="flex h-9 items-center justify-between border-b border-line-subtle px-3.5">
        <h2 className="font-strong">What arrived</h2>
        <span className="text-small text-ink-3">newest first</span>
      </div>
      {arrivals.length === 0 && <p className="px-3.5 py-3 text-small text-ink-3">Requests of this project show up here, also those that were refused and why.</p>}
      {arrivals.slice(0, 8).map((arrival, index) => (
        <div className="lg" key={`${arrival.time} ${index}`}>
          <span className="text-ink-3">{formatClock(new Date(arrival.time))}</span>
          <b className="font-strong">{arrival.method}</b>
          <span className="path" title={[arrival.path, arrival.sdk, arrival.remoteAddress].filter(Boolean).join("\n")}>
            {arrival.path}
          </span>
          <span className={arrival.status < 400 ? "badge ok" : "badge err"}>
            {arrival.status}
            {arrival.items > 0 && `, ${plural(arrival.items, "item")}`}
          </span>
        </div>
      ))}
      {hint && (
        <div className="p-3">
          <div className="note err">
            <KeyRound aria-hidden="true" />
            <span>{hint}</span>
          </div>
        </div>
      )}
    </div>
  );
}

function Example() {
  const state = useTraceTree(exampleSteps, "", () => undefined);
  return (
    <div>
      <h2 className="mb-1.5 text-small text-ink-3">What you will see</h2>
      <div className="card flex h-[158px] flex-col overflow-hidden" inert>
        <Waterfall state={state} mode="waterfall" rowHeight={26} showCritical showCost={false} barShare={0.42} />
      </div>
    </div>
  );
}
