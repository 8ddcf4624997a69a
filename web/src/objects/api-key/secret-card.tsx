import type { NewApiKey } from "@/lib/api-types";
import { CopyButton, CopyIconButton } from "@/ui/copy-button";

/** What an SDK reads from its environment. */
export function envText(host: string, key: Pick<NewApiKey, "publicKey" | "secretKey">): string {
  return `LANGFUSE_PUBLIC_KEY="${key.publicKey}"\nLANGFUSE_SECRET_KEY="${key.secretKey}"\nLANGFUSE_HOST="${host}"\nLANGFUSE_BASE_URL="${host}"\n`;
}

/** A key right after it was made: the only time its secret can be seen. */
export function SecretCard({ host, apiKey }: { host: string; apiKey: NewApiKey }) {
  return (
    <div className="flex flex-col gap-2">
      <div className="card">
        <KeyLine label="Host" value={host} />
        <KeyLine label="Public key" value={apiKey.publicKey} />
        <KeyLine label="Secret key" value={apiKey.secretKey} note="shown once" />
      </div>
      <div className="flex gap-2">
        <CopyButton text={envText(host, apiKey)} label="Copy as .env" variant="default" />
      </div>
    </div>
  );
}

export function KeyLine({ label, value, note, copies = true }: { label: string; value: string; note?: string; copies?: boolean }) {
  return (
    <div className="kv">
      <span className="text-ink-3">{label}</span>
      <span className="flex min-w-0 items-center gap-2">
        <code className="truncate">{value}</code>
        {note && <span className="badge warn">{note}</span>}
      </span>
      {copies ? <CopyIconButton text={value} label={`Copy ${label.toLowerCase()}`} /> : <span />}
    </div>
  );
}
