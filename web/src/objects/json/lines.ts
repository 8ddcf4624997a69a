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
}

const kMaxDepth = 400;
/** Larger containers start folded below the first levels. */
const kFoldAbove = 100;

/** What a person folded or unfolded, by line id; everything else follows its size. */
export type Folds = ReadonlyMap<string, boolean>;

export function toLines(sections: Section[], folds: Folds, unfoldAll = false): JsonLine[] {
  const lines: JsonLine[] = [];
  sections.forEach((section, at) => {
    const id = `${at}`;
    const isFolded = folds.get(id) ?? false;
    if (section.name !== "") {
      lines.push({ id, path: [], depth: 0, kind: "section", key: section.name, value: section.value, size: isFolded ? 1 : 0, comma: false });
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
    lines.push({ ...item, kind: "value", size: 0 });
    return;
  }
  const entries: [string | number, Json][] = isList ? value.map((member, index) => [index, member]) : Object.entries(value);
  const size = entries.length;
  const byDefault = item.depth >= kMaxDepth || (item.depth > 1 && size > kFoldAbove);
  if (size === 0 || (!unfoldAll && (folds.get(item.id) ?? byDefault))) {
    lines.push({ ...item, kind: "folded", size });
    return;
  }
  lines.push({ ...item, kind: "open", size });
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
  lines.push({ ...item, id: `${item.id}/]`, kind: "close", key: null, size });
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
    const inValue = line.kind === "value" && String(line.value).toLowerCase().includes(wanted);
    return inKey || inValue ? [index] : [];
  });
}
