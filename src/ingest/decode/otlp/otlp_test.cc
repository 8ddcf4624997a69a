// What the doors promise beyond the mapping cases: which bodies are refused, ids, times, what is kept of a span.
#include "ingest/decode/otlp/otlp.h"

#include <gtest/gtest.h>
#include <protozero/pbf_reader.hpp>

#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;

json::Object without(json::Object object, std::string_view key) {
  object.erase(key);
  return object;
}

json::Object with(json::Object object, std::string_view key, json::Value value) {
  object[key] = std::move(value);
  return object;
}

TEST(OtlpBody, UnreadableBodiesAreRefusedWithTheContractsWords) {
  EXPECT_EQ(refusal("{"), "Failed to parse OTel JSON Trace");
  EXPECT_EQ(refusal(""), "Failed to parse OTel JSON Trace");
  EXPECT_EQ(refusal("[]"), "Failed to parse OTel JSON Trace");
  EXPECT_EQ(refusal("\x0a\xff", Door::kOtlpProtobuf), "Failed to parse OTel Protobuf Trace");
  const std::string whole = to_protobuf(request(span_with()));
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 1), Door::kOtlpProtobuf), "Failed to parse OTel Protobuf Trace");
}

TEST(OtlpBody, NothingToDoIsNoError) {
  for (const char* body : {"{}", R"({"resourceSpans":null})", R"({"resourceSpans":[]})",
                           R"({"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]})", R"({"other":1})"}) {
    EXPECT_EQ(refusal(body), "accepted") << body;
  }
  EXPECT_EQ(refusal("", Door::kOtlpProtobuf), "accepted");
}

TEST(OtlpBody, SnakeCaseNamesWork) {
  const auto batch = decode_otlp(
      R"({"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"0af7651916cd43dd8448eb211c80319c",
         "span_id":"00f067aa0ba902b7","parent_span_id":"00f067aa0ba902b8","start_time_unix_nano":"1700000000000000000",
         "end_time_unix_nano":1700000001500000000,"attributes":[{"key":"input","value":{"string_value":"i"}},
         {"key":"n","value":{"int_value":5}}]}]}]}]})",
      context());
  ASSERT_TRUE(batch);
  const domain::Observation& o = batch->spans.at(0);
  EXPECT_EQ(o.parent_span_id, "00f067aa0ba902b8");
  EXPECT_EQ(o.start_time_us, 1'700'000'000'000'000);
  EXPECT_EQ(o.end_time_us, 1'700'000'001'500'000);
  EXPECT_EQ(o.input, "i");
  EXPECT_EQ(sorted(o.metadata).at("attributes.n"), "5");
}

TEST(OtlpBody, ALogsExportIsRefusedNotStored) {
  // LogsData: time_unix_nano, severity_number, body, trace id and span id where a span has other fields.
  std::string record, scope_logs, resource_logs, body;
  protozero::pbf_writer writer(record);
  writer.add_fixed64(1, 1'700'000'000'000'000'000);
  writer.add_int32(2, 9);
  writer.add_string(5, "\x0a\x05hello");
  writer.add_bytes(9, std::string(16, 'x'));
  writer.add_bytes(10, std::string(8, 'x'));
  protozero::pbf_writer(scope_logs).add_message(2, record);
  protozero::pbf_writer(resource_logs).add_message(2, scope_logs);
  protozero::pbf_writer(body).add_message(1, resource_logs);
  const std::string message = refusal(body, Door::kOtlpProtobuf);
  EXPECT_TRUE(message.starts_with("Invalid OTLP trace export: 1 of 1 span(s) unusable: ")) << message;
  EXPECT_NE(message.find("traceId:absent, spanId:absent"), std::string::npos) << message;
}

TEST(OtlpBody, NothingUsableNamesTheReasonsAndTheScopes) {
  const json::Object shapeless = with(span_with(), "attributes", json::Object{{"a", 1}});
  const std::string message = refusal(json::to_text(request(shapeless)));
  EXPECT_NE(message.find("1 of 1 span(s)"), std::string::npos) << message;
  EXPECT_NE(message.find("attributes:not_an_array"), std::string::npos) << message;
  EXPECT_NE(message.find("not a JSON object"), std::string::npos) << message;
  EXPECT_NE(message.find("Scopes: my-lib."), std::string::npos) << message;

  EXPECT_NE(refusal(R"({"resourceSpans":[{"scopeSpans":{}}]})")
                .find("1 resource- or scope-level field(s) unusable: scopeSpans:not_an_array"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"resourceSpans":{}})").find("resourceSpans:not_an_array"), std::string::npos);
}

TEST(OtlpPartial, OneBadSpanNeverAffectsTheOthers) {
  const json::Array spans = {span_with(), without(span_with(), "spanId"), with(span_with(), "traceId", 17), "text",
                             with(span_with(), "spanId", "00f067aa0ba902b8")};
  const DecodedBatch batch = decode(request(json::Array{scope("s", "1", spans)}));
  EXPECT_EQ(batch.items_total, 5U);
  ASSERT_EQ(batch.spans.size(), 2U);
  ASSERT_EQ(batch.errors.size(), 3U);
  EXPECT_EQ(batch.errors[0].error, "spanId:absent");
  EXPECT_EQ(batch.errors[0].id, "unknown");
  EXPECT_EQ(batch.errors[1].error, "traceId:not_an_id");
  EXPECT_EQ(batch.errors[1].id, "00f067aa0ba902b7");
  EXPECT_EQ(batch.errors[1].index, 2U);

  EXPECT_EQ(otlp_answer(Door::kOtlpJson, batch),
            R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"3 of 5 span(s) rejected: spanId:absent; )"
            R"(traceId:not_an_id; traceId:absent, spanId:absent, span:not_an_object"}})");
  const std::string answer = otlp_answer(Door::kOtlpProtobuf, batch);
  protozero::pbf_reader reader(answer);
  ASSERT_TRUE(reader.next(1));
  protozero::pbf_reader partial = reader.get_message();
  ASSERT_TRUE(partial.next(1));
  EXPECT_EQ(partial.get_int64(), 3);
  ASSERT_TRUE(partial.next(2));
  EXPECT_TRUE(partial.get_string().starts_with("3 of 5 span(s) rejected: "));
}

