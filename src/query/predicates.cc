#include "query/predicates.h"

#include <algorithm>

#include "base/text.h"

namespace clew::query {

namespace {

using enum FilterType;
using enum Operator;

constexpr std::string_view symbol(Operator op) {
  switch (op) {
    case kGreater:
      return " > ";
    case kLess:
      return " < ";
    case kGreaterEqual:
      return " >= ";
    case kLessEqual:
      return " <= ";
    case kNotEqual:
      return " != ";
    default:
      return " = ";
  }
}

std::string group(std::string text) {
  return "(" + std::move(text) + ")";
}

std::string time_predicate(const Condition& condition, std::string_view sql, Binder& binder) {
  const TimeBound bound = time_bound(condition);
  return group(std::string(sql) + (bound.lower ? " >= " : " < ") + binder.time(bound.time_us));
}

std::string text_predicate(Operator op, std::string_view text, const std::string& sql, Binder& binder) {
  switch (op) {
    case kContains:
      return group("position(" + sql + ", " + binder.text(text) + ") > 0");
    case kNotContains:
      return group("position(" + sql + ", " + binder.text(text) + ") = 0");
    case kStartsWith:
      return group("startsWith(" + sql + ", " + binder.text(text) + ")");
    case kEndsWith:
      return group("endsWith(" + sql + ", " + binder.text(text) + ")");
    default:
      return group(sql + " = " + binder.text(text));
  }
}

std::string options_predicate(const Condition& condition, const Expression& expression, Binder& binder) {
  const std::string sql(expression.sql);
  const std::string values = binder.texts(condition.texts);
  if (expression.kind == ValueKind::kTextList) {
    const std::string list = "CAST(" + sql + ", 'Array(String)')";
    if (condition.op == kAllOf) return group("hasAll(" + list + ", " + values + ")");
    return group((condition.op == kNoneOf ? "NOT hasAny(" : "hasAny(") + list + ", " + values + ")");
  }
  return group(sql + (condition.op == kNoneOf ? " NOT IN " : " IN ") + values);
}

// The text at a metadata key. Values are stored under flat dotted paths; records of the JSON door keep nested values as
// JSON text under their first key, so a dotted path may also lead into one of those.
struct MetadataValue {
  std::string exists, text;
};
MetadataValue metadata_value(std::string_view map, std::string_view key, Binder& binder) {
  const std::string bound = binder.text(key);
  const std::string stored = std::string(map) + "[" + bound + "]";
  const std::string has = "mapContains(" + std::string(map) + ", " + bound + ")";
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return {has, stored};
  const std::string outer = std::string(map) + "[" + binder.text(key.substr(0, dot)) + "]";
  std::string path;
  for (const std::string_view part : text::split(key.substr(dot + 1), '.'))
    path += ", " + binder.text(part);
  const std::string inner = "JSONExtractRaw(" + outer + path + ")";
  const std::string plain =
      "if(startsWith(" + inner + ", '\"'), JSONExtractString(" + outer + path + "), " + inner + ")";
  return {"(" + has + " OR JSONHas(" + outer + path + "))", "if(" + has + ", " + stored + ", " + plain + ")"};
}

std::string object_predicate(const Condition& condition, const Expression& expression, Binder& binder) {
  const MetadataValue value = metadata_value(expression.sql, condition.key, binder);
  const std::string key = binder.text(condition.key + ".");
  const std::string any = "(" + value.exists + " OR arrayExists(k -> startsWith(k, " + key + "), mapKeys(" +
                          std::string(expression.sql) + ")))";
  if (condition.op == kIsSet) return any;
  if (condition.op == kIsNotSet) return "(NOT " + any + ")";
  std::string test;
  switch (condition.type) {
    case kNumberObject:
      test = "ifNull(toFloat64OrNull(" + value.text + ")" + std::string(symbol(condition.op)) +
             binder.real(condition.number) + ", 0)";
      break;
    case kBooleanObject:
      test = value.text + std::string(symbol(condition.op)) + binder.text(condition.flag ? "true" : "false");
      break;
    default:
      test = condition.op == kMatches ? word_match(condition.text, value.text, false, binder)
                                      : text_predicate(condition.op, condition.text, value.text, binder);
  }
  return group(value.exists + " AND " + test);
}

std::string null_predicate(const Condition& condition, const Expression& expression) {
  const std::string sql(expression.sql);
  std::string absent;
  switch (expression.kind) {
    case ValueKind::kText:
      absent = sql + " = ''";
      break;
    case ValueKind::kTextList:
    case ValueKind::kTextMap:
      absent = "empty(" + sql + ")";
      break;
    case ValueKind::kNumber:
    case ValueKind::kTime:
      absent = "isNull(" + sql + ")";
      break;
    default:
      absent = "0";
      break;
  }
  return condition.op == kIsNull ? group(absent) : "(NOT (" + absent + "))";
}

}  // namespace

std::string predicate(const Condition& condition, const Expression& expression, Binder& binder) {
  const std::string sql(expression.sql);
  switch (condition.type) {
    case kDatetime:
      return time_predicate(condition, sql, binder);
    case kString:
      return text_predicate(condition.op, condition.text, sql, binder);
    case kStringOptions:
    case kArrayOptions:
    case kCategoryOptions:
      return options_predicate(condition, expression, binder);
    case kNumber:
      return group(sql + std::string(symbol(condition.op)) + binder.real(condition.number));
    case kStringObject:
    case kNumberObject:
    case kBooleanObject:
      return object_predicate(condition, expression, binder);
    case kBoolean:
      return group(sql + std::string(symbol(condition.op)) + (condition.flag ? "1" : "0"));
    case kNull:
      return null_predicate(condition, expression);
    case kPositionInTrace:
      return "(1)";
  }
  return "(1)";
}

Positive positive(Condition condition) {
  const auto flipped = [&](Operator op) {
    condition.op = op;
    return Positive{std::move(condition), true};
  };
  switch (condition.op) {
    case kNotContains:
      if (condition.text.empty()) return {std::move(condition), false};
      return flipped(kContains);
    case kNoneOf:
      return flipped(kAnyOf);
    case kIsNull:
      return flipped(kIsNotNull);
    default:
      return {std::move(condition), false};
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<std::string_view> match_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto c = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    const bool in_word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (in_word) continue;
    if (i > start) words.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  return words;
}

std::string word_match(std::string_view text, std::string_view expression, bool ignore_case, Binder& binder) {
  std::string sql;
  for (const std::string_view word : match_words(text)) {
    if (!sql.empty()) sql += " AND ";
    // The engine's tokens are runs of ASCII letters and digits; words of other alphabets are looked for as they stand.
    if (is_ascii(word)) {
      sql += (ignore_case ? "hasTokenCaseInsensitive(" : "hasToken(") + std::string(expression) + ", " +
             binder.text(word) + ")";
    } else {
      sql += (ignore_case ? "positionCaseInsensitiveUTF8(" : "position(") + std::string(expression) + ", " +
             binder.text(word) + ") > 0";
    }
  }
  return group(sql.empty() ? "0" : sql);
}

std::string contains_ignore_case(std::string_view text, std::string_view expression, Binder& binder) {
  return contains_ignore_case_bound(is_ascii(text), expression, binder.text(text));
}

std::string contains_ignore_case_bound(bool ascii, std::string_view expression, std::string_view placeholder) {
  // For ASCII the engine has a faster search. All it does not know is that the Kelvin sign is a k.
  const std::string_view function = ascii ? "positionCaseInsensitive(" : "positionCaseInsensitiveUTF8(";
  return std::string(function) + std::string(expression) + ", " + std::string(placeholder) + ") > 0";
}

}  // namespace clew::query
