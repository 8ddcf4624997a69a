// Metadata of SDK generation 5: contract/sdk5.md 1.3, cases M01 to M09.
#include <gtest/gtest.h>

#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;
using Map = std::map<std::string, std::string>;
using Paths = std::vector<std::string>;

json::Object langfuse(json::Object span, std::string_view version = "5.0.4", const json::Object& resource = {}) {
  return request(json::Array{scope("langfuse-sdk", version, json::Array{std::move(span)})}, resource);
}

// The user's keys; the scope block is not of interest.
Map user_metadata(const domain::Observation& o) {
  Map out = sorted(o.metadata);
  std::erase_if(out, [](const auto& item) {
    return item.first.starts_with("scope.") || item.first.starts_with("resourceAttributes.");
  });
  return out;
}

RequestContext v5() {
  return sdk("python", "5.0.4");
}

TEST(Sdk5Metadata, M01StringsLoseTheirQuotes) {
  const auto o = decode_one(langfuse(span_with({{"langfuse.observation.metadata.s", "\"acme\""}})), v5());
  EXPECT_EQ(user_metadata(o), (Map{{"s", "acme"}}));
  EXPECT_EQ(o.metadata_strings, Paths{});
}

TEST(Sdk5Metadata, M02TypesSurvive) {
  const auto o = decode_one(langfuse(span_with({{"langfuse.observation.metadata.a", "\"123\""},
                                                {"langfuse.observation.metadata.b", "123"},
                                                {"langfuse.observation.metadata.c", "\"true\""},
                                                {"langfuse.observation.metadata.d", "true"},
                                                {"langfuse.observation.metadata.e", "\"9007199254740993\""},
                                                {"langfuse.observation.metadata.f", "null"}})),
                            v5());
  EXPECT_EQ(user_metadata(o),
            (Map{{"a", "123"}, {"b", "123"}, {"c", "true"}, {"d", "true"}, {"e", "9007199254740993"}, {"f", ""}}));
  EXPECT_EQ(o.metadata_strings, (Paths{"a", "c", "e"}));
}

TEST(Sdk5Metadata, M03ObjectsBecomePaths) {
  const auto o = decode_one(
      langfuse(span_with({{"langfuse.observation.metadata.o", R"({"x":[1],"y":{"z":"q"},"n":"7"})"}})), v5());
  EXPECT_EQ(user_metadata(o), (Map{{"o.x", "[1]"}, {"o.y.z", "q"}, {"o.n", "7"}}));
  EXPECT_EQ(o.metadata_strings, Paths{"o.n"});
}

TEST(Sdk5Metadata, M04RawTextStaysAndBareScalarsGetAKey) {
  EXPECT_EQ(user_metadata(decode_one(langfuse(span_with({{"langfuse.observation.metadata.r", "acme"}})), v5())),
            (Map{{"r", "acme"}}));
  EXPECT_EQ(user_metadata(decode_one(langfuse(span_with({{"langfuse.observation.metadata", "\"plain\""}})), v5())),
            (Map{{"metadata", "plain"}}));
  EXPECT_EQ(user_metadata(decode_one(langfuse(span_with({{"langfuse.observation.metadata", "[1,2]"}})), v5())),
            (Map{{"metadata", "[1,2]"}}));
}

TEST(Sdk5Metadata, M05PropagatedMetadataOnForeignSpansIsDecoded) {
  const auto o = decode_one(request(span_with({{"langfuse.trace.metadata.tier", "\"gold\""}})), v5());
  EXPECT_EQ(user_metadata(o), (Map{{"tier", "gold"}}));
}

TEST(Sdk5Metadata, M06WithoutHeadersOneScopeDecidesForItsResource) {
  const auto given = [](const json::Object& resource, std::string_view version) {
    return request(json::Array{scope("langfuse-sdk", version,
                                     json::Array{span_with({{"langfuse.observation.metadata.k", "\"v\""}})}),
                               scope("other", "1", json::Array{span_with({{"langfuse.trace.metadata.k", "[1]"}})})},
                   resource);
  };
  const DecodedBatch batch = decode(given({{"telemetry.sdk.language", "python"}}, "5.0.4"));
  ASSERT_EQ(batch.spans.size(), 2U);
  EXPECT_EQ(user_metadata(batch.spans[0]), (Map{{"k", "v"}}));
  EXPECT_EQ(user_metadata(batch.spans[1]), (Map{{"k", "[1]"}}));

  // JavaScript began with 6; its SDK always tells the language, so no language means Python.
  const json::Object object = span_with({{"langfuse.observation.metadata.k", R"({"a":1})"}});
  const auto read = [&](std::string_view version, const json::Object& resource) {
    return user_metadata(decode_one(langfuse(object, version, resource)));
  };
  EXPECT_EQ(read("5.11.1", {{"telemetry.sdk.language", "nodejs"}}), (Map{{"k", R"({"a":1})"}}));
  EXPECT_EQ(read("6.0.0", {{"telemetry.sdk.language", "nodejs"}}), (Map{{"k.a", "1"}}));
  EXPECT_EQ(read("5.0.4", {}), (Map{{"k.a", "1"}}));
}

