// What the text index costs where it is written: CPU-microseconds per span of finding and keeping words, of finishing
// the blocks and of copying them into the table's block, and the bytes that come of it. No server, no engine.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <zstd.h>

#include "bench/corpus.h"
#include "bench/options.h"
#include "bench/spans.h"
#include "text_index/builder.h"

namespace {

using namespace clew;
using namespace clew::bench;

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Span {
  std::string trace_id, span_id;
  std::optional<std::string> input, output;
};

// Texts of the usual load: hardly one of them comes twice.
std::vector<Span> varied_spans(const Corpus& corpus, std::size_t count, std::size_t text_bytes) {
  SpanSource source(corpus, 7, text_bytes);
  std::vector<Span> spans;
  std::uint64_t trace = 0;
  for (std::size_t i = 0; i < count; ++i) {
    SpanTemplate span = source.next();
    if (span.position == 0) ++trace;
    spans.push_back({fmt::format("{:032x}", mix(trace)), fmt::format("{:016x}", mix(i)), std::move(span.input),
                     std::move(span.output)});
  }
  return spans;
}

// An agent at work: every step sends the same system prompt and the conversation so far, which grows by its answer.
std::vector<Span> agent_spans(const Corpus& corpus, std::size_t count, std::size_t text_bytes) {
  constexpr std::size_t kSteps = 12;
  SpanSource source(corpus, 7, text_bytes / 8);
  std::vector<Span> spans;
  std::string conversation;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % kSteps == 0) conversation = source.next().input;
    const std::string answer = source.next().output;
    spans.push_back(
        {fmt::format("{:032x}", mix(i / kSteps)), fmt::format("{:016x}", mix(i)), "[" + conversation + "]", answer});
    conversation += "," + answer;
  }
  return spans;
}

struct Cost {
  double add_us = 0, append_us = 0, finish_us = 0, table_us = 0, bytes = 0, compressed = 0;
  double total_us() const { return add_us + append_us + finish_us + table_us; }
};

// Rows of a block are shared out between `builders`, as threads would have them, and come together again.
Cost build(const std::vector<Span>& spans, std::size_t rows_per_block, std::size_t builders) {
  Cost cost;
  text_index::Table table;
  for (std::size_t begin = 0; begin < spans.size(); begin += rows_per_block) {
    const double start = cpu_us();
    const std::size_t rows = std::min(spans.size() - begin, rows_per_block);
    std::vector<text_index::Builder> shares(builders);
    for (std::size_t i = 0; i < rows; ++i) {
      const Span& span = spans[begin + i];
      shares[i * builders / rows].add(span.trace_id, span.span_id, static_cast<TimeUs>(begin + i), span.input, span.output);
    }
    const double added = cpu_us();
    for (std::size_t i = 1; i < builders; ++i)
      shares[0].append(std::move(shares[i]));
    const double appended = cpu_us();
    const text_index::Builder::Block block = shares[0].finish();
    const double finished = cpu_us();
    table.add("a-project", block);
    cost.add_us += added - start;
    cost.append_us += appended - added;
    cost.finish_us += finished - appended;
    cost.table_us += cpu_us() - finished;
  }
  const std::string bytes = table.block().finish();
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  cost.compressed =
      static_cast<double>(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), /*level=*/1));
  cost.bytes = static_cast<double>(bytes.size());
  return cost;
}

// The cheapest of some runs: whatever else the machine does only adds.
void measure(std::string_view name, const std::vector<Span>& spans, std::size_t rows_per_block, std::size_t builders,
             std::size_t runs) {
  Cost best;
  for (std::size_t run = 0; run < runs; ++run) {
    const Cost cost = build(spans, rows_per_block, builders);
    if (run == 0 || cost.total_us() < best.total_us()) best = cost;
  }
  std::size_t text = 0;
  for (const Span& span : spans)
    text += span.input->size() + span.output->size();
  const auto n = static_cast<double>(spans.size());
  fmt::print(
      "{:<8} {:>6} rows/block {:>6.0f} text bytes/span: add {:>5.2f} append {:>5.2f} finish {:>5.2f} table {:>5.2f} "
      "total {:>5.2f} us/span; {:.1f} bytes/span, {:.1f} with zstd -1\n",
      name, rows_per_block, static_cast<double>(text) / n, best.add_us / n, best.append_us / n, best.finish_us / n,
      best.table_us / n, best.total_us() / n, best.bytes / n, best.compressed / n);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  auto options = Options::parse(argc, argv,
                                {{"spans", "30000"},
                                 {"rows-per-block", ""},
                                 {"builders", "1"},
                                 {"text-bytes", "2200"},
                                 {"runs", "3"},
                                 {"texts", ""},
                                 {"corpus", ""}});
  if (!options) {
    fmt::print(stderr, "{}\n", options.error().message);
    return 2;
  }
  const auto folders = options->text("corpus").empty() ? Corpus::default_folders() : options->all("corpus");
  auto corpus = Corpus::load(folders);
  if (!corpus) {
    fmt::print(stderr, "{}\n", corpus.error().message);
    return 1;
  }
  const std::size_t count = options->count("spans"), runs = options->count("runs");
  std::vector<std::size_t> blocks = {600, 30'000};
  if (!options->text("rows-per-block").empty()) blocks = {options->count("rows-per-block")};
  for (const std::string_view texts : {"varied", "agent"}) {
    if (!options->text("texts").empty() && options->text("texts") != texts) continue;
    const auto spans = texts == "varied" ? varied_spans(*corpus, count, options->count("text-bytes"))
                                         : agent_spans(*corpus, count, options->count("text-bytes"));
    for (const std::size_t rows : blocks)
      measure(texts, spans, rows, std::max<std::size_t>(options->count("builders"), 1), runs);
  }
  return 0;
}
