#include "media/extraction.h"

#include <gtest/gtest.h>

#include "auth/testing.h"
#include "base/json.h"
#include "blob/file_store.h"

namespace clew::media {
namespace {

constexpr std::string_view kHello = "aGVsbG8gd29ybGQ=";  // "hello world"
constexpr std::string_view kHelloId = "uU0nuZNNPgilLlLX2n2r-s";

std::string uri(std::string_view type = "image/png") {
  return "data:" + std::string(type) + ";base64," + std::string(kHello);
}
std::string reference(std::string_view source, std::string_view type = "image/png") {
  return "@@@langfuseMedia:type=" + std::string(type) + "|id=" + std::string(kHelloId) +
         "|source=" + std::string(source) + "@@@";
}

class ExtractionTest : public ::testing::Test {
 protected:
  ExtractionTest() {
    world.organization("org");
    world.project("p", "org");
  }
  std::string extracted(std::string text) {
    extraction.extract("p", usage, text);
    return text;
  }
  bool is_kept() { return library.get("p", std::string(kHelloId)).has_value(); }

  auth::testing::World world;
  meta::testing::TemporaryFolder folder;
  std::unique_ptr<blob::FileStore> blobs = *blob::FileStore::open(folder.path() / "media");
  MediaLibrary library{world.database, *blobs, LinkSigner("secret"), world.clock, {.bytes_max = 1'000}};
  Extraction extraction{library, {}};
  const Usage usage{.trace_id = "t", .observation_id = "o", .field = "input"};
};

TEST_F(ExtractionTest, ADataUriBecomesAReference) {
  EXPECT_EQ(extracted(uri()), reference("base64_data_uri"));
  EXPECT_TRUE(is_kept());
  EXPECT_EQ(*blobs->get("p/" + std::string(kHelloId) + ".png"), "hello world");
}

TEST_F(ExtractionTest, ParametersDoNotBelongToTheType) {
  EXPECT_EQ(extracted("data:text/plain;charset=utf-8;base64," + std::string(kHello)),
            reference("base64_data_uri", "text/plain"));
}

TEST_F(ExtractionTest, DataUrisInsideJsonAreFoundAtAnyDepthAndTheRestStaysAsItWas) {
  const std::string before = R"([{"n":1.0,"big":12345678901234567890123,"image_url":{"url":")" + uri() + R"("}}, "x"])";
  const std::string after =
      R"([{"n":1.0,"big":12345678901234567890123,"image_url":{"url":")" + reference("base64_data_uri") + R"("}}, "x"])";
  EXPECT_EQ(extracted(before), after);
  const std::string nested = json::to_text(json::Object{{"text", before}});
  EXPECT_EQ(extracted(nested), json::to_text(json::Object{{"text", after}}));
}

TEST_F(ExtractionTest, ShapesOfProviders) {
  const std::string data(kHello);
  const std::vector<std::string> shapes = {
      R"({"type":"base64","media_type":"image/png","data":"%"})",
      R"({"type":"media","mime_type":"image/png","data":"%"})",
      R"({"type":"blob","mime_type":"image/png","content":"%"})",
      R"({"type":"file","mediaType":"image/png","data":"%"})",
      R"({"type":"file","mediaType":"image/png","image":"%"})",
      R"({"inline_data":{"mime_type":"image/png","data":"%"}})",
      R"({"inlineData":{"mimeType":"image/png","data":"%"}})",
      R"([{"content":"[{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"%\"}]"}])",
  };
  for (const std::string& shape : shapes) {
    const auto with = [&](const std::string& value) { return std::string(shape).replace(shape.find('%'), 1, value); };
    EXPECT_EQ(extracted(with(data)), with(reference("bytes"))) << shape;
  }
}

TEST_F(ExtractionTest, WhatIsNoFileStays) {
  const std::vector<std::string> texts = {
      "",
      "plain text",
      "see data:image/png;base64,aGVsbG8= for more",
      "data:image/png;base64,",
      "data:image/png;base64,not base64!",
      "data:application/x-msdownload;base64,aGVsbG8=",
      "data:text/plain,hello",
      "https://example.com/a.png",
      reference("bytes"),
      R"({"type":"base64","media_type":"image/png","data":"https://example.com/a.png"})",
      R"({"type":"base64","media_type":"application/x-evil","data":"aGVsbG8="})",
      R"({"type":"text","data":"aGVsbG8="})",
      R"({"broken":"data:image/png;base64,aGVsbG8)",
  };
  for (const std::string& text : texts)
    EXPECT_EQ(extracted(text), text);
}

TEST_F(ExtractionTest, DoingItAgainChangesNothing) {
  std::string text = uri();
  EXPECT_TRUE(extraction.extract("p", usage, text));
  EXPECT_FALSE(extraction.extract("p", usage, text));
  EXPECT_EQ(extracted(uri()), text);
}

TEST_F(ExtractionTest, WhatCannotBeKeptStays) {
  world.database.away = true;
  EXPECT_EQ(extracted(uri()), uri());
  world.database.away = false;
  std::string large(3'000, 'A');
  EXPECT_EQ(extracted("data:image/png;base64," + large), "data:image/png;base64," + large);
}

TEST_F(ExtractionTest, SpansAndEventsAndWhereTheFilesAreUsed) {
  ingest::DecodedBatch batch;
  batch.context.project_id = "p";
  domain::Observation span;
  span.trace_id = "t1";
  span.span_id = "s1";
  span.output = uri();
  span.metadata.emplace_back("picture", uri());
  batch.spans.push_back(span);
  ingest::EntityEvent event;
  event.kind = ingest::EntityKind::kTrace;
  event.entity_id = "t2";
  event.body = {{"input", uri()}, {"metadata", json::Object{{"picture", uri()}, {"n", 1}}}};
  batch.events.push_back(event);

  extraction.apply(batch);
  EXPECT_EQ(batch.spans[0].output, reference("base64_data_uri"));
  EXPECT_EQ(batch.spans[0].metadata[0].second, reference("base64_data_uri"));
  EXPECT_EQ(json::find_text(batch.events[0].body, "input"), reference("base64_data_uri"));
  const json::Object& metadata = batch.events[0].body.at("metadata").as_object();
  EXPECT_EQ(json::find_text(metadata, "picture"), reference("base64_data_uri"));
  EXPECT_EQ(world.database.run("SELECT count(*) FROM media_links")->integer(0, 0), 4);
}

}  // namespace
}  // namespace clew::media
