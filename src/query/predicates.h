// Condition × Expression → SQL. Values go through the Binder; nothing of the request enters the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/binder.h"
#include "query/expressions.h"
#include "query/filter.h"

namespace clew::query {

// A boolean SQL expression in parentheses, for a field whose value is at hand. Not for kScores and kPayload.
std::string predicate(const Condition& condition, const Expression& expression, Binder& binder);

// Like predicate() for the text-valued conditions that hold only where a value is present: the condition itself when it
// is positive, its opposite when it is negative (`negated` says which). For look-ups of "which traces have it".
struct Positive {
  Condition condition;
  bool negated = false;
};
Positive positive(Condition condition);

// The words of a `matches` condition: runs of ASCII letters and digits and of everything that is not ASCII.
std::vector<std::string_view> match_words(std::string_view text);
bool is_ascii(std::string_view text);

// Whether every word of `text` (letters and digits of any alphabet) occurs in `expression` as a word of its own.
std::string word_match(std::string_view text, std::string_view expression, bool ignore_case, Binder& binder);

// Whether `expression` contains `text`, in any case.
std::string contains_ignore_case(std::string_view text, std::string_view expression, Binder& binder);
// The same for a text that is bound already; `ascii`: it is_ascii().
std::string contains_ignore_case_bound(bool ascii, std::string_view expression, std::string_view placeholder);

}  // namespace clew::query
