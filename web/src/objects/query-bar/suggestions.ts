import type { Facet, View } from "@/lib/api-types";
import { fieldsOf, findField, kKeyedFields } from "../query/fields";
import { splitTerms } from "../query/language";

export interface Suggestion {
  group: "Fields" | "Values" | "Recent" | "Search";
  label: string;
  hint: string;
  /** What the draft becomes. */
  text: string;
  /** Taking it completes the condition. */
  completes: boolean;
}

const kMost = 9;

/** What may follow the draft: values of the field being typed, else fields that begin like it, else recent queries. */
export function suggest(draft: string, view: View, facets: Facet[], recent: string[]): Suggestion[] {
  const last = splitTerms(draft).at(-1) ?? "";
  const typed = draft.endsWith(" ") ? "" : last;
  const value = /^(-?)([A-Za-z][\w.]*):(.*)$/s.exec(typed);
  if (value) return suggestValues(value[1] ?? "", value[2] ?? "", value[3] ?? "", view, facets);
  const sign = typed.startsWith("-") ? "-" : "";
  const wanted = typed.slice(sign.length).toLowerCase();
  const fields = fieldsOf(view)
    .filter((field) => field.name.toLowerCase().startsWith(wanted) || field.label.toLowerCase().startsWith(wanted))
    .slice(0, wanted === "" ? kMost : 6)
    .map((field): Suggestion => ({ group: "Fields", label: field.name, hint: field.hint, text: `${sign}${field.name}:`, completes: false }));
  const keyed = kKeyedFields[view]
    .filter((item) => item.prefix.startsWith(wanted))
    .map((item): Suggestion => ({ group: "Fields", label: item.prefix, hint: item.hint, text: `${sign}${item.prefix}`, completes: false }));
  const words: Suggestion[] =
    wanted === "" ? [] : [{ group: "Search", label: typed, hint: "in names, ids, users, input and output", text: typed, completes: true }];
  const recents = recent
    .filter((query) => wanted === "" || query.toLowerCase().includes(wanted))
    .slice(0, 4)
    .map((query): Suggestion => ({ group: "Recent", label: query, hint: "", text: query, completes: true }));
  return [...words, ...fields, ...keyed, ...recents];
}

function suggestValues(sign: string, name: string, typed: string, view: View, facets: Facet[]): Suggestion[] {
  const field = findField(view, name);
  if (!field) return [];
  if (field.kind === "number") {
    const amounts = field.unit === "s" ? [">1s", ">5s", ">30s", "<500ms"] : field.unit === "usd" ? [">0.01", ">0.1", ">1"] : [">1k", ">10k", ">50k"];
    return amounts
      .filter((amount) => amount.startsWith(typed))
      .map((amount) => ({ group: "Values", label: amount, hint: field.hint, text: `${field.name}:${amount}`, completes: true }));
  }
  const wanted = typed.replace(/^["(*]+/, "").toLowerCase();
  const values = facets.find((facet) => facet.field === field.column)?.values ?? [];
  return values
    .filter((item) => item.value.toLowerCase().includes(wanted))
    .slice(0, kMost)
    .map((item) => ({
      group: "Values",
      label: item.value,
      hint: item.count.toLocaleString("en"),
      text: `${sign}${field.name}:${/[\s()"]/.test(item.value) ? `"${item.value}"` : item.value}`,
      completes: true,
    }));
}
