#include "query/payload_search.h"

#include <algorithm>

#include "base/text.h"
#include "query/predicates.h"
#include "query/text_candidates.h"

namespace clew::query {

namespace {

constexpr TimeUs kDayUs = 86'400'000'000;
// Text is scanned, not looked up: give up before it hurts everybody else.
constexpr analytics::QueryLimits kLimits{.timeout_ms = 20'000, .memory_bytes_max = 1ULL << 30};

bool on_payload(const Condition& condition) {
  return condition.field == Field::kInput || condition.field == Field::kOutput;
}

std::string_view column(const Condition& condition) {
  return condition.field == Field::kInput ? "ifNull(input, '')" : "ifNull(output, '')";
}

std::string payload_predicate(const Condition& condition, Binder& binder) {
  if (condition.op == Operator::kMatches) return word_match(condition.text, column(condition), true, binder);
  return predicate(condition, {ValueKind::kText, column(condition)}, binder);
}

// An observation that moved in time keeps the time of its first payload, hence the margin.
std::optional<TimeUs> earlier(std::optional<TimeUs> from_us) {
  return from_us ? std::optional(*from_us - kDayUs) : std::nullopt;
}
std::optional<TimeUs> later(std::optional<TimeUs> to_us) {
  return to_us ? std::optional(*to_us + kDayUs) : std::nullopt;
}

std::string bounds(std::optional<TimeUs> from_us, std::optional<TimeUs> to_us, Binder& binder) {
  std::string sql = "project_id = {project_id:String}";
  if (from_us) sql += " AND start_time >= " + binder.time(*from_us);
  if (to_us) sql += " AND start_time < " + binder.time(*to_us);
  return sql;
}

// The words that a text must have to satisfy the condition.
std::vector<text_index::Needle> needles_of(const Condition& condition) {
  using text_index::needles_of;
  switch (condition.op) {
    case Operator::kEqual:
      return needles_of(condition.text, {.at_begin = true, .at_end = true});
    case Operator::kStartsWith:
      return needles_of(condition.text, {.at_begin = true});
    case Operator::kEndsWith:
      return needles_of(condition.text, {.at_end = true});
    case Operator::kContains:
      return needles_of(condition.text, {});
    case Operator::kMatches: {
      std::vector<text_index::Needle> needles;
      for (const std::string_view word : match_words(condition.text)) {
        // As word_match() decides: words of ASCII stand alone, others may be part of longer ones.
        const bool whole = is_ascii(word);
        for (text_index::Needle& needle : needles_of(word, {.at_begin = whole, .at_end = whole}))
          needles.push_back(std::move(needle));
      }
      return needles;
    }
    default:
      return {};
  }
}

}  // namespace

std::vector<std::string> PayloadKeys::joined() const {
  std::vector<std::string> keys;
  keys.reserve(trace_ids.size());
  for (std::size_t i = 0; i < trace_ids.size(); ++i)
    keys.push_back(trace_ids[i] + "/" + span_ids[i]);
  return keys;
}

Search Search::parse(std::string_view text) {
  Search search;
  std::string word;
  bool quoted = false;
  const auto flush = [&] {
    const std::string_view trimmed = text::trim(word);
    if (!trimmed.empty()) search.words.emplace_back(trimmed);
    word.clear();
  };
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
      flush();
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
      flush();
    } else {
      word += c;
    }
  }
  flush();
  constexpr std::size_t kWordsMax = 8;
  if (search.words.size() > kWordsMax) search.words.resize(kWordsMax);
  return search;
}

Result<std::optional<PayloadKeys>> PayloadSearch::find(std::string_view project_id, const Conditions& conditions,
                                                       std::optional<TimeUs> from_us, std::optional<TimeUs> to_us,
                                                       std::size_t keys_max) {
  const Condition* narrowing = nullptr;
  for (const Condition& condition : conditions) {
    if (!on_payload(condition)) continue;
    const bool selective = condition.op == Operator::kMatches || condition.op == Operator::kEqual;
    if (!narrowing || selective) narrowing = &condition;
  }
  if (!narrowing) return std::optional<PayloadKeys>{};
  // Input and output of one observation may lie in different rows until they are merged: one condition finds the
  // candidates, all of them are checked on the merged row.
  const Question question{.needles = needles_of(*narrowing),
                          .first = [&](Binder& binder) { return payload_predicate(*narrowing, binder); },
                          .all =
                              [&](Binder& binder) {
                                std::string all;
                                for (const Condition& condition : conditions) {
                                  if (!on_payload(condition)) continue;
                                  all += (all.empty() ? "" : " AND ") + payload_predicate(condition, binder);
                                }
                                return all;
                              },
                          .from_us = earlier(from_us),
                          .to_us = later(to_us),
                          .keys_max = keys_max};
  CLEW_TRY(PayloadKeys keys, run(project_id, question));
  return std::optional<PayloadKeys>(std::move(keys));
}

