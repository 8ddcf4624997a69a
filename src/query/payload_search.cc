#include "query/payload_search.h"

#include "base/text.h"
#include "query/predicates.h"

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
std::string bounds(std::optional<TimeUs> from_us, std::optional<TimeUs> to_us, Binder& binder) {
  std::string sql = "project_id = {project_id:String}";
  if (from_us) sql += " AND start_time >= " + binder.time(*from_us - kDayUs);
  if (to_us) sql += " AND start_time < " + binder.time(*to_us + kDayUs);
  return sql;
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
                                                       std::optional<TimeUs> from_us, std::optional<TimeUs> to_us) {
  const Condition* narrowing = nullptr;
  for (const Condition& condition : conditions) {
    if (!on_payload(condition)) continue;
    const bool selective = condition.op == Operator::kMatches || condition.op == Operator::kEqual;
    if (!narrowing || selective) narrowing = &condition;
  }
  if (!narrowing) return std::optional<PayloadKeys>{};
  Binder binder(project_id);
  const std::string range = bounds(from_us, to_us, binder);
  // Input and output of one observation may lie in different rows until they are merged: one condition finds the
  // candidates, all of them are checked on the merged row.
  const std::string first = payload_predicate(*narrowing, binder);
  std::string all;
  for (const Condition& condition : conditions) {
    if (!on_payload(condition)) continue;
    all += " AND " + payload_predicate(condition, binder);
  }
  CLEW_TRY(PayloadKeys keys, run(binder, range, first, all));
  return std::optional<PayloadKeys>(std::move(keys));
}

Result<std::vector<PayloadKeys>> PayloadSearch::find(std::string_view project_id, const Search& search,
                                                     std::optional<TimeUs> from_us, std::optional<TimeUs> to_us) {
  std::vector<PayloadKeys> hits;
  for (const std::string& word : search.words) {
    Binder binder(project_id);
    const std::string range = bounds(from_us, to_us, binder);
    const std::string found = "(" + contains_ignore_case(word, "ifNull(input, '')", binder) + " OR " +
                              contains_ignore_case(word, "ifNull(output, '')", binder) + ")";
    CLEW_TRY(PayloadKeys keys, run(binder, range, found, " AND " + found));
    hits.push_back(std::move(keys));
  }
  return hits;
}

Result<PayloadKeys> PayloadSearch::run(Binder& binder, const std::string& bounds, const std::string& first,
                                       const std::string& all) {
  const std::string limit = std::to_string(kPayloadKeysMax + 1);
  const std::string sql =
      "SELECT trace_id, span_id FROM payloads FINAL WHERE project_id = {project_id:String} AND (trace_id, span_id) IN ("
      "SELECT trace_id, span_id FROM payloads WHERE " +
      bounds + " AND " + first + " ORDER BY start_time DESC LIMIT " + limit + ")" + all + " LIMIT " + limit;
  CLEW_TRY(analytics::Rows rows, engine_.select("query.payload_search", sql, binder.params(), kLimits));
  PayloadKeys keys;
  keys.truncated = rows.size() > kPayloadKeysMax;
  const std::size_t count = std::min(rows.size(), kPayloadKeysMax);
  for (std::size_t row = 0; row < count; ++row) {
    keys.trace_ids.emplace_back(rows.text(row, 0));
    keys.span_ids.emplace_back(rows.text(row, 1));
  }
  return keys;
}

}  // namespace clew::query
