import { Zap } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import type { CostLine, ObservationDetail, TraceDetail } from "@/lib/api-types";
import { formatCount, formatDuration, formatExactMoney, formatNumber, formatShare, formatUnitPrice } from "@/lib/format";
import { DetailTime } from "@/objects/marks/time";
import { FilterLink } from "./trace-facts";
import { UsageWarnings } from "./usage-warnings";

interface StepPropertiesProps {
  projectId: string;
  step: ObservationDetail;
  trace: TraceDetail["trace"];
}

/** Fixed places for what is asked most; cost as a formula. */
export function StepProperties({ projectId, step, trace }: StepPropertiesProps) {
  const writing = step.durationMs !== null ? step.durationMs - (step.timeToFirstTokenMs ?? 0) : 0;
  const speed = step.outputTokens > 0 && writing > 0 ? step.outputTokens / (writing / 1000) : null;
  const share = step.durationMs !== null && trace.durationMs ? step.durationMs / trace.durationMs : null;
  const parameters = Object.entries(step.modelParameters ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <>
      <Section title="Timing">
        <Row label="Duration" right>
          <b className="font-strong">{step.endTime === null && step.type !== "EVENT" ? "running" : formatDuration(step.durationMs)}</b>
        </Row>
        <Row label="First token" right>
          {formatDuration(step.timeToFirstTokenMs)}
        </Row>
        <Row label="Speed" right>
          {speed !== null && `${formatNumber(Math.round(speed))} tokens/s`}
        </Row>
        <Row label="Share of trace" right>
          {share !== null && share <= 1 && formatShare(share)}
        </Row>
        <Row label="Started" right>
          <DetailTime iso={step.startTime} />
        </Row>
      </Section>
      <Cost step={step} traceCost={trace.cost} />
      {(step.model !== null || parameters.length > 0) && (
        <Section title="Model">
          <Row label="Model">{step.model && <span title={step.model}>{step.model}</span>}</Row>
          <Row label="Price">{step.pricingTierName}</Row>
          <Row label="Tokens">{step.usageIsCounted && <span title="The client reported no usage: Clew counted the tokens of input and output">estimated</span>}</Row>
          {parameters.map(([key, value]) => (
            <Row key={key} label={key.replaceAll("_", " ")}>
              <span title={asText(value)}>{asText(value)}</span>
            </Row>
          ))}
        </Section>
      )}
      {step.promptName !== null && (
        <Section title="Prompt">
          <div className="pr">
            <dt className="!w-auto flex-1 !text-ink">{step.promptName}</dt>
            <dd className="r text-ink-3">{step.promptVersion !== null && `v${step.promptVersion}`}</dd>
          </div>
        </Section>
      )}
      <Section title="Context">
        <Row label="Environment">{step.environment}</Row>
        <Row label="Release">{step.release && <FilterLink projectId={projectId} field="release" value={step.release} />}</Row>
        <Row label="Version">{step.version}</Row>
        <Row label="User">{step.userId && <FilterLink projectId={projectId} field="user" value={step.userId} />}</Row>
        <Row label="Session">{step.sessionId && <FilterLink projectId={projectId} field="session" value={step.sessionId} />}</Row>
        <Row label="Service">{step.serviceName}</Row>
        <Row label="SDK">{[step.sdkName, step.sdkVersion].filter((part) => part && part !== "unknown").join(" ")}</Row>
        <Row label="Scope">{step.scopeName && <span title={[step.scopeName, step.scopeVersion].filter(Boolean).join(" ")}>{step.scopeName}</span>}</Row>
        <Row label="Tags">
          {step.tags.length > 0 && (
            <span className="flex flex-wrap gap-1">
              {step.tags.map((tag) => (
                <span key={tag} className="badge line">
                  {tag}
                </span>
              ))}
            </span>
          )}
        </Row>
        <Row label="Id">
          <code title={step.id}>{step.id}</code>
        </Row>
      </Section>
    </>
  );
}