TEST(Sdk5Metadata, M07OlderSdksKeepTheirRule) {
  const auto o = decode_one(langfuse(span_with({{"langfuse.observation.metadata.n", "7"},
                                                {"langfuse.observation.metadata.o", R"({"a":1})"},
                                                {"langfuse.observation.metadata.q", "\"12\""}}),
                                     "4.18.0"),
                            sdk("python", "4.18.0"));
  EXPECT_EQ(user_metadata(o), (Map{{"n", "7"}, {"o", R"({"a":1})"}, {"q", "12"}}));
  EXPECT_EQ(o.metadata_strings, Paths{"q"});  // it was a string before it was unquoted
}

TEST(Sdk5Metadata, M07HeadersOfAnOlderSdkBeatTheScope) {
  const auto o =
      decode_one(langfuse(span_with({{"langfuse.observation.metadata.o", R"({"a":1})"}})), sdk("python", "4.18.0"));
  EXPECT_EQ(user_metadata(o), (Map{{"o", R"({"a":1})"}}));
}

TEST(Sdk5Metadata, M08ContextKeysAreDecodedFirst) {
  const auto o = decode_one(langfuse(span_with({{"langfuse.observation.metadata.langfuse_user_id", "\"u1\""},
                                                {"langfuse.trace.metadata.langfuse_session_id", "\"42\""},
                                                {"langfuse.observation.metadata.langfuse_tags", R"(["a","b"])"}})),
                            v5());
  EXPECT_EQ(o.user_id, "u1");
  EXPECT_EQ(o.session_id, "42");
  EXPECT_EQ(o.tags, (Paths{"a", "b"}));
}

TEST(Sdk5Metadata, M09PreReleasesCount) {
  const json::Object given = langfuse(span_with({{"langfuse.observation.metadata.s", R"({"a":"1"})"}}), "x");
  for (const auto& [name, version] : {std::pair{"python", "5.0.0b1"}, std::pair{"python", "5.1.0rc1"},
                                      std::pair{" Python ", "5"}, std::pair{"javascript", "6.0.0-beta.1"}}) {
    EXPECT_EQ(user_metadata(decode_one(given, sdk(name, version))), (Map{{"s.a", "1"}})) << version;
  }
  EXPECT_EQ(user_metadata(decode_one(given, sdk("javascript", "5.11.1"))), (Map{{"s", R"({"a":"1"})"}}));
}

TEST(Sdk5Metadata, ARepeatedPathIsStoredOnce) {
  const auto o = decode_one(langfuse(span_with({{"langfuse.observation.metadata.a", R"({"b":1})"},
                                                {"langfuse.observation.metadata.a.b", "2"},
                                                {"langfuse.observation.metadata.scope.name", "\"mine\""}})),
                            v5());
  EXPECT_EQ(o.metadata, (domain::TextMap{{"scope.name", "langfuse-sdk"}, {"scope.version", "5.0.4"}, {"a.b", "1"}}));
}

TEST(Sdk5Metadata, ExperimentMetadataIsOneJsonText) {
  const auto o =
      decode_one(langfuse(span_with({{"langfuse.experiment.id", "291c1fb1af01ae96"},
                                     {"langfuse.experiment.metadata", R"({"k":{"n":1},"s":"x"})"},
                                     {"langfuse.experiment.item.metadata.only", "one"},
                                     {"langfuse.experiment.item.version", "2026-01-02T03:04:05.678901+00:00"}})),
                 v5());
  EXPECT_EQ(sorted(o.experiment.metadata), (Map{{"k.n", "1"}, {"s", "x"}}));
  EXPECT_EQ(sorted(o.experiment.item_metadata), (Map{{"only", "one"}}));
  EXPECT_EQ(o.experiment.item_version_us, 1'767'323'045'678'901);
  EXPECT_EQ(o.experiment.id, "291c1fb1af01ae96");
}

}  // namespace
}  // namespace clew::ingest
