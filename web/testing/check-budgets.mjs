// The budgets of the build: initial script ≤ 250 kB, each further chunk ≤ 100 kB, compressed as the browser gets them.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const kInitial = 250_000;
const kChunk = 100_000;

const html = readFileSync(`${dist}/index.html`, "utf8");
const sizes = readdirSync(`${dist}/assets`)
  .filter((file) => file.endsWith(".js"))
  .map((file) => ({ file, bytes: gzipSync(readFileSync(`${dist}/assets/${file}`), { level: 9 }).length, isInitial: html.includes(file) }));
const initial = sizes.filter((item) => item.isInitial).reduce((sum, item) => sum + item.bytes, 0);
const tooLarge = sizes.filter((item) => !item.isInitial && item.bytes > kChunk);
const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

console.log(`initial script ${kilo(initial)} of ${kilo(kInitial)}; largest chunk ${kilo(Math.max(0, ...sizes.filter((item) => !item.isInitial).map((item) => item.bytes)))} of ${kilo(kChunk)}`);
if (initial > kInitial || tooLarge.length > 0) {
  for (const { file, bytes } of tooLarge) console.error(`${file}: ${kilo(bytes)}`);
  process.exit(1);
}
