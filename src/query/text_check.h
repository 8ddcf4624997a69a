// Which of some candidates satisfy all terms of a search now: on rows as they were written, the newest version of each
// deciding, never by merging more than the candidates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/engine.h"
#include "query/text_candidates.h"
#include "query/text_terms.h"

namespace clew::query {

// Where hits may lie and what else an observation must fulfil.
struct TextScope {
  std::optional<TimeUs> from_us, to_us;    // start_time of observations, half open
  bool records = false;                    // attribute records of traces are documents, too: the project has some
  bool has_records = false;                // for `conditions`
  const Conditions* conditions = nullptr;  // on the observation, null: none
  bool per_trace = false;                  // one hit of each trace is enough, dated when the trace began
};

// An observation, or (span id '') the record of a trace with the trace's own input and output.
struct TextHit {
  TimeUs time_us = 0;
  std::string trace_id, span_id;
  auto operator<=>(const TextHit&) const = default;
};

class TextCheck {
 public:
  // `terms` and the conditions must outlive this. At most 64 terms.
  TextCheck(analytics::Engine& engine, std::string_view project_id, const TextTerms& terms, TextScope scope)
      : engine_(engine), project_id_(project_id), terms_(terms), scope_(scope) {}

  using Mask = std::uint64_t;  // a bit for each term

  // A candidate whose input and output decide.
  struct Open {
    TextHit place;
    Mask terms = 0;            // satisfied without them
    TimeUs first_us, last_us;  // when its texts began
  };
  struct Read {
    std::vector<TextHit> hits;
    std::vector<Open> open;
  };
  // What the rows of the candidates say, which is cheap: short fields, scope and conditions. Not in order.
  Result<Read> rows(const CandidateLot& lot, const analytics::QueryLimits& limits) const;
  // Which of them satisfy all terms by their texts. A text costs a hundred times its row. Not in order.
  Result<std::vector<TextHit>> texts(std::span<const Open> open, const analytics::QueryLimits& limits) const;

 private:
  using Key = text_index::Key;
  struct Document {
    Mask terms = 0;
    std::optional<TimeUs> time_us;  // null: no such row was found
    bool has_payload = false;
    bool excluded = false;  // by scope or conditions
  };
  using Documents = std::map<Key, Document>;

  Mask all() const { return terms_.size() == 64 ? ~Mask{0} : (Mask{1} << terms_.size()) - 1; }
  std::string flags(bool records, Binder& binder) const;
  // Each adds what it finds to the documents named by `keys`.
  Result<> read_observations(const std::vector<Key>& keys, const std::string& bounds, Binder& binder,
                             Documents& documents, const analytics::QueryLimits& limits) const;
  Result<> read_records(const std::vector<Key>& keys, const CandidateLot& lot, Documents& documents,
                        const analytics::QueryLimits& limits) const;
  Result<> read_payloads(const std::vector<Key>& keys, const std::string& bounds, Binder& binder, Documents& documents,
                         const analytics::QueryLimits& limits) const;
  Result<> read_whole_traces(const std::vector<Key>& keys, Documents& documents,
                             const analytics::QueryLimits& limits) const;
  // Rows that moved in time since they were indexed.
  Result<std::vector<Key>> find_moved(const CandidateLot& lot, Documents& documents,
                                      const analytics::QueryLimits& limits) const;

  analytics::Engine& engine_;
  std::string_view project_id_;
  const TextTerms& terms_;
  TextScope scope_;
};

}  // namespace clew::query
