// What a text search asks for, as the index and as SQL understand it. A document is an observation with its input and
// output, or the attribute record of a trace with those of the trace; it is found when it satisfies every term.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "query/binder.h"
#include "query/filter.h"
#include "text_index/plan.h"

namespace clew::query {

// Free words of the UI's search box: each must occur somewhere, in any case. "quoted words" stay together.
struct Search {
  std::vector<std::string> words;

  static Search parse(std::string_view text);
  bool empty() const { return words.empty(); }
};

class TextTerm {
 public:
  // A word of the search box: in any of the short fields, the input or the output.
  static TextTerm word(std::string_view word);
  // A condition on kInput or kOutput.
  static TextTerm payload(const Condition& condition);

  // What the index has of every text that satisfies the term; empty: it cannot say.
  const std::vector<text_index::Needle>& needles() const { return needles_; }
  // Not empty: ids that the index has no words of (hexadecimal ones) may contain this.
  const std::string& id_part() const { return id_part_; }
  // Whether only few texts can satisfy it, as far as its kind says.
  bool selective() const { return selective_; }
  // Whether short fields count.
  bool on_rows() const { return !condition_; }

  // Boolean SQL over columns of `observations`, of `trace_attributes`; only when on_rows().
  std::string on_observation(Binder& binder) const;
  std::string on_record(Binder& binder) const;
  // Over one column of `payloads`; "" when that column does not count.
  std::string on_input(Binder& binder) const { return on_text("input", Field::kInput, binder); }
  std::string on_output(Binder& binder) const { return on_text("output", Field::kOutput, binder); }

 private:
  std::string in_any(std::initializer_list<std::string_view> columns, Binder& binder) const;
  std::string on_text(std::string_view column, Field field, Binder& binder) const;

  std::vector<text_index::Needle> needles_;
  std::string id_part_, word_;
  bool selective_ = true;
  const Condition* condition_ = nullptr;
};

using TextTerms = std::vector<TextTerm>;

// A term for each word and for each condition on input or output. Refers to `conditions`.
TextTerms text_terms(const Search& search, const Conditions& conditions);

}  // namespace clew::query
