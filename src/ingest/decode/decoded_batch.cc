#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

namespace {

// What one heap block costs beyond its payload, roughly.
constexpr std::size_t kBlockBytes = 16;

std::size_t bytes_of(const std::string& text) {
  return text.size();
}

std::size_t bytes_of(const std::optional<std::string>& text) {
  return text ? text->size() : 0;
}

std::size_t bytes_of(const std::pair<std::string, std::string>& entry) {
  return sizeof(entry) + entry.first.size() + entry.second.size();
}

template <class Number>
std::size_t bytes_of(const std::pair<std::string, Number>& entry) {
  return sizeof(entry) + entry.first.size();
}

std::size_t bytes_of(const domain::Observation& row);
std::size_t bytes_of(const TraceIo& io);
std::size_t bytes_of(const EntityEvent& event);
std::size_t bytes_of(const ItemError& error);

template <class Item>
std::size_t bytes_of_all(const std::vector<Item>& items) {
  std::size_t total = kBlockBytes;
  for (const Item& item : items)
    total += bytes_of(item);
  return total;
}

std::size_t bytes_of_texts(const std::vector<std::string>& texts) {
  return bytes_of_all(texts) + texts.size() * sizeof(std::string);
}

std::size_t bytes_of(const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::string:
      return value.get_string().capacity() + kBlockBytes;
    case boost::json::kind::array: {
      std::size_t total = kBlockBytes;
      for (const json::Value& item : value.get_array())
        total += sizeof(json::Value) + bytes_of(item);
      return total;
    }
    case boost::json::kind::object: {
      std::size_t total = kBlockBytes;
      for (const auto& [key, item] : value.get_object()) {
        total += sizeof(json::Object::value_type) + key.size() + bytes_of(item);
      }
      return total;
    }
    default:
      return 0;
  }
}

std::size_t bytes_of(const domain::Observation& row) {
  std::size_t total = sizeof(row);
  for (const std::string* text : {&row.trace_id,
                                  &row.span_id,
                                  &row.parent_span_id,
                                  &row.name,
                                  &row.status_message,
                                  &row.environment,
                                  &row.version,
                                  &row.release,
                                  &row.trace_name,
                                  &row.user_id,
                                  &row.session_id,
                                  &row.prompt_id,
                                  &row.prompt_name,
                                  &row.model,
                                  &row.model_parameters,
                                  &row.model_id,
                                  &row.pricing_tier_id,
                                  &row.pricing_tier_name,
                                  &row.events,
                                  &row.source,
                                  &row.service_name,
                                  &row.service_version,
                                  &row.scope_name,
                                  &row.scope_version,
                                  &row.experiment.description}) {
    total += bytes_of(*text);
  }
  total += bytes_of(row.input) + bytes_of(row.output) + bytes_of(row.experiment.item_expected_output);
  total += bytes_of_texts(row.tags) + bytes_of_texts(row.tool_calls) + bytes_of_texts(row.tool_call_names) +
           bytes_of_texts(row.metadata_strings);
  total += bytes_of_all(row.provided_usage) + bytes_of_all(row.provided_cost) + bytes_of_all(row.usage) +
           bytes_of_all(row.cost);
  total += bytes_of_all(row.tool_definitions) + bytes_of_all(row.metadata) + bytes_of_all(row.experiment.metadata) +
           bytes_of_all(row.experiment.item_metadata);
  return total;
}

std::size_t bytes_of(const TraceIo& io) {
  return sizeof(io) + io.trace_id.size() + bytes_of(io.input) + bytes_of(io.output);
}

std::size_t bytes_of(const EntityEvent& event) {
  std::size_t total = sizeof(event) + event.entity_id.size() + event.envelope_id.size() + event.type.size();
  for (const auto& [key, item] : event.body)
    total += sizeof(json::Object::value_type) + key.size() + bytes_of(item);
  return total;
}

std::size_t bytes_of(const ItemError& error) {
  return sizeof(error) + error.id.size() + error.message.size() + error.error.size();
}

}  // namespace

std::size_t DecodedBatch::bytes() const {
  return sizeof(*this) + bytes_of_all(spans) + bytes_of_all(trace_io) + bytes_of_all(events) +
         bytes_of_texts(accepted_ids) + bytes_of_texts(sdk_logs) + bytes_of_all(errors);
}

}  // namespace clew::ingest
