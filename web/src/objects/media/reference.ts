// References to stored files as SDKs write them into payloads: @@@langfuseMedia:type=image/png|id=…|source=…@@@.
import { isObject, type Json } from "@/lib/json";

export interface MediaReference {
  type: string;
  id: string;
  source: string;
}

export type MediaKind = "image" | "audio" | "video" | "text" | "file";

const kPattern = /@@@langfuseMedia:type=([^|@]{1,200})\|id=([^|@]{1,200})\|source=([^|@]{1,200})@@@/g;
/** A payload that refers to more files than this shows the first ones. */
const kMaxFound = 60;

/** The text in pieces: what stands between references as text, and the references. No empty texts. */
export function splitMedia(text: string): (string | MediaReference)[] {
  if (!text.includes("@@@langfuseMedia:")) return [text];
  const pieces: (string | MediaReference)[] = [];
  let end = 0;
  for (const match of text.matchAll(kPattern)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ type: match[1] ?? "", id: match[2] ?? "", source: match[3] ?? "" });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

/** The reference, when the text is nothing else. */
export function asMedia(text: string): MediaReference | null {
  const [only, second] = splitMedia(text.trim());
  return only !== undefined && typeof only !== "string" && second === undefined ? only : null;
}

/** Every file a payload refers to, each once, in order of appearance. */
export function findMedia(value: Json | undefined): MediaReference[] {
  const found = new Map<string, MediaReference>();
  const visit = (item: Json | undefined): void => {
    if (found.size >= kMaxFound) return;
    if (typeof item === "string") {
      for (const piece of splitMedia(item)) if (typeof piece !== "string" && !found.has(piece.id)) found.set(piece.id, piece);
    } else if (Array.isArray(item)) item.forEach(visit);
    else if (isObject(item)) Object.values(item).forEach(visit);
  };
  visit(value);
  return [...found.values()];
}

const kTextTypes = new Set(["application/json", "application/x-ndjson", "application/x-yaml", "application/xml", "application/javascript"]);
/** What browsers do not draw although they are pictures. */
const kUndrawn = new Set(["image/svg+xml", "image/tiff", "image/heic"]);

export function mediaKind(type: string): MediaKind {
  if (type.startsWith("image/") && !kUndrawn.has(type)) return "image";
  if (type.startsWith("audio/")) return "audio";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("text/") || kTextTypes.has(type) ? "text" : "file";
}
