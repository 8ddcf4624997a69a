#include "ingest/enrich/token_usage.h"

#include <algorithm>

#include "base/json.h"

namespace clew::ingest {

namespace {

using tokenizer::Encoding;

struct CountRule {
  Encoding encoding = Encoding::kClaude;
  bool is_chat = false;  // lists of messages count with what stands around each message
  std::int64_t per_message = 0;
  std::int64_t per_name = 0;
};

std::int64_t integer_at(const json::Object& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && value->is_int64() ? value->get_int64() : 0;
}

std::optional<CountRule> rule_of(const ModelDefinition& model) {
  if (model.tokenizer_id == "claude") return CountRule{};
  if (model.tokenizer_id != "openai") return std::nullopt;
  const auto config = json::try_parse(model.tokenizer_config);
  const json::Object* object = config ? config->if_object() : nullptr;
  const auto name = object ? json::find_text(*object, "tokenizerModel") : std::nullopt;
  const auto encoding = name ? tokenizer::openai_encoding(*name) : std::nullopt;
  if (!encoding) return std::nullopt;
  return CountRule{.encoding = *encoding,
                   .is_chat = tokenizer::is_openai_chat_model(*name),
                   .per_message = integer_at(*object, "tokensPerMessage"),
                   .per_name = integer_at(*object, "tokensPerName")};
}

bool is_text(const json::Object& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && value->is_string();
}

bool is_message_list(const json::Value& value) {
  const json::Array* list = value.if_array();
  if (!list || list->empty()) return false;
  return std::ranges::all_of(*list, [](const json::Value& item) {
    const json::Object* message = item.if_object();
    return message && is_text(*message, "role") && is_text(*message, "content") &&
           (!json::find(*message, "name") || is_text(*message, "name"));
  });
}

// What JavaScript takes for true.
bool is_truthy(const json::Value& value) {
  if (value.is_null()) return false;
  if (value.is_bool()) return value.get_bool();
  if (value.is_string()) return !value.get_string().empty();
  if (value.is_number()) return value.to_number<double>() != 0;
  return true;
}

class Counter {
 public:
  Counter(const CountRule& rule, tokenizer::Tokenizers& tokenizers) : rule_(rule), tokenizers_(tokenizers) {}

  // Null: no text, or one that cannot be counted.
  std::optional<std::uint64_t> stored_text(const std::optional<std::string>& text) {
    if (!text || text->empty() || text->size() > kCountedBytesMax) return std::nullopt;
    const auto parsed = json::try_parse(*text);
    if (!parsed) return tokens(*text);
    if (parsed->is_null() || (parsed->is_array() && parsed->get_array().empty())) return std::nullopt;
    if (rule_.is_chat && is_message_list(*parsed)) return messages(parsed->get_array());
    return value(*parsed);
  }

 private:
  std::optional<std::uint64_t> tokens(std::string_view text) { return tokenizers_.count(rule_.encoding, text); }

  std::optional<std::uint64_t> value(const json::Value& value) {
    if (value.is_string()) return tokens(std::string_view(value.get_string()));
    return tokens(json::to_text(value));
  }

  std::optional<std::uint64_t> messages(const json::Array& list) {
    constexpr std::int64_t kReply = 3;
    static constexpr std::array<std::string_view, 7> kKeys = {"content",       "role",      "name",        "tool_calls",
                                                              "function_call", "toolCalls", "functionCall"};
    std::int64_t sum = kReply;
    for (const json::Value& item : list) {
      const json::Object& message = item.get_object();
      sum += rule_.per_message;
      for (const std::string_view key : kKeys) {
        const json::Value* part = json::find(message, key);
        if (!part || !is_truthy(*part)) continue;
        const auto count = value(*part);
        if (!count) return std::nullopt;
        sum += static_cast<std::int64_t>(*count);
      }
      const json::Value* name = json::find(message, "name");
      if (name && is_truthy(*name)) sum += rule_.per_name;
    }
    return static_cast<std::uint64_t>(std::max<std::int64_t>(sum, 0));
  }

  const CountRule& rule_;
  tokenizer::Tokenizers& tokenizers_;
};

}  // namespace

bool can_count(const ModelDefinition& model) {
  return rule_of(model).has_value();
}

domain::UsageMap count_usage(const ModelDefinition& model, const std::optional<std::string>& input,
                             const std::optional<std::string>& output, tokenizer::Tokenizers& tokenizers) {
  const auto rule = rule_of(model);
  if (!rule) return {};
  Counter counter(*rule, tokenizers);
  domain::UsageMap usage;
  std::uint64_t total = 0;
  for (const auto& [key, text] : {std::pair{"input", &input}, std::pair{"output", &output}}) {
    const auto count = counter.stored_text(*text);
    if (!count) continue;
    usage.emplace_back(key, *count);
    total += *count;
  }
  if (total > 0) usage.emplace_back("total", total);
  return usage;
}

}  // namespace clew::ingest
