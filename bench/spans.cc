#include "bench/spans.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/json.h"

namespace clew::bench {

namespace {

constexpr std::uint64_t kMs = 1'000'000;

struct Step {
  std::string_view type, name;
};
// Drawn evenly: two fifths generations.
constexpr std::array<Step, 10> kSteps = {{{"generation", "chat-completion"},
                                          {"generation", "plan-next-step"},
                                          {"generation", "summarize-findings"},
                                          {"generation", "rewrite-question"},
                                          {"tool", "search_documents"},
                                          {"tool", "run_sql"},
                                          {"tool", "fetch_page"},
                                          {"retriever", "vector-search"},
                                          {"chain", "format-answer"},
                                          {"agent", "research-agent"}}};
constexpr std::array<std::string_view, 6> kTraceNames = {"answer-question", "support-chat", "weekly-report",
                                                         "code-review",     "onboarding",   "triage-ticket"};
constexpr std::array<std::string_view, 6> kTags = {"beta", "eu", "mobile", "paid", "internal", "canary"};
constexpr std::array<std::string_view, 4> kTenants = {"acme", "globex", "initech", "umbrella"};

std::string message(std::string_view role, std::string_view content) {
  return fmt::format(R"({{"role":"{}","content":{}}})", role, json::quoted(content));
}

}  // namespace

void SpanSource::start_trace() {
  trace_ = {};
  trace_spans_ = static_cast<std::uint32_t>(random_.between(10, 20));
  position_ = 0;
  agents_ = {0};
  trace_.trace_ns = random_.between(2'000, 20'000) * kMs;
  trace_.trace_name = kTraceNames[random_.below(kTraceNames.size())];
  trace_.user = fmt::format("user-{:05}", random_.below(5'000));
  trace_.session = fmt::format("session-{:08x}", random_.below(1ULL << 32));
}

void SpanSource::write_generation(SpanTemplate& span, std::size_t bytes) {
  span.model = random_.below(4) == 0 ? "gpt-4o-mini" : "gpt-4o";
  const std::size_t asked = bytes * 3 / 5;
  span.input = fmt::format("[{},{}]", message("system", corpus_.piece(random_, asked / 4)),
                           message("user", corpus_.piece(random_, asked - asked / 4)));
  span.output = message("assistant", corpus_.piece(random_, bytes - asked));
  span.input_tokens = span.input.size() / 4;
  span.output_tokens = span.output.size() / 4;
}

SpanTemplate SpanSource::next() {
  if (position_ == trace_spans_) start_trace();
  SpanTemplate span = trace_;
  span.position = position_++;
  // Half of them short, some long: uniform between 0.3 and 1.7 of the average.
  const std::size_t bytes = text_bytes_ * random_.between(30, 170) / 100;
  if (span.position == 0) {
    span.type = "agent";
    span.name = trace_.trace_name;
    span.duration_ns = trace_.trace_ns;
    for (std::uint64_t i = random_.between(1, 3); i > 0; --i) {
      const std::string_view tag = kTags[random_.below(kTags.size())];
      if (std::find(span.tags.begin(), span.tags.end(), tag) == span.tags.end()) span.tags.emplace_back(tag);
    }
  } else {
    const Step& step = kSteps[random_.below(kSteps.size())];
    span.type = step.type;
    span.name = step.name;
    span.parent = agents_[random_.below(agents_.size())];
    span.offset_ns = trace_.trace_ns * span.position / (trace_spans_ + 1) + random_.below(kMs);
    span.duration_ns = random_.between(5 * kMs, trace_.trace_ns / 8);
    if (span.type == "agent") agents_.push_back(static_cast<std::int32_t>(span.position));
  }
  if (span.type == "generation") {
    write_generation(span, bytes);
  } else {
    span.input = fmt::format(R"({{"query":{},"limit":{}}})", json::quoted(corpus_.piece(random_, bytes / 3)),
                             random_.between(1, 50));
    span.output = json::quoted(corpus_.piece(random_, bytes - bytes / 3));
  }
  span.metadata = {{"tenant", std::string(kTenants[random_.below(kTenants.size())])},
                   {"request_id", fmt::format("{:016x}", random_.next())},
                   {"attempt", std::to_string(random_.between(1, 3))}};
  return span;
}

}  // namespace clew::bench
