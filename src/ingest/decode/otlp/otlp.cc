#include "ingest/decode/otlp/otlp.h"

#include <algorithm>

#include <protozero/pbf_writer.hpp>

#include "base/json.h"
#include "ingest/decode/otlp/mapping.h"
#include "ingest/decode/otlp/wire.h"

namespace clew::ingest {

namespace {

using otlp::Defects;

constexpr std::size_t kScopesNamedMax = 5;

// What cannot be stored, for the message to the client.
struct Refusals {
  std::size_t spans_total = 0, spans_bad = 0, fields_bad = 0;
  Defects defects = 0;
  std::vector<std::string> scopes;  // up to kScopesNamedMax

  void add_scope(std::string_view name) {
    if (name.empty() || scopes.size() == kScopesNamedMax || std::ranges::find(scopes, name) != scopes.end()) return;
    scopes.emplace_back(name);
  }

  std::string message() const {
    std::string out =
        "Invalid OTLP trace export: " + std::to_string(spans_bad) + " of " + std::to_string(spans_total) + " span(s)";
    if (fields_bad > 0) out += " and " + std::to_string(fields_bad) + " resource- or scope-level field(s)";
    out += " unusable: " + otlp::defects_text(defects) +
           ". Spans need traceId and spanId; attributes are a list of {key, value}, not a JSON object. A logs or "
           "metrics exporter pointed at the traces endpoint gives such spans.";
    if (scopes.empty()) return out;
    out += " Scopes: ";
    for (const std::string& scope : scopes) {
      if (&scope != &scopes.front()) out += ", ";
      out += scope;
    }
    return out + ".";
  }
};

void refuse(const otlp::Span& span, Defects defects, DecodedBatch& batch) {
  batch.errors.push_back({.id = span.span_id.empty() ? "unknown" : span.span_id,
                          .index = batch.items_total,
                          .status = 400,
                          .message = "Invalid request data",
                          .error = otlp::defects_text(defects)});
}

void map_scope(const otlp::Request& request, const otlp::ResourceGroup& resource, const otlp::ScopeGroup& scope,
               bool sdk5, DecodedBatch& batch, Refusals& refusals) {
  const Defects around = request.defects | resource.defects | scope.defects;
  refusals.defects |= around;
  const otlp::GroupContext group(request, resource, scope, sdk5);
  for (const otlp::Span& span : scope.spans) {
    const Defects defects = around | span.defects;
    if (defects == 0) {
      otlp::map_span({span, request.events_of(span), otlp::AttributeIndex(request.attributes_of(span)), group}, batch);
    } else {
      refuse(span, defects, batch);
      refusals.defects |= defects;
      ++refusals.spans_bad;
      refusals.add_scope(scope.scope.name);
    }
    ++batch.items_total;
  }
}

}  // namespace

Result<DecodedBatch> decode_otlp(std::string_view body, const RequestContext& context) {
  CLEW_TRY(const auto request, context.door == Door::kOtlpJson ? otlp::read_json(body) : otlp::read_protobuf(body));
  DecodedBatch batch;
  batch.context = context;
  Refusals refusals;
  refusals.spans_total = request->spans_total();
  refusals.fields_bad = request->outer_defects;
  refusals.defects = request->defects;
  batch.spans.reserve(refusals.spans_total);
  for (const otlp::ResourceGroup& resource : request->resources) {
    refusals.defects |= resource.defects;
    const bool sdk5 = otlp::is_sdk5(context, resource);
    for (const otlp::ScopeGroup& scope : resource.scopes)
      map_scope(*request, resource, scope, sdk5, batch, refusals);
  }
  if (batch.spans.empty() && refusals.defects != 0) return Error{Errc::kInvalidArgument, refusals.message()};
  return batch;
}

std::string otlp_rejections(const DecodedBatch& batch) {
  std::string out =
      std::to_string(batch.errors.size()) + " of " + std::to_string(batch.items_total) + " span(s) rejected: ";
  std::vector<std::string_view> reasons;
  for (const ItemError& error : batch.errors) {
    if (std::ranges::find(reasons, error.error) == reasons.end() && reasons.size() < 10) reasons.push_back(error.error);
  }
  for (const std::string_view reason : reasons) {
    if (reason.data() != reasons.front().data()) out += "; ";
    out += reason;
  }
  return out;
}

std::string otlp_answer(Door door, const DecodedBatch& batch) {
  if (door == Door::kOtlpJson) {
    if (batch.errors.empty()) return "{}";
    return json::to_text(json::Object{
        {"partialSuccess",
         {{"rejectedSpans", std::to_string(batch.errors.size())}, {"errorMessage", otlp_rejections(batch)}}}});
  }
  std::string answer;
  if (batch.errors.empty()) return answer;
  std::string partial;
  protozero::pbf_writer writer(partial);
  writer.add_int64(1, static_cast<std::int64_t>(batch.errors.size()));
  writer.add_string(2, otlp_rejections(batch));
  protozero::pbf_writer(answer).add_message(1, partial);
  return answer;
}

}  // namespace clew::ingest