TEST(OtlpPartial, AnUnusableResourceCostsOnlyItsOwnSpans) {
  json::Object given = request(span_with());
  json::Object bad = given["resourceSpans"].as_array()[0].as_object();
  bad["resource"] = json::Object{{"attributes", json::Object{{"service.name", "x"}}}};
  given["resourceSpans"].as_array().push_back(bad);
  const DecodedBatch batch = decode(given);
  EXPECT_EQ(batch.spans.size(), 1U);
  ASSERT_EQ(batch.errors.size(), 1U);
  EXPECT_EQ(batch.errors[0].error, "resource.attributes:not_an_array");
}

TEST(OtlpPartial, EverythingStoredIsAnEmptyAnswer) {
  const DecodedBatch batch = decode(request(span_with()));
  EXPECT_EQ(otlp_answer(Door::kOtlpJson, batch), "{}");
  EXPECT_EQ(otlp_answer(Door::kOtlpProtobuf, batch), "");
}

struct IdCase {
  const char* name;
  json::Value given;
  const char* stored;  // nullptr: refused
};
// NOLINTNEXTLINE(readability-identifier-naming): the name gtest looks for
void PrintTo(const IdCase& c, std::ostream* out) {
  *out << c.name;
}
class OtlpIds : public testing::TestWithParam<IdCase> {};

TEST_P(OtlpIds, AreReadInEveryForm) {
  const std::string body = json::to_text(request(with(span_with(), "spanId", GetParam().given)));
  const auto batch = decode_otlp(body, context());
  EXPECT_EQ(batch.has_value(), GetParam().stored != nullptr);
  if (batch && GetParam().stored) EXPECT_EQ(batch->spans.at(0).span_id, GetParam().stored);
}

INSTANTIATE_TEST_SUITE_P(
    All, OtlpIds,
    testing::Values(
        IdCase{"UpperCaseHex", "00F067AA0BA902B7", "00f067aa0ba902b7"},
        IdCase{"Buffer", {{"type", "Buffer"}, {"data", {0, 240, 103, 170, 11, 169, 2, 183}}}, "00f067aa0ba902b7"},
        IdCase{"ListOfBytes", json::Array{0, 240, 103, 170, 11, 169, 2, 183}, "00f067aa0ba902b7"},
        IdCase{"Uuid", "3F2504E0-4F89-11D3-9A0C-0305E82C3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"},
        IdCase{"OtherLength", "AbC", "AbC"}, IdCase{"Base64", "APBnqgupArc=", "APBnqgupArc="},
        IdCase{"Empty", "", nullptr}, IdCase{"Null", nullptr, nullptr}, IdCase{"Zero", "0000000000000000", nullptr},
        IdCase{"ZeroBytes", json::Array{0, 0, 0, 0, 0, 0, 0, 0}, nullptr}, IdCase{"Number", 5, nullptr},
        IdCase{"ListOfText", json::Array{"a"}, nullptr},
        IdCase{"TooLong", json::Value(std::string(801, 'a')), nullptr}),
    [](const auto& info) { return info.param.name; });

