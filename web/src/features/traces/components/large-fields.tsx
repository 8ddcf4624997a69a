import type { ReactNode } from "react";
import { withBase } from "@/lib/base-path";
import { JsonViewer } from "@/objects/json/json-viewer";
import type { Section } from "@/objects/json/lines";
import { LargeText } from "@/objects/large-text/large-text";
import { textPath } from "../api/queries";

export interface LargeField {
  label: "Input" | "Output";
  /** Its first characters. */
  beginning: string;
  /** Of the whole. */
  bytes: number;
  url: string;
}

interface Texts {
  input: string | null;
  inputBytes: number | null;
  output: string | null;
  outputBytes: number | null;
}

/** Those of the two texts of a step, or (null) of the trace, of which only the beginning is here. */
export function largeFields(projectId: string, traceId: string, observationId: string | null, texts: Texts): LargeField[] {
  const url = (field: "input" | "output") => withBase(textPath(projectId, traceId, observationId, field));
  return [
    ...(texts.inputBytes === null ? [] : [{ label: "Input" as const, beginning: texts.input ?? "", bytes: texts.inputBytes, url: url("input") }]),
    ...(texts.outputBytes === null ? [] : [{ label: "Output" as const, beginning: texts.output ?? "", bytes: texts.outputBytes, url: url("output") }]),
  ];
}

/** As data: the large texts, each with what can be done with it, then the other sections. */
export function LargeData({ fields, sections, label }: { fields: LargeField[]; sections: Section[]; label: string }) {
  const others = sections.filter((section) => !fields.some((field) => field.label === section.name));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div className="scroll px-3.5 pb-4" tabIndex={0} role="region" aria-label={label}>
      {fields.map((field) => (
        <div key={field.url} className="pt-2">
          <div className="sect">{field.label}</div>
          <LargeText {...field} />
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
    ...(input ? { inputInstead: <LargeText key={input.url} {...input} /> } : {}),
    ...(output ? { outputInstead: <LargeText key={output.url} {...output} /> } : {}),
  };
}
