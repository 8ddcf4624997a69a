import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { formatBytes, formatCount } from "@/lib/format";
import { parseStored, type Json } from "@/lib/json";
import { Button } from "@/ui/button";
import { FieldError } from "@/ui/field";
import { JsonViewer } from "../json/json-viewer";

interface LargeTextProps {
  /** What it is: "Input". */
  label: string;
  /** Its first characters. */
  beginning: string;
  /** Of the whole. */
  bytes: number;
  /** Where the whole is, as a file. */
  url: string;
}

/** A text too large to come with the page: its beginning, and the rest when somebody asks for it. */
export function LargeText({ label, beginning, bytes, url }: LargeTextProps) {
  const [isWhole, setIsWhole] = useState(false);
  const whole = useQuery({
    queryKey: ["text", url],
    queryFn: ({ signal }) => readWhole(url, signal),
    enabled: isWhole,
    staleTime: Number.POSITIVE_INFINITY,
    // Large: dropped soon after nobody looks at it.
    gcTime: 30_000,
    structuralSharing: false,
    retry: false,
  });
  const isShown = whole.data !== undefined;
  const value: Json = whole.data === undefined ? beginning : whole.data;
  return (
    <section className="my-2 flex flex-col" aria-label={`${label}, ${formatBytes(bytes)}`}>
      <div className="flex flex-wrap items-center gap-2 py-1.5 text-small text-ink-2">
        <span>
          <b className="font-medium text-ink">{formatBytes(bytes)}</b>
          {isShown ? ", all of it" : `, the first ${formatCount(beginning.length)} characters`}
        </span>
        <span className="flex-1" />
        {!isShown && (
          <Button size="s" busy={whole.isFetching} onClick={() => (whole.error ? void whole.refetch() : setIsWhole(true))}>
            Show all
          </Button>
        )}
        <a className="btn s" href={url} download>
          <Download aria-hidden="true" />
          Download
        </a>
      </div>
      {whole.error && <FieldError>{whole.error.message}</FieldError>}
      <div className={isShown ? "flex h-[70vh] flex-col" : ""}>
        <JsonViewer key={isShown ? "whole" : "beginning"} label={label} fill={isShown} sections={[{ name: "", value }]} />
      </div>
    </section>
  );
}

async function readWhole(url: string, signal: AbortSignal): Promise<Json> {
  const response = await fetch(url, { credentials: "same-origin", signal });
  if (!response.ok) throw new Error(`The text did not load (${response.status}).`);
  return parseStored(await response.text());
}
