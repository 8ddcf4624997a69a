#include "ingest/intake/record.h"

#include "ingest/decode/events/events.h"
#include "ingest/decode/otlp/otlp.h"
#include "ingest/intake/items.h"
#include "ingest/intake/sampling.h"

namespace clew::ingest {

namespace {

std::string text_at(const json::Object& object, std::string_view key) {
  return std::string(json::find_text(object, key).value_or(""));
}

// One list per ruling: [index, status] of a refused score, [index, 0, name, data type, number?] of an accepted one.
json::Array rulings_json(const std::vector<ScoreRuling>& rulings) {
  json::Array all;
  for (const ScoreRuling& ruling : rulings) {
    json::Array one{ruling.index, ruling.status};
    if (ruling.status == 0) {
      one.emplace_back(ruling.name);
      one.emplace_back(ruling.data_type);
      if (ruling.category_value) one.emplace_back(*ruling.category_value);
    }
    all.push_back(std::move(one));
  }
  return all;
}

// Null: not what rulings_json() writes.
std::optional<ScoreRuling> read_ruling(const json::Value& value) {
  const json::Array* one = value.if_array();
  if (!one || one->size() < 2 || !(*one)[0].is_number() || !(*one)[1].is_int64()) return std::nullopt;
  ScoreRuling ruling;
  ruling.index = (*one)[0].to_number<std::size_t>();
  ruling.status = static_cast<int>((*one)[1].get_int64());
  if (ruling.status != 0) return ruling;
  if (one->size() < 4 || !(*one)[2].is_string() || !(*one)[3].is_string()) return std::nullopt;
  ruling.name = (*one)[2].get_string();
  ruling.data_type = (*one)[3].get_string();
  if (one->size() > 4 && (*one)[4].is_number()) ruling.category_value = (*one)[4].to_number<double>();
  return ruling;
}

// The context's length, the context, the body.
std::string framed(std::string_view text, std::string_view body) {
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

// Of a record that was parsed: what stands between its length and its body.
std::string_view context_text(std::string_view bytes, const Record& record) {
  std::size_t begin = 0;
  while ((static_cast<unsigned char>(bytes[begin]) & 0x80) != 0)
    ++begin;
  return bytes.substr(begin + 1, bytes.size() - record.body.size() - begin - 1);
}

std::uint64_t count_at(const json::Object& object, std::string_view key) {
  const json::Value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code failed;
  const auto value = found->to_number<std::uint64_t>(failed);
  return failed ? 0 : value;
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
  if (context.sample_rate) head["sampleRate"] = *context.sample_rate;
  if (!context.score_rulings.empty()) head["scoreRulings"] = rulings_json(context.score_rulings);
  return framed(json::to_text(head), body);
}

Result<std::string> as_replay(std::string_view bytes, std::uint64_t position) {
  CLEW_TRY(const Record record, parse_record(bytes));
  CLEW_TRY(json::Value head, json::parse(context_text(bytes, record)));
  json::Object& object = head.as_object();
  object["replayOf"] = record.context.replay_of == 0 ? position : record.context.replay_of;
  object["attempts"] = record.context.attempts + 1;
  return framed(json::to_text(head), record.body);
}

Result<std::string> with_items(std::string_view bytes, const std::vector<std::string>& items) {
  CLEW_TRY(const Record record, parse_record(bytes));
  CLEW_TRY(json::Value head, json::parse(context_text(bytes, record)));
  json::Array names;
  for (const std::string& name : items)
    names.emplace_back(name);
  head.as_object()["items"] = std::move(names);
  return framed(json::to_text(head), record.body);
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
  if (const json::Value* rate = json::find(*object, "sampleRate"); rate && rate->is_number()) {
    record.context.sample_rate = rate->to_number<double>();
  }
  if (const json::Value* rulings = json::find(*object, "scoreRulings"); rulings && rulings->is_array()) {
    for (const json::Value& item : rulings->get_array()) {
      auto ruling = read_ruling(item);
      if (!ruling) return damaged;
      record.context.score_rulings.push_back(*std::move(ruling));
    }
  }
  record.context.replay_of = count_at(*object, "replayOf");
  record.context.attempts = count_at(*object, "attempts");
  if (const json::Value* items = json::find(*object, "items"); items && items->is_array()) {
    for (const json::Value& name : items->get_array()) {
      if (!name.is_string()) return damaged;
      record.context.items.emplace_back(name.get_string());
    }
  }
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
  CLEW_TRY(DecodedBatch batch, decode(record.body, record.context));
  apply_sampling(batch);
  if (!record.context.items.empty()) keep_items(batch, record.context.items);
  return batch;
}

}  // namespace clew::ingest