TEST(OtlpIdsProtobuf, BytesBecomeHexAndZeroIsNoId) {
  const auto o =
      decode_one(request(with(span_with(), "parentSpanId", "0000000000000000")), context(Door::kOtlpProtobuf));
  EXPECT_EQ(o.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(o.parent_span_id, "");
  const std::string zero = to_protobuf(request(with(span_with(), "traceId", "00000000000000000000000000000000")));
  EXPECT_NE(refusal(zero, Door::kOtlpProtobuf).find("traceId:all_zero"), std::string::npos);
}

struct TimeCase {
  const char* name;
  json::Value start, end;
  TimeUs stored_start, stored_end;
};
// NOLINTNEXTLINE(readability-identifier-naming): the name gtest looks for
void PrintTo(const TimeCase& c, std::ostream* out) {
  *out << c.name;
}
class OtlpTimes : public testing::TestWithParam<TimeCase> {};

TEST_P(OtlpTimes, AreReadInEveryForm) {
  const auto o = decode_one(
      request(with(with(span_with(), "startTimeUnixNano", GetParam().start), "endTimeUnixNano", GetParam().end)));
  EXPECT_EQ(o.start_time_us, GetParam().stored_start);
  EXPECT_EQ(o.end_time_us, GetParam().stored_end);
}

constexpr TimeUs kT = 1'700'000'000'123'456;

INSTANTIATE_TEST_SUITE_P(
    All, OtlpTimes,
    testing::Values(TimeCase{"Text", "1700000000123456789", "1700000000123457789", kT, kT + 1},
                    TimeCase{"Number", 1700000000123456789, 1700000000123457789, kT, kT + 1},
                    TimeCase{"SignedHalves",
                             {{"low", -1041103083}, {"high", 395812295}, {"unsigned", false}},
                             nullptr,
                             1'700'000'865'633'568,
                             1'700'000'865'633'568},
                    TimeCase{"NoEnd", "1700000000123456789", nullptr, kT, kT},
                    TimeCase{"NoStart", nullptr, "1700000000123456789", kT, kT},
                    TimeCase{"ZeroStart", "0", "1700000000123456789", kT, kT},
                    TimeCase{"Unreadable", "yesterday", "", kReceived, kReceived},
                    TimeCase{"Neither", nullptr, nullptr, kReceived, kReceived},
                    TimeCase{"Milliseconds", 1700000000123, 1700000000124, kReceived, kReceived},
                    TimeCase{"Microseconds", "1700000000123456", "1700000000123457", kReceived, kReceived},
                    TimeCase{"Negative", "-5", "-4", kReceived, kReceived},
                    TimeCase{"Overflow", "99999999999999999999999", nullptr, kReceived, kReceived},
                    TimeCase{"EndBeforeStart", "1700000000123456789", "1700000000000000000", kT, kT},
                    TimeCase{"LongAgo", "631152000000000000", "631152000000000000", 631'152'000'000'000,
                             631'152'000'000'000},
                    TimeCase{"FarAhead", "9214646399999999000", "9214646399999999000", 9'214'646'399'999'999,
                             9'214'646'399'999'999}),
    [](const auto& info) { return info.param.name; });

TEST(OtlpTimesOriginal, AnImpossibleTimeIsKeptInTheMetadata) {
  const auto o =
      decode_one(request(with(span_with(), "startTimeUnixNano", 1700000000123)), context(Door::kOtlpProtobuf));
  EXPECT_EQ(o.start_time_us, kReceived);
  EXPECT_EQ(sorted(o.metadata).at("clew.original_start_time_unix_nano"), "1700000000123");
}

TEST(OtlpSpan, KeepsServiceScopeAndSdk) {
  const auto o = decode_one(
      request(json::Array{scope("my-lib", "2.1", json::Array{span_with()})}, {{"service.name", "shop"},
                                                                              {"service.version", "7"},
                                                                              {"telemetry.sdk.language", "go"},
                                                                              {"telemetry.sdk.name", "opentelemetry"},
                                                                              {"telemetry.sdk.version", "1.30"}}));
  EXPECT_EQ(o.service_name, "shop");
  EXPECT_EQ(o.service_version, "7");
  EXPECT_EQ(o.version, "7");
  EXPECT_EQ(o.scope_name, "my-lib");
  EXPECT_EQ(o.scope_version, "2.1");
  EXPECT_EQ(o.telemetry_sdk_language, "go");
  EXPECT_EQ(o.telemetry_sdk_name, "opentelemetry");
  EXPECT_EQ(o.telemetry_sdk_version, "1.30");
  EXPECT_EQ(o.source, "otel");
}

TEST(OtlpSpan, KeepsItsEvents) {
  const json::Object event = {{"name", "exception"},
                              {"timeUnixNano", "1700000000500000000"},
                              {"attributes", attributes({{"exception.message", "say \"no\""}, {"n", 2}})}};
  for (const Door door : {Door::kOtlpJson, Door::kOtlpProtobuf}) {
    const auto o = decode_one(request(with(span_with(), "events", json::Array{event})), context(door));
    EXPECT_EQ(o.events, R"([{"name":"exception","timeUnixNano":"1700000000500000000",)"
                        R"("attributes":{"exception.message":"say \"no\"","n":2}}])");
    EXPECT_EQ(o.status_message, "");  // the status is no error
  }
  EXPECT_EQ(decode_one(request(span_with())).events, "");
}

TEST(OtlpSpan, AsRootMakesALogicalRoot) {
  const json::Object child = with(span_with({{"langfuse.internal.as_root", true}}), "parentSpanId", "00f067aa0ba902b8");
  const auto o = decode_one(request(child));
  EXPECT_TRUE(o.is_app_root);
  EXPECT_EQ(o.parent_span_id, "00f067aa0ba902b8");
}

TEST(OtlpSpan, TraceInputAndOutputGoToTheTraceNotToTheSpan) {
  const DecodedBatch batch =
      decode(request(span_with({{"langfuse.trace.input", "ti"}, {"langfuse.trace.output", "{}"}})));
  ASSERT_EQ(batch.trace_io.size(), 1U);
  EXPECT_EQ(batch.trace_io[0].trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(batch.trace_io[0].timestamp_us, 1'700'000'000'000'000);
  EXPECT_EQ(batch.trace_io[0].input, "ti");
  EXPECT_EQ(batch.trace_io[0].output, "{}");
  EXPECT_EQ(batch.spans.at(0).input, std::nullopt);
  EXPECT_TRUE(decode(request(span_with())).trace_io.empty());
}

TEST(OtlpSpan, PublicIsUnknownUnlessSaid) {
  EXPECT_EQ(decode_one(request(span_with())).is_public, std::nullopt);
  EXPECT_EQ(decode_one(request(span_with({{"langfuse.trace.public", false}}))).is_public, false);
}

TEST(OtlpSpan, TheLastOfRepeatedAttributesWins) {
  json::Object given = span_with({{"input", "first"}, {"k", "1"}});
  given["attributes"].as_array().push_back(attribute("input", "last"));
  given["attributes"].as_array().push_back(attribute("k", "2"));
  for (const Door door : {Door::kOtlpJson, Door::kOtlpProtobuf}) {
    const auto o = decode_one(request(given), context(door));
    EXPECT_EQ(o.input, "last");
    EXPECT_EQ(sorted(o.metadata).at("attributes.k"), "2");
  }
}

TEST(OtlpText, InvalidBytesAreReplacedAndTheRestIsKept) {
  const std::string name =
      "a\xff"
      "b";
  std::string body = to_protobuf(request(with(span_with({{"input", "x\xC3(y"}}), "name", json::Value(name))));
  auto batch = decode_otlp(body, context(Door::kOtlpProtobuf));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->spans.at(0).name, "a\uFFFDb");
  EXPECT_EQ(batch->spans.at(0).input, "x\uFFFD(y");

  batch = decode_otlp(json::to_text(request(with(span_with(), "name", json::Value(name)))), context());
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->spans.at(0).name, "a\uFFFDb");
}

TEST(OtlpText, OneBrokenJsonValueDoesNotCostTheBatch) {
  const auto decode_with = [](std::string_view value) {
    std::string body = json::to_text(request(span_with({{"input", "@"}})));
    body.replace(body.find("\"@\""), 3, value);
    const auto batch = decode_otlp(body, context());
    return batch ? batch->spans.at(0).input.value_or("none") : batch.error().message;
  };
  EXPECT_EQ(decode_with(R"("cut \ud83d")"), "cut \uFFFD");
  EXPECT_EQ(decode_with(R"("\\ud83d \ud83d\ude00 \ude00")"), "\\ud83d \U0001F600 \uFFFD");
  EXPECT_EQ(decode_with(R"("x","other":123456789012345678901234567890)"), "x");
  EXPECT_EQ(decode_with(R"("x","other":1e999)"), "x");
}

}  // namespace
}  // namespace clew::ingest
