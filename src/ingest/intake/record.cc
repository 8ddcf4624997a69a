#include "ingest/intake/record.h"

#include "ingest/decode/events/events.h"
#include "ingest/decode/otlp/otlp.h"

namespace clew::ingest {

namespace {

std::string text_at(const json::Object& object, std::string_view key) {
  return std::string(json::find_text(object, key).value_or(""));
}

}  // namespace

std::string encode_record(const RequestContext& context, std::string_view body) {
  json::Object head;
  head["project"] = context.project_id;
  head["door"] = static_cast<int>(context.door);
  if (context.scores_only) head["scoresOnly"] = true;
  head["received"] = context.received_at_us;
  head["request"] = context.request_id;
  head["key"] = context.attribution.api_key;
  head["sdk"] = context.attribution.sdk_name;
  head["sdkVersion"] = context.attribution.sdk_version;
  std::string text = json::to_text(head);
  std::string out;
  out.reserve(text.size() + body.size() + 4);
  for (std::size_t size = text.size();; size >>= 7) {
    out += static_cast<char>((size & 0x7F) | (size >= 0x80 ? 0x80 : 0));
    if (size < 0x80) break;
  }
  out += text;
  out += body;
  return out;
}

Result<Record> parse_record(std::string_view bytes) {
  const Error damaged{Errc::kCorruption, "ingest log record without a readable context"};
  std::size_t size = 0;
  std::size_t at = 0;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at >= bytes.size() || shift > 28) return damaged;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    size |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) break;
  }
  ++at;
  if (size > bytes.size() - at) return damaged;
  auto head = json::parse(bytes.substr(at, size));
  const json::Object* object = head ? head->if_object() : nullptr;
  if (!object) return damaged;
  const json::Value* door = object->if_contains("door");
  const json::Value* received = object->if_contains("received");
  if (!door || !door->is_int64() || !received || !received->is_int64()) return damaged;
  Record record;
  record.context.project_id = text_at(*object, "project");
  record.context.door = static_cast<Door>(door->get_int64());
  record.context.scores_only = object->if_contains("scoresOnly") != nullptr;
  record.context.received_at_us = received->get_int64();
  record.context.request_id = text_at(*object, "request");
  record.context.attribution = {.api_key = text_at(*object, "key"),
                                .sdk_name = text_at(*object, "sdk"),
                                .sdk_version = text_at(*object, "sdkVersion")};
  record.body = bytes.substr(at + size);
  return record;
}

Result<DecodedBatch> decode(std::string_view body, const RequestContext& context) {
  switch (context.door) {
    case Door::kOtlpProtobuf:
    case Door::kOtlpJson:
      return decode_otlp(body, context);
    case Door::kEventBatch:
    case Door::kScore:
    case Door::kScoreList:
      return decode_events(body, context);
  }
  return Error{Errc::kCorruption, "unknown door in an ingest log record"};
}

Result<DecodedBatch> decode_record(std::string_view bytes) {
  CLEW_TRY(const Record record, parse_record(bytes));
  return decode(record.body, record.context);
}

}  // namespace clew::ingest
