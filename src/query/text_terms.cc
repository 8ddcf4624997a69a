#include "query/text_terms.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "query/predicates.h"
#include "text_index/format.h"

namespace clew::query {

namespace {

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

bool is_payload(const Condition& condition) {
  return condition.field == Field::kInput || condition.field == Field::kOutput;
}

}  // namespace

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

TextTerm TextTerm::word(std::string_view word) {
  TextTerm term;
  term.word_ = word;
  term.needles_ = text_index::needles_of(word, {});
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  if (text_index::is_hexadecimal(lower)) term.id_part_ = std::move(lower);
  return term;
}

TextTerm TextTerm::payload(const Condition& condition) {
  TextTerm term;
  term.condition_ = &condition;
  term.needles_ = needles_of(condition);
  term.selective_ = condition.op == Operator::kMatches || condition.op == Operator::kEqual;
  return term;
}

std::string TextTerm::on_observation(Binder& binder) const {
  return in_any({"name", "trace_name", "trace_id", "span_id", "user_id", "session_id", "status_message", "model"},
                binder);
}

std::string TextTerm::on_record(Binder& binder) const {
  return in_any({"trace_id", "ifNull(name, '')", "ifNull(user_id, '')", "ifNull(session_id, '')"}, binder);
}

std::string TextTerm::in_any(std::initializer_list<std::string_view> columns, Binder& binder) const {
  const std::string word = binder.text(word_);  // once: it may be long
  const auto contains = [&](std::string_view expression) {
    return contains_ignore_case_bound(is_ascii(word_), expression, word);
  };
  std::string sql = "(";
  for (const std::string_view column : columns)
    sql += contains(column) + " OR ";
  sql += "arrayExists(x -> " + contains("x") + ", tags)";
  sql += " OR arrayExists(x -> length(x) <= " + std::to_string(text_index::kShortValueBytes) + " AND " + contains("x") +
         ", mapValues(metadata)))";
  return sql;
}

std::string TextTerm::on_text(std::string_view column, Field field, Binder& binder) const {
  const std::string text = "ifNull(" + std::string(column) + ", '')";
  if (!condition_) return "(" + contains_ignore_case(word_, text, binder) + ")";
  if (condition_->field != field) return "";
  if (condition_->op == Operator::kMatches) return word_match(condition_->text, text, true, binder);
  return predicate(*condition_, {ValueKind::kText, text}, binder);
}

TextTerms text_terms(const Search& search, const Conditions& conditions) {
  TextTerms terms;
  for (const std::string& word : search.words)
    terms.push_back(TextTerm::word(word));
  for (const Condition& condition : conditions) {
    if (is_payload(condition)) terms.push_back(TextTerm::payload(condition));
  }
  return terms;
}

}  // namespace clew::query
