import { useMutation } from "@tanstack/react-query";
import { Download, Eye } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { DeadLetter } from "@/lib/api-types";
import { formatBytes, formatCount, formatDetailTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldError, TextField } from "@/ui/field";
import { openPayload } from "./api";

const kReasonMin = 10;
const kPreviewBytes = 20_000;

/** One letter. Its body is a tenant's data: it opens with a reason, which the project finds in its audit trail. */
export function LetterDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const payload = useMutation({ mutationFn: () => openPayload(letter.id, reason.trim()) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    payload.mutate();
  };
  const facts: [string, string | null][] = [
    ["Letter", letter.id],
    ["Project", letter.projectId],
    ["Reason", letter.reason],
    ["Error", letter.error],
    ["Received", letter.receivedAt && formatDetailTime(letter.receivedAt)],
    ["Failed", formatDetailTime(letter.failedAt)],
    ["Door", letter.source],
    ["Sender", letter.sdk],
    ["Request", letter.requestId],
    ["Items", letter.items.length > 0 ? `${letter.items.join(", ")}; the others of the request are stored` : "all of the request"],
    ["Size", formatBytes(letter.bytes)],
    ["Tries", formatCount(letter.attempts)],
  ];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Dead letter" wide>
      <dl className="mt-3 text-small">
        {facts.map(([name, value]) => (
          <div key={name} className="flex gap-3 py-0.5">
            <dt className="w-20 flex-none text-ink-3">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {!letter.hasPayload ? (
        <p className="note warn mt-4">The payload was not kept: the space for dead letters was used up, or the log was damaged there.</p>
      ) : payload.data ? (
        <Payload bytes={payload.data} name={`dead-letter-${letter.id}`} />
      ) : (
        <form className="mt-4 flex flex-col gap-2" onSubmit={submit}>
          <TextField label="Why do you look at this data?" hint="At least 10 characters. The owners of the project find it in their audit trail." value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} />
          {payload.error && <FieldError>{payload.error.message}</FieldError>}
          <div className="flex justify-end">
            <Button type="submit" icon={<Eye aria-hidden="true" />} busy={payload.isPending} disabled={reason.trim().length < kReasonMin}>
              Open the payload
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Payload({ bytes, name }: { bytes: ArrayBuffer; name: string }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([bytes]));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="mt-4 flex flex-col gap-2">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard */}
      <pre className="op-payload" tabIndex={0} aria-label="Payload">
        {previewOf(bytes)}
      </pre>
      <div className="flex items-center justify-end gap-3">
        {bytes.byteLength > kPreviewBytes && <span className="text-small text-ink-2">The first {formatBytes(kPreviewBytes)} of {formatBytes(bytes.byteLength)}.</span>}
        <Button icon={<Download aria-hidden="true" />} onClick={save}>
          Save the payload
        </Button>
      </div>
    </div>
  );
}

/** Text as it is, anything else as bytes in hexadecimal. */
export function previewOf(bytes: ArrayBuffer): string {
  const head = new Uint8Array(bytes.slice(0, kPreviewBytes));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    const lines: string[] = [];
    for (let at = 0; at < Math.min(head.length, 4096); at += 16) {
      lines.push([...head.slice(at, at + 16)].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
    }
    return lines.join("\n");
  }
}
