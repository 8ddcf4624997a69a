// A document as lines, as far as it is unfolded. Only what can be seen is made, so that a payload of any size opens.
import { isObject, type Json } from "@/lib/json";

export interface Section {
  /** Empty for a single document without a heading. */
  name: string;
  value: Json;
}

export type Path = (string | number)[];

export interface JsonLine {
  /** Unique in the document: section and path. */
  id: string;
  path: Path;
  depth: number;
  kind: "section" | "open" | "folded" | "close" | "value";
  key: string | null;
  value: Json;
  /** Members of an object or list. */
  size: number;
  comma: boolean;
  /** Of a long text: the part of `value` that stands on this line. */
  part: Part | null;
}

export interface Part {
  from: number;
  to: number;
}

const kMaxDepth = 400;
/** Larger containers start folded below the first levels. */
const kFoldAbove = 100;
/** A longer text goes on in further lines, so that one of many megabytes is as quick to draw as a short one. */
const kPart = 2000;

/** What a person folded or unfolded, by line id; everything else follows its size. */
export type Folds = ReadonlyMap<string, boolean>;

export function toLines(sections: Section[], folds: Folds, unfoldAll = false): JsonLine[] {
  const lines: JsonLine[] = [];
  sections.forEach((section, at) => {
    const id = `${at}`;
    const isFolded = folds.get(id) ?? false;
    if (section.name !== "") {
      lines.push({ id, path: [], depth: 0, kind: "section", key: section.name, value: section.value, size: isFolded ? 1 : 0, comma: false, part: null });
      if (isFolded && !unfoldAll) return;
    }
    addValue(lines, { id: `${id}$`, path: [], depth: 0, key: null, value: section.value, comma: false }, folds, unfoldAll);
  });
  return lines;
}

type Item = Pick<JsonLine, "id" | "path" | "depth" | "key" | "value" | "comma">;

function addValue(lines: JsonLine[], item: Item, folds: Folds, unfoldAll: boolean): void {
  const { value } = item;
  const isList = Array.isArray(value);
  if (!isList && !isObject(value)) {
    if (typeof value === "string" && value.length > kPart) addParts(lines, item, value);
    else lines.push({ ...item, kind: "value", size: 0, part: null });
    return;
  }
  const entries: [string | number, Json][] = isList ? value.map((member, index) => [index, member]) : Object.entries(value);
  const size = entries.length;
  const byDefault = item.depth >= kMaxDepth || (item.depth > 1 && size > kFoldAbove);
  if (size === 0 || (!unfoldAll && (folds.get(item.id) ?? byDefault))) {
    lines.push({ ...item, kind: "folded", size, part: null });
    return;
  }
  lines.push({ ...item, kind: "open", size, part: null });
  entries.forEach(([key, member], index) => {
    addValue(
      lines,
      {
        id: `${item.id}/${key}`,
        path: [...item.path, key],
        depth: item.depth + 1,
        key: isList ? null : String(key),
        value: member,
        comma: index < size - 1,
      },
      folds,
      unfoldAll,
    );
  });
  lines.push({ ...item, id: `${item.id}/]`, kind: "close", key: null, size, part: null });
}

function addParts(lines: JsonLine[], item: Item, text: string): void {
  for (let from = 0; from < text.length; ) {
    const to = endOfPart(text, from);
    const isFirst = from === 0;
    const isLast = to === text.length;
    lines.push({ ...item, id: isFirst ? item.id : `${item.id}~${from}`, key: isFirst ? item.key : null, kind: "value", size: 0, comma: item.comma && isLast, part: { from, to } });
    from = to;
  }
}

/** After a line of the text where there is one, and never inside a character. */
function endOfPart(text: string, from: number): number {
  const longest = from + kPart;
  if (longest >= text.length) return text.length;
  const newline = text.lastIndexOf("\n", longest - 1);
  if (newline >= from + kPart / 2) return newline + 1;
  const isInside = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1));
  return isInside ? longest - 1 : longest;
}

/** What stands on the line of a scalar. */
export function shownText(line: JsonLine): string {
  if (typeof line.value !== "string") return String(line.value);
  return line.part ? line.value.slice(line.part.from, line.part.to) : line.value;
}

/** `messages[0].content`, as one types it elsewhere. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const isPlain = /^[A-Za-z_$][\w$]*$/.test(key);
    return isPlain ? (text === "" ? key : `${text}.${key}`) : `${text}[${JSON.stringify(key)}]`;
  }, "");
}

/** Lines in which the words stand, any case, keys included. */
export function findInLines(lines: JsonLine[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (wanted === "") return [];
  return lines.flatMap((line, index) => {
    const inKey = line.key?.toLowerCase().includes(wanted) ?? false;
    const inValue = line.kind === "value" && searchedText(line, wanted.length).toLowerCase().includes(wanted);
    return inKey || inValue ? [index] : [];
  });
}

/** A word over the end of a part belongs to the line it begins on. */
function searchedText(line: JsonLine, length: number): string {
  return line.part && typeof line.value === "string" ? line.value.slice(line.part.from, line.part.to + length - 1) : shownText(line);
}
