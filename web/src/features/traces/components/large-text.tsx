import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { withBase } from "@/lib/base-path";
import { formatBytes, formatCount } from "@/lib/format";
import type { Json } from "@/lib/json";
import { JsonViewer } from "@/objects/json/json-viewer";
import type { Section } from "@/objects/json/lines";
import { Button } from "@/ui/button";
import { FieldError } from "@/ui/field";
import { textPath, textQuery } from "../api/queries";

export interface LargeField {
  label: "Input" | "Output";
  /** Its first characters. */
  beginning: string;
  /** Of the whole. */
  bytes: number;
  path: string;
}

interface Texts {
  input: string | null;
  inputBytes: number | null;
  output: string | null;
  outputBytes: number | null;
}

/** Those of the two texts of a step, or (null) of the trace, of which only the beginning is here. */
export function largeFields(projectId: string, traceId: string, observationId: string | null, texts: Texts): LargeField[] {
  const path = (field: "input" | "output") => textPath(projectId, traceId, observationId, field);
  return [
    ...(texts.inputBytes === null ? [] : [{ label: "Input" as const, beginning: texts.input ?? "", bytes: texts.inputBytes, path: path("input") }]),
    ...(texts.outputBytes === null ? [] : [{ label: "Output" as const, beginning: texts.output ?? "", bytes: texts.outputBytes, path: path("output") }]),
  ];
}

/** As data: the large texts, each with what can be done with it, then the other sections. */
export function LargeData({ fields, sections, label }: { fields: LargeField[]; sections: Section[]; label: string }) {
  const others = sections.filter((section) => !fields.some((field) => field.label === section.name));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div className="scroll px-3.5 pb-4" tabIndex={0} role="region" aria-label={label}>
      {fields.map((field) => (
        <div key={field.path} className="pt-2">
          <div className="sect">{field.label}</div>
          <LargeText field={field} />
        </div>
      ))}
      <JsonViewer label={label} sections={others} maxHeight={600} />
    </div>
  );
}

/** What stands in a conversation where a side is too large for it. */
export function largeSides(fields: LargeField[]): { inputInstead?: ReactNode; outputInstead?: ReactNode } {
  const [input, output] = [fields.find((field) => field.label === "Input"), fields.find((field) => field.label === "Output")];
  return {
    ...(input ? { inputInstead: <LargeText key={input.path} field={input} /> } : {}),
    ...(output ? { outputInstead: <LargeText key={output.path} field={output} /> } : {}),
  };
}

/** A text too large to come with the page: its beginning, and the rest when somebody asks for it. */
export function LargeText({ field }: { field: LargeField }) {
  const [isWhole, setIsWhole] = useState(false);
  const whole = useQuery({ ...textQuery(field.path), enabled: isWhole });
  const isShown = whole.data !== undefined;
  const value: Json = whole.data === undefined ? field.beginning : whole.data;
  return (
    <section className="my-2 flex flex-col" aria-label={`${field.label}, ${formatBytes(field.bytes)}`}>
      <div className="flex flex-wrap items-center gap-2 py-1.5 text-small text-ink-2">
        <span>
          <b className="font-medium text-ink">{formatBytes(field.bytes)}</b>
          {isShown ? ", all of it" : `, the first ${formatCount(field.beginning.length)} characters`}
        </span>
        <span className="flex-1" />
        {!isShown && (
          <Button size="s" busy={whole.isFetching} onClick={() => (whole.error ? void whole.refetch() : setIsWhole(true))}>
            Show all
          </Button>
        )}
        <a className="btn s" href={withBase(field.path)} download>
          <Download aria-hidden="true" />
          Download
        </a>
      </div>
      {whole.error && <FieldError>{whole.error.message}</FieldError>}
      <div className={isShown ? "flex h-[70vh] flex-col" : ""}>
        <JsonViewer key={isShown ? "whole" : "beginning"} label={field.label} fill={isShown} sections={[{ name: "", value }]} />
      </div>
    </section>
  );
}
