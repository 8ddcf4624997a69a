#include "ingest/decode/tools/tool_calls.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "ingest/decode/tools/tool_json.h"

namespace clew::ingest {

namespace {

// Messages nest in known ways only: choices, candidates, a message inside a choice event.
constexpr int kNestingMax = 4;

bool one_of(std::optional<std::string_view> text, std::initializer_list<std::string_view> words) {
  return text && std::ranges::find(words, *text) != words.end();
}

bool has(const json::Object& object, std::string_view key) {
  return first_present(object, {key}) != nullptr;
}

bool is_call_like(const json::Object& item) {
  const auto type = json::find_text(item, "type");
  if (type == "tool-result") return false;
  if (const json::Value* function = json::find(item, "function"); function && function->is_object()) {
    if (has(function->get_object(), "name") && has(function->get_object(), "arguments")) return true;
  }
  if (has(item, "toolName") && (type == "tool-call" || has(item, "input") || has(item, "args"))) return true;
  if (!has(item, "name")) return false;
  if (has(item, "call_id") && has(item, "arguments")) return true;
  if (type == "tool_use" && has(item, "input")) return true;
  return has(item, "arguments") && (has(item, "id") || has(item, "index") ||
                                    one_of(type, {"function", "function_call", "tool-call", "tool_use"}));
}

bool is_message_like(const json::Object& item) {
  return item.contains("role") || item.contains("content") || item.contains("tool_calls") ||
         item.contains("additional_kwargs");
}

class Reader {
 public:
  ToolCalls take() { return std::move(found_); }

  void read_output(const json::Value& output) {
    if (const json::Array* list = output.if_array()) {
      for (const json::Value& item : *list) {
        if (const json::Object* object = item.if_object()) read_item(*object, 0);
      }
    } else if (const json::Object* object = output.if_object()) {
      read_item(*object, 0);
    }
  }

 private:
  void read_item(const json::Object& item, int depth) {
    if (is_call_like(item) && !is_message_like(item)) {
      add(item);
    } else {
      read_message(item, depth);
    }
  }

  void read_message(const json::Object& message, int depth) {
    if (depth > kNestingMax) return;
    read_call_list(message, "tool_calls");
    read_call_list(message, "toolCalls");
    if (const json::Value* extra = json::find(message, "additional_kwargs"); extra && extra->is_object()) {
      read_call_list(extra->get_object(), "tool_calls");
    }
    if (const json::Value* content = json::find(message, "content")) {
      read_parts(*content);
      if (const json::Object* gemini = content->if_object()) read_parts_of(*gemini);
    }
    read_parts_of(message);
    read_nested(message, "choices", "message", depth);
    read_nested(message, "candidates", "", depth);
    if (const json::Value* inner = json::find(message, "message")) {
      if (const auto object = object_of(*inner)) read_message(*object, depth + 1);
    }
    // An OpenAI Responses object lists its items under `output`.
    if (const json::Value* output = json::find(message, "output"); output && output->is_array()) {
      for (const json::Value& item : output->get_array()) {
        if (const json::Object* object = item.if_object()) read_item(*object, depth + 1);
      }
    }
  }

  // The members of list `key`, or the object under `member` of each.
  void read_nested(const json::Object& message, std::string_view key, std::string_view member, int depth) {
    const json::Value* list = json::find(message, key);
    if (!list || !list->is_array()) return;
    for (const json::Value& item : list->get_array()) {
      const json::Object* object = item.if_object();
      if (!object) continue;
      if (member.empty()) {
        read_message(*object, depth + 1);
      } else if (const json::Value* inner = json::find(*object, member); inner && inner->is_object()) {
        read_message(inner->get_object(), depth + 1);
      }
    }
  }

  void read_call_list(const json::Object& holder, std::string_view key) {
    const json::Value* calls = json::find(holder, key);
    if (!calls || calls->is_null()) return;
    for (const json::Value& item : list_of(*calls)) {
      const json::Object* call = item.if_object();
      if (!call) continue;
      const json::Value* wrapped = json::find(*call, "tool_call");  // OpenInference
      add(wrapped && wrapped->is_object() ? wrapped->get_object() : *call);
    }
  }

  void read_parts_of(const json::Object& holder) {
    if (const json::Value* parts = json::find(holder, "parts")) read_parts(*parts);
  }

  // Content parts of Anthropic, the AI SDK, the semantic conventions and Gemini.
  void read_parts(const json::Value& parts) {
    const json::Array* list = parts.if_array();
    if (!list) return;
    for (const json::Value& item : *list) {
      const json::Object* part = item.if_object();
      if (!part) continue;
      if (one_of(json::find_text(*part, "type"), {"tool_use", "tool-call", "tool_call"})) {
        add(*part);
      } else if (const json::Value* call = first_present(*part, {"function_call", "functionCall"});
                 call && call->is_object()) {
        add(call->get_object());
      }
    }
  }

  void add(const json::Object& call) {
    const bool has_function = call.contains("function");
    const json::Object& function = function_of(call);
    const json::Value* name = first_present(function, {"name"});
    if (!name) name = first_present(call, {"name", "toolName"});
    if (!name || !name->is_string() || name->get_string().empty()) return;

    const json::Value* arguments = first_present(function, {"arguments"});
    if (!arguments) arguments = first_present(call, {"arguments", "args", "input"});
    const json::Value* type = first_present(call, {"type"});
    const json::Value* index = first_present(call, {"index"});

    const std::string id = text_of(first_present(call, {"call_id", "id", "toolCallId"}));
    const std::string arguments_text = arguments ? text_of(arguments) : "{}";
    const std::string name_text(std::string_view(name->get_string()));
    const std::string identity = id.empty() ? "n" + json::quoted(name_text) + arguments_text : "i" + id;
    if (!seen_.insert(identity).second) return;

    const json::Object stored{{"id", id},
                              {"arguments", arguments_text},
                              {"type", type ? text_of(type) : (has_function ? "function" : "")},
                              {"index", index && index->is_number() ? *index : json::Value(0)}};
    found_.calls.push_back(json::to_text(stored));
    found_.names.push_back(name_text);
  }

  ToolCalls found_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

ToolCalls read_calls(const json::Value& output) {
  Reader reader;
  reader.read_output(output);
  return reader.take();
}

}  // namespace clew::ingest
