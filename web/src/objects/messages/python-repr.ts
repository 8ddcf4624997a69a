// Some Python integrations store messages as their repr: Agno `role='user' content='Hi' tool_calls=[{...}]`, smolagents
// and LlamaIndex `ChatMessage(role=<MessageRole.USER: 'user'>, content=[{...}])`. A small reader for exactly that:
// key=value pairs whose values are Python literals, enum members, or objects made of such pairs.
import type { Json, JsonObject } from "@/lib/json";

export function isPythonMessage(text: string): boolean {
  return /^role=['"]/.test(text) || /^\w*Message\(role=.*\)$/s.test(text);
}

/** The pairs as an object, or null when the text is not such a repr. Values that are no literals are left out. */
export function readPythonPairs(text: string): JsonObject | null {
  if (!isPythonMessage(text)) return null;
  const reader = new Reader(text.startsWith("role=") ? text : text.slice(text.indexOf("(") + 1, -1));
  const result: JsonObject = {};
  while (!reader.atEnd()) {
    const key = reader.key();
    if (key === null) break;
    const value = reader.literal();
    if (value === undefined) reader.skipWord();
    else result[key] = value;
    reader.skipComma();
  }
  return result;
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  key(): string | null {
    const match = /^(\w+)=/.exec(this.text.slice(this.at, this.at + 80));
    if (!match) return null;
    this.at += match[0].length;
    return match[1] ?? null;
  }

  private skipSpace(): void {
    while (this.text[this.at] === " ") this.at++;
  }

  /** Over something like `MessageMetrics(input_tokens=datetime(...), ...)`: brackets are balanced, then to the next space. */
  skipWord(): void {
    let depth = 0;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text.charAt(this.at);
      if ("([{".includes(char)) depth++;
      else if (")]}".includes(char)) depth--;
      else if ((char === " " || char === ",") && depth <= 0) return;
    }
  }

  literal(): Json | undefined {
    const char = this.text[this.at];
    if (char === "'" || char === '"') return this.quoted(char);
    if (char === "[") return this.list();
    if (char === "{") return this.dict();
    if (char === "<") return this.enumMember();
    if (/^[A-Z]\w*\(/.test(this.text.slice(this.at, this.at + 80))) return this.made();
    const word = /^(None|True|False|-?\d+(?:\.\d+)?(?:e-?\d+)?)(?=[\s,\]})]|$)/.exec(this.text.slice(this.at, this.at + 40))?.[1];
    if (word === undefined) return undefined;
    this.at += word.length;
    return word === "None" ? null : word === "True" ? true : word === "False" ? false : Number(word);
  }

  private quoted(quote: string): string {
    let result = "";
    for (this.at++; this.at < this.text.length && this.text[this.at] !== quote; this.at++) {
      if (this.text[this.at] !== "\\") {
        result += this.text.charAt(this.at);
        continue;
      }
      this.at++;
      const escape = this.text.charAt(this.at);
      const width = escape === "x" ? 2 : escape === "u" ? 4 : escape === "U" ? 8 : 0;
      if (width > 0) {
        result += String.fromCodePoint(parseInt(this.text.slice(this.at + 1, this.at + 1 + width), 16) || 0xfffd);
        this.at += width;
      } else result += { n: "\n", t: "\t", r: "\r" }[escape] ?? escape;
    }
    this.at++;
    return result;
  }

  private list(): Json[] | undefined {
    const items: Json[] = [];
    this.at++;
    for (;;) {
      this.skipComma();
      if (this.text[this.at] === "]") break;
      const item = this.literal();
      if (item === undefined) return undefined;
      items.push(item);
    }
    this.at++;
    return items;
  }

  private dict(): JsonObject | undefined {
    const result: JsonObject = {};
    this.at++;
    for (;;) {
      this.skipComma();
      if (this.text[this.at] === "}") break;
      const key = this.literal();
      if (typeof key !== "string" || this.text[this.at] !== ":") return undefined;
      this.at++;
      this.skipSpace();
      const value = this.literal();
      if (value === undefined) return undefined;
      result[key] = value;
    }
    this.at++;
    return result;
  }

  /** `<MessageRole.USER: 'user'>` is its value. */
  private enumMember(): Json | undefined {
    const name = /^<[\w.]+: /.exec(this.text.slice(this.at, this.at + 80))?.[0];
    if (name === undefined) return undefined;
    this.at += name.length;
    const value = this.literal();
    if (this.text[this.at] !== ">") return undefined;
    this.at++;
    return value;
  }

  /** `TextBlock(block_type='text', text='Hi')` is an object of its pairs. */
  private made(): JsonObject | undefined {
    const result: JsonObject = {};
    this.at = this.text.indexOf("(", this.at) + 1;
    for (;;) {
      this.skipComma();
      if (this.text[this.at] === ")") break;
      const key = this.key();
      const value = key === null ? undefined : this.literal();
      if (key === null || value === undefined) return undefined;
      result[key] = value;
    }
    this.at++;
    return result;
  }

  skipComma(): void {
    while (this.text[this.at] === " " || this.text[this.at] === ",") this.at++;
  }
}
