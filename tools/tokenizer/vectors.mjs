// node vectors.mjs NODE_MODULES OUT: what the published tokenisers count for odd texts, as test data
// (src/tokenizer/testdata/counts.json). Texts stand there as [piece, repetitions] lists.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, out] = process.argv.slice(2);
const require = createRequire(resolve(folder, 'index.js'));
const { Tiktoken } = require('js-tiktoken/lite');
const { countTokens } = require('@anthropic-ai/tokenizer');

const texts = [
  [['', 1]],
  [['Hello world', 1]],
  [['The quick brown fox jumps over the lazy dog. ', 40]],
  [["I'm we'll they've DON'T it'S who'd 'tis", 1]],
  [['   leading and   inner    blanks   ', 1]],
  [['tabs\t\tand\r\n\r\nnew\n\n\nlines\n  indented\n\tmore  \n', 5]],
  [['1 12 123 1234 12345 3.14159 1,000,000 ½ ٣ Ⅷ', 1]],
  [['{"role":"user","content":"What is 2+2?","tool_calls":[{"id":"call_1"}]}', 3]],
  [['def f(x):\n    return [y ** 2 for y in range(x) if y % 2 == 0]\n\n', 6]],
  [['https://example.com/a/b?c=d&e=%20f#g user.name+tag@example.org', 1]],
  [['Größe, Straße, naïve, façade, Ñandú, ŁÓDŹ, İstanbul', 1]],
  [['Привет, как дела? Всё хорошо. ', 8]],
  [['你好,世界。今天天气怎么样?', 8]],
  [['日本語のテキストとカタカナ、ひらがな。', 5]],
  [['안녕하세요 세계 ', 5]],
  [['مرحبا بالعالم، كيف حالك؟ ', 5]],
  [['नमस्ते दुनिया क्षत्रिय ', 5]],
  [['สวัสดีชาวโลก ', 5]],
  [['👍🏽 👨‍👩‍👧‍👦 🇩🇪 ☕️ ', 6]],
  [['e\u0301 vs \u00e9, ﬁ ligature, Ａｂｃ full width, ① ㎏ ²', 1]],
  [['zero\u200bwidth\u00a0no-break\u3000ideographic\u2028line', 1]],
  [['<|endoftext|>', 1]],
  [['a<|endoftext|>b<|fim_prefix|><|not_special|><EOT> <META>x<META_END>', 1]],
  [['<|', 30]],
  [['CamelCaseIdentifierWithHTTPServerAndXMLParser snake_case_too SCREAMING_CASE ', 4]],
  [['a', 1000]],
  [['A', 1000]],
  [['ab', 3000]],
  [['=', 2000]],
  [[' ', 1000]],
  [[' ', 300], ['x', 1]],
  [['\n', 500]],
  [['\r\n', 200]],
  [['7', 1000]],
  [['漢', 700]],
  [['🙂', 300]],
  [['AAAAbbbb', 300]],
  [['lorem ipsum dolor sit amet', 1], ['!?', 200]],
];

const encodings = Object.fromEntries(
  ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'].map((name) => [name, new Tiktoken(require(`js-tiktoken/ranks/${name}`))]),
);
const cases = texts.map((pieces) => {
  const whole = pieces.map(([piece, times]) => piece.repeat(times)).join('');
  const counts = Object.fromEntries(
    Object.entries(encodings).map(([name, encoding]) => [name, encoding.encode(whole, 'all').length]),
  );
  return { text: pieces, counts: { ...counts, claude: countTokens(whole) } };
});
writeFileSync(out, '[\n' + cases.map((one) => JSON.stringify(one)).join(',\n') + '\n]\n');
