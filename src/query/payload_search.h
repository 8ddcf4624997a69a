// Which observations have certain words in their input or output, done once per request; what it finds enters the other
// statements as a list of keys. Table `text_index` says where to look, the texts themselves decide. What was stored
// before there was an index is scanned.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/binder.h"
#include "query/filter.h"
#include "text_index/plan.h"

namespace clew::query {

// Observations found, newest first. Span id '' is the input and output of a trace itself.
struct PayloadKeys {
  std::vector<std::string> trace_ids, span_ids;  // of equal length
  bool truncated = false;                        // more exist than were asked for
  TimeUs oldest_us = 0;                          // when truncated: all others began before it

  // Whether a page, newest first, that ends at this time cannot lack any of those left out.
  bool reaches(std::optional<TimeUs> page_end_us) const {
    return !truncated || (page_end_us && *page_end_us >= oldest_us);
  }

  std::vector<std::string> joined() const;  // "trace/span", as key_predicate() compares
};

inline constexpr std::size_t kPayloadKeysMax = 10'000;
// Nearly always enough for a page of observations, and of traces with some ten or twenty of them.
inline constexpr std::size_t kPayloadKeysOfPage = 250, kPayloadKeysOfTracePage = 1'000;

// Free words of the UI's search box: each must occur somewhere, in any case. "quoted words" stay together.
struct Search {
  std::vector<std::string> words;

  static Search parse(std::string_view text);
  bool empty() const { return words.empty(); }
};

class PayloadSearch {
 public:
  explicit PayloadSearch(analytics::Engine& engine) : engine_(engine) {}

  // Observations that satisfy all conditions on kInput and kOutput among `conditions`; null when there are none of
  // them.
  Result<std::optional<PayloadKeys>> find(std::string_view project_id, const Conditions& conditions,
                                          std::optional<TimeUs> from_us, std::optional<TimeUs> to_us,
                                          std::size_t keys_max = kPayloadKeysMax);

  // For each word of `search` the observations whose input or output contains it.
  Result<std::vector<PayloadKeys>> find(std::string_view project_id, const Search& search,
                                        std::optional<TimeUs> from_us, std::optional<TimeUs> to_us,
                                        std::size_t keys_max = kPayloadKeysMax);

 private:
  // What is looked for: where the index can help, and the conditions as SQL on the columns of `payloads`.
  struct Question {
    std::vector<text_index::Needle> needles;
    std::function<std::string(Binder&)> first;  // of a row as it was written
    std::function<std::string(Binder&)> all;    // of the merged row
    std::optional<TimeUs> from_us, to_us;       // with the margin for rows that moved
    std::size_t keys_max = kPayloadKeysMax;
  };
  struct Hits;

  Result<PayloadKeys> run(std::string_view project_id, const Question& question);
  Result<> add_indexed(std::string_view project_id, const Question& question, Hits& hits);
  Result<> add_older(std::string_view project_id, const Question& question, Hits& hits);

  analytics::Engine& engine_;
};

}  // namespace clew::query