function asText(value: unknown): string {
  return typeof value === "number" ? formatNumber(value) : typeof value === "string" ? value : JSON.stringify(value);
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="psec">
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

function Row({ label, right = false, children }: { label: string; right?: boolean; children: ReactNode }) {
  if (children === null || children === undefined || children === "" || children === false) return null;
  return (
    <div className="pr">
      <dt title={label}>{label}</dt>
      <dd className={right ? "r" : undefined}>{children}</dd>
    </div>
  );
}

const kSeries = ["--chart-1", "--chart-3", "--chart-4", "--chart-5", "--chart-2", "--chart-6", "--chart-7", "--chart-8"];

/** Units × price = amount, line by line; a step without cost lines shows its usage alone. */
function Cost({ step, traceCost }: { step: ObservationDetail; traceCost: number | null }) {
  const lines = step.costLines.filter((line) => line.key !== "total").sort((left, right) => costRank(left.key) - costRank(right.key) || right.amount - left.amount);
  const usage = Object.entries(step.usage).filter(([key]) => key !== "total");
  if (step.cost === null && lines.length === 0) {
    if (usage.length === 0) return null;
    return (
      <Section title="Usage">
        {usage.map(([key, units]) => (
          <Row key={key} label={unitName(key)} right>
            {formatCount(units)}
          </Row>
        ))}
        <UsageWarnings warnings={step.usageWarnings} />
      </Section>
    );
  }
  const total = step.cost ?? lines.reduce((sum, line) => sum + line.amount, 0);
  const saved = cacheSaving(lines);
  return (
    <section className="psec">
      <h3>Cost</h3>
      <div className="flex items-baseline gap-2">
        <span className="num text-[18px] font-strong leading-6">{formatExactMoney(total)}</span>
        {traceCost !== null && traceCost > 0 && total <= traceCost && <span className="text-micro text-ink-3">{formatShare(total / traceCost)} of the trace</span>}
      </div>
      {total > 0 && lines.length > 1 && (
        <div className="stack" aria-hidden="true">
          {lines.map((line, index) => (
            <i key={line.key} style={{ width: `${(line.amount / total) * 100}%`, "--c": `var(${kSeries[index % kSeries.length]})` } as CSSProperties} />
          ))}
        </div>
      )}
      <table className="cost">
        <tbody>
          {lines.map((line, index) => (
            <tr key={line.key}>
              <td title={line.key}>
                <i className="dot sq" style={{ "--c": `var(${kSeries[index % kSeries.length]})` } as CSSProperties} /> {unitName(line.key)}
              </td>
              <td>
                {line.units !== null && formatCount(line.units)}
                {line.unitPrice !== null && ` × ${formatUnitPrice(line.unitPrice)}`}
              </td>
              <td>{formatExactMoney(line.amount)}</td>
            </tr>
          ))}
          <tr className="tot">
            <td>Total</td>
            <td>{step.totalTokens > 0 && `${formatCount(step.totalTokens)} tokens`}</td>
            <td>{formatExactMoney(total)}</td>
          </tr>
        </tbody>
      </table>
      <UsageWarnings warnings={step.usageWarnings} />
      {saved !== null && (
        <div className="mt-1.5 flex items-center gap-1.5 text-better">
          <Zap className="size-3" aria-hidden="true" />
          Cache saved {formatExactMoney(saved.amount)} ({formatShare(saved.share)})
        </div>
      )}
    </section>
  );
}

/** `input_cached_tokens` → `Cached`; the whole key is in the tooltip. */
function unitName(key: string): string {
  if (/cache_creation|cache_write/.test(key)) return "Cache write";
  if (/cache/.test(key)) return "Cached";
  if (/reasoning/.test(key)) return "Reasoning";
  const words = key.replace(/_tokens?$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What goes in before what comes out, the plain before the special. */
function costRank(key: string): number {
  return (/output|completion|reasoning/.test(key) ? 4 : 0) + (/^(input|output)$/.test(key) ? 0 : 1);
}

/** What cached input would have cost at the price of plain input. */
export function cacheSaving(lines: CostLine[]): { amount: number; share: number } | null {
  const plain = lines.find((line) => line.key === "input")?.unitPrice ?? null;
  const cached = lines.find((line) => /cache/.test(line.key) && !/creat|write/.test(line.key));
  if (plain === null || !cached || cached.unitPrice === null || cached.units === null || cached.unitPrice >= plain) return null;
  const amount = cached.units * (plain - cached.unitPrice);
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  return amount > 0 ? { amount, share: amount / (amount + total) } : null;
}