Result<std::vector<PayloadKeys>> PayloadSearch::find(std::string_view project_id, const Search& search,
                                                     std::optional<TimeUs> from_us, std::optional<TimeUs> to_us,
                                                     std::size_t keys_max) {
  std::vector<PayloadKeys> hits;
  for (const std::string& word : search.words) {
    const auto found = [&](Binder& binder) {
      return "(" + contains_ignore_case(word, "ifNull(input, '')", binder) + " OR " +
             contains_ignore_case(word, "ifNull(output, '')", binder) + ")";
    };
    CLEW_TRY(PayloadKeys keys, run(project_id, {.needles = text_index::needles_of(word, {}),
                                                .first = found,
                                                .all = found,
                                                .from_us = earlier(from_us),
                                                .to_us = later(to_us),
                                                .keys_max = keys_max}));
    hits.push_back(std::move(keys));
  }
  return hits;
}

// What was found so far, each observation once.
struct PayloadSearch::Hits {
  struct Hit {
    TimeUs time_us = 0;
    std::string trace_id, span_id;
    auto operator<=>(const Hit&) const = default;
  };
  std::size_t keys_max;
  std::vector<Hit> found;
  std::int64_t deadline_us = monotonic_us() + kLimits.timeout_ms * 1'000LL;

  bool enough() const { return found.size() > keys_max; }
  Result<analytics::QueryLimits> limits() const {
    const std::int64_t left_ms = (deadline_us - monotonic_us()) / 1'000;
    if (left_ms <= 0) return Error{Errc::kDeadlineExceeded, "the text search took too long; narrow its time range"};
    analytics::QueryLimits limits = kLimits;
    limits.timeout_ms = static_cast<int>(left_ms);
    return limits;
  }
  void add(const analytics::Rows& rows) {
    for (std::size_t row = 0; row < rows.size(); ++row)
      found.push_back({rows.time(row, 0), std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
    std::ranges::sort(found, std::greater());
    found.erase(std::ranges::unique(found).begin(), found.end());
  }
};

Result<PayloadKeys> PayloadSearch::run(std::string_view project_id, const Question& question) {
  Hits hits{.keys_max = question.keys_max, .found = {}};
  CLEW_CHECK(add_indexed(project_id, question, hits));
  CLEW_CHECK(add_older(project_id, question, hits));
  PayloadKeys keys;
  keys.truncated = hits.enough();
  for (std::size_t i = 0; i < std::min(hits.found.size(), hits.keys_max); ++i) {
    keys.oldest_us = hits.found[i].time_us;
    keys.trace_ids.push_back(std::move(hits.found[i].trace_id));
    keys.span_ids.push_back(std::move(hits.found[i].span_id));
  }
  return keys;
}

Result<> PayloadSearch::add_indexed(std::string_view project_id, const Question& question, Hits& hits) {
  TextCandidates candidates(engine_, project_id, question.needles, question.from_us, question.to_us);
  while (!hits.enough()) {
    CLEW_TRY(const auto limits, hits.limits());
    CLEW_TRY(const auto keys, candidates.next(limits));
    if (keys.empty()) return ok();
    std::vector<std::string> trace_ids, span_ids;
    for (const auto& [trace_id, span_id] : keys) {
      if (trace_ids.empty() || trace_ids.back() != trace_id) trace_ids.push_back(trace_id);
      span_ids.push_back(span_id);
    }
    Binder binder(project_id);
    // What satisfies all conditions is a hit, whether it was a candidate or not: no need to compare pairs.
    const std::string sql =
        "SELECT start_time, trace_id, span_id FROM payloads FINAL PREWHERE project_id = {project_id:String} AND "
        "trace_id IN " +
        binder.texts(trace_ids) + " AND span_id IN " + binder.texts(span_ids) + " WHERE " +
        bounds(question.from_us, question.to_us, binder) + " AND " + question.all(binder);
    CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_check", sql, binder.params(), limits));
    hits.add(rows);
  }
  return ok();
}

Result<> PayloadSearch::add_older(std::string_view project_id, const Question& question, Hits& hits) {
  CLEW_TRY(const auto limits, hits.limits());
  Binder marker(project_id);
  CLEW_TRY(const analytics::Rows start,
           engine_.select("query.text_start",
                          "SELECT max(time_max), count() FROM text_index_start WHERE project_id = {project_id:String}",
                          marker.params(), limits));
  if (start.empty() || start.integer(0, 1) == 0) return ok();
  const TimeUs last_us = start.time(0, 0);
  if (question.from_us && *question.from_us > last_us) return ok();
  if (hits.enough() && hits.found[hits.keys_max].time_us > last_us) return ok();
  const TimeUs to_us = std::min(question.to_us.value_or(last_us + 1), last_us + 1);
  const std::string limit = std::to_string(hits.keys_max + 1);
  Binder binder(project_id);
  const std::string sql =
      "SELECT start_time, trace_id, span_id FROM payloads FINAL WHERE project_id = {project_id:String} AND "
      "(trace_id, span_id) IN (SELECT trace_id, span_id FROM payloads WHERE " +
      bounds(question.from_us, to_us, binder) + " AND " + question.first(binder) + " ORDER BY start_time DESC LIMIT " +
      limit + ") AND " + question.all(binder) + " LIMIT " + limit;
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.payload_search", sql, binder.params(), limits));
  hits.add(rows);
  return ok();
}

}  // namespace clew::query
