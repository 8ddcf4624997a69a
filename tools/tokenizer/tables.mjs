// node tables.mjs NODE_MODULES OUT: the vocabularies of the npm packages as one file for src/tokenizer.
//
// "CLEWTOK1", then per encoding, until the end: name, split pattern, and special tokens joined by "\n", each as a
// 4-byte length and text; the number of tokens (4 bytes); the tokens in order of rank, each as a 2-byte length and its
// bytes. Numbers are little-endian. Only the order of ranks matters for merging, so their gaps are dropped.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, out] = process.argv.slice(2);
const require = createRequire(resolve(folder, 'index.js'));

function tokensOf(ranks) {
  const tokens = [];
  for (const line of ranks.split('\n').filter(Boolean)) {
    const [, offset, ...words] = line.split(' ');
    words.forEach((word, index) => tokens.push([Number(offset) + index, Buffer.from(word, 'base64')]));
  }
  return tokens.sort((a, b) => a[0] - b[0]).map(([, bytes]) => bytes);
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([number(bytes.length), bytes]);
}

const parts = [Buffer.from('CLEWTOK1')];
for (const name of ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base', 'claude']) {
  const source =
    name === 'claude'
      ? JSON.parse(readFileSync(require.resolve('@anthropic-ai/tokenizer/claude.json'), 'utf8'))
      : require(`js-tiktoken/ranks/${name}`);
  const tokens = tokensOf(source.bpe_ranks);
  parts.push(text(name), text(source.pat_str), text(Object.keys(source.special_tokens).join('\n')), number(tokens.length));
  for (const token of tokens) {
    parts.push(number(token.length).subarray(0, 2), token);
  }
}
writeFileSync(out, Buffer.concat(parts));
