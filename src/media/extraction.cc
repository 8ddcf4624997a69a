#include "media/extraction.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "media/content_type.h"
#include "media/texts.h"

namespace clew::media {

namespace {

// JSON text inside JSON text is looked into this deep.
constexpr int kNestedTextsMax = 10;
// Files taken out of one text; the rest stays.
constexpr std::size_t kFilesMax = 100;
constexpr std::string_view kDataUri = "data:";
constexpr std::string_view kBase64Mark = ";base64,";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";

// What a provider's shape holds: the text that is replaced, and of which type its bytes are.
struct Embedded {
  std::string type, data;
};

std::string_view text_of(const json::Object& object, std::string_view key) {
  return json::find_text(object, key).value_or("");
}

void add(std::vector<Embedded>& out, std::string_view type, std::string_view data) {
  if (type.empty() || data.empty() || out.size() >= kFilesMax) return;
  // References, addresses and data URIs have characters that base64 has not.
  if (data.find_first_not_of(kBase64) != std::string_view::npos) return;
  out.push_back({std::string(type), std::string(data)});
}

// The shapes of Anthropic, Gemini, Vertex, the AI SDK and the semantic conventions.
void read_shape(const json::Object& object, std::vector<Embedded>& out) {
  const std::string_view kind = text_of(object, "type");
  if (kind == "base64") add(out, text_of(object, "media_type"), text_of(object, "data"));
  if (kind == "media") add(out, text_of(object, "mime_type"), text_of(object, "data"));
  if (kind == "blob") add(out, text_of(object, "mime_type"), text_of(object, "content"));
  if (kind == "file") {
    add(out, text_of(object, "mediaType"), text_of(object, "data"));
    add(out, text_of(object, "mediaType"), text_of(object, "image"));
  }
  for (const std::string_view key : {"inline_data", "inlineData"}) {
    const json::Value* inner = json::find(object, key);
    if (!inner || !inner->is_object()) continue;
    const json::Object& data = inner->get_object();
    const std::string_view type = text_of(data, "mime_type");
    add(out, type.empty() ? text_of(data, "mimeType") : type, text_of(data, "data"));
  }
}

void collect(const json::Value& value, int texts_left, std::vector<Embedded>& out) {
  if (const json::Object* object = value.if_object()) {
    read_shape(*object, out);
    for (const auto& [key, item] : *object)
      collect(item, texts_left, out);
  } else if (const json::Array* list = value.if_array()) {
    for (const json::Value& item : *list)
      collect(item, texts_left, out);
  } else if (value.is_string() && texts_left > 0) {
    const std::string_view text = text::trim(value.get_string());
    if (!text.starts_with('{') && !text.starts_with('[')) return;
    if (const auto nested = json::try_parse(text)) collect(*nested, texts_left - 1, out);
  }
}

bool may_hold_shape(std::string_view text) {
  constexpr std::array<std::string_view, 5> kMarks = {"media_type", "mime_type", "mimeType", "mediaType", "inline"};
  return std::ranges::any_of(kMarks, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

// Whether text[begin, end) is the whole text, or a whole JSON string in it, also of JSON inside JSON.
bool is_whole_string(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0) return end == text.size();
  return text[begin - 1] == '"' && end < text.size() && (text[end] == '"' || text[end] == '\\');
}

}  // namespace

std::string Extraction::keep(const std::string& project_id, const Usage& usage, std::string_view type,
                             std::string_view base64, std::string_view source) {
  if (!is_known_type(type)) return {};
  const auto bytes = text::from_base64(base64);
  if (!bytes || bytes->empty()) return {};
  const auto id = library_.keep(project_id, type, *bytes, usage);
  if (!id) {
    log_.warn("media.not_extracted", {{"project", project_id}, {"reason", id.error().message}}, project_id);
    return {};
  }
  return "@@@langfuseMedia:type=" + std::string(type) + "|id=" + *id + "|source=" + std::string(source) + "@@@";
}

bool Extraction::extract_data_uris(const std::string& project_id, const Usage& usage, std::string& text) {
  if (text.find(kBase64Mark) == std::string::npos) return false;
  std::string out;
  std::size_t copied = 0, files = 0;
  for (std::size_t at = 0; (at = text.find(kDataUri, at)) != std::string::npos && files < kFilesMax;
       at += kDataUri.size()) {
    const std::string_view rest = std::string_view(text).substr(at + kDataUri.size());
    const std::size_t mark = rest.substr(0, 200).find(kBase64Mark);
    if (mark == std::string_view::npos) continue;
    const std::size_t begin = at + kDataUri.size() + mark + kBase64Mark.size();
    const std::size_t end = std::min(text.find_first_not_of(kBase64, begin), text.size());
    if (!is_whole_string(text, at, end)) continue;
    // Parameters between type and mark ("text/plain;charset=utf-8") do not belong to the type.
    const std::string_view type = rest.substr(0, std::min(mark, rest.find(';')));
    const std::string reference =
        keep(project_id, usage, type, std::string_view(text).substr(begin, end - begin), "base64_data_uri");
    if (reference.empty()) continue;
    out.append(text, copied, at - copied).append(reference);
    copied = end;
    at = end - kDataUri.size();
    ++files;
  }
  if (copied == 0) return false;
  out.append(text, copied);
  text = std::move(out);
  return true;
}

bool Extraction::extract_shapes(const std::string& project_id, const Usage& usage, std::string& text) {
  if (!may_hold_shape(text)) return false;
  const std::string_view trimmed = text::trim(text);
  if (!trimmed.starts_with('{') && !trimmed.starts_with('[')) return false;
  const auto parsed = json::try_parse(trimmed);
  if (!parsed) return false;
  std::vector<Embedded> found;
  collect(*parsed, kNestedTextsMax, found);
  bool changed = false;
  for (const Embedded& file : found) {
    // In the text itself: parsing and printing would change how numbers are written.
    const std::size_t at = text.find("\"" + file.data);
    if (at == std::string::npos || !is_whole_string(text, at + 1, at + 1 + file.data.size())) continue;
    const std::string reference = keep(project_id, usage, file.type, file.data, "bytes");
    if (reference.empty()) continue;
    text.replace(at + 1, file.data.size(), reference);
    changed = true;
  }
  return changed;
}

bool Extraction::extract(const std::string& project_id, const Usage& usage, std::string& text) {
  const bool uris = extract_data_uris(project_id, usage, text);
  return extract_shapes(project_id, usage, text) || uris;
}

void Extraction::apply_to(const std::string& project_id, ingest::EntityEvent& event) {
  if (event.kind == ingest::EntityKind::kScore) return;
  const bool is_trace = event.kind == ingest::EntityKind::kTrace;
  const std::string_view trace = is_trace ? "" : text_of(event.body, "traceId");
  Usage usage{.trace_id = trace.empty() ? event.entity_id : std::string(trace),
              .observation_id = is_trace ? "" : event.entity_id};
  for (const std::string_view field : {"input", "output", "metadata"}) {
    json::Value* value = event.body.if_contains(field);
    if (!value || value->is_null()) continue;
    usage.field = field;
    std::string text = value->is_string() ? std::string(value->get_string()) : json::to_text(*value);
    if (!extract(project_id, usage, text)) continue;
    if (value->is_string()) {
      *value = text;
    } else if (auto changed = json::parse(text)) {
      *value = *std::move(changed);
    }
  }
}

void Extraction::apply(ingest::DecodedBatch& batch) {
  const std::string& project_id = batch.context.project_id;
  for_each_text(batch, [&](const Usage& usage, std::string& text) { extract(project_id, usage, text); });
  for (ingest::EntityEvent& event : batch.events)
    apply_to(project_id, event);
}

}  // namespace clew::media
