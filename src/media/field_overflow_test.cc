#include "media/field_overflow.h"

#include <gtest/gtest.h>

#include "auth/testing.h"
#include "blob/file_store.h"

namespace clew::media {
namespace {

class FieldOverflowTest : public ::testing::Test {
 protected:
  FieldOverflowTest() {
    world.organization("org");
    world.project("p", "org");
    batch.context.project_id = "p";
    batch.spans.resize(1);
    batch.spans[0].trace_id = "t", batch.spans[0].span_id = "o";
  }
  void apply(std::uint64_t bytes_max = 10) { FieldOverflow(library, bytes_max, {}).apply(batch); }
  // What the reference in a value leads to.
  std::string behind(std::string_view value) {
    constexpr std::string_view kHead = "@@@langfuseMedia:type=text/plain|id=", kTail = "|source=field_size_limit@@@";
    if (!value.starts_with(kHead) || !value.ends_with(kTail)) return "no reference: " + std::string(value);
    const std::string id(value.substr(kHead.size(), value.size() - kHead.size() - kTail.size()));
    const auto file = library.get("p", id);
    return file ? *blobs->get(file->blob_key) : "no file";
  }

  auth::testing::World world;
  meta::testing::TemporaryFolder folder;
  std::unique_ptr<blob::FileStore> blobs = *blob::FileStore::open(folder.path() / "media");
  MediaLibrary library{world.database, *blobs, LinkSigner("secret"), world.clock, {.bytes_max = 100}};
  ingest::DecodedBatch batch;
};

TEST_F(FieldOverflowTest, EachLargeValueBecomesATextFileAndSmallOnesStay) {
  auto& span = batch.spans[0];
  span.input = "eleven byte", span.output = "ten bytes.";
  span.metadata = {{"large", "another long value"}, {"small", "x"}};
  batch.trace_io.push_back({.trace_id = "t", .input = "the trace's own"});
  apply();
  EXPECT_EQ(behind(*span.input), "eleven byte");
  EXPECT_EQ(*span.output, "ten bytes.") << "the limit itself fits";
  EXPECT_EQ(behind(span.metadata[0].second), "another long value");
  EXPECT_EQ(span.metadata[1].second, "x");
  EXPECT_EQ(behind(*batch.trace_io[0].input), "the trace's own");
  const auto links = world.database.run("SELECT count(*) FROM media_links WHERE trace_id = 't'");
  EXPECT_EQ(links->integer(0, 0), 3) << "so the files go with their trace";
}

TEST_F(FieldOverflowTest, DoingItAgainGivesTheSameReference) {
  batch.spans[0].input = "eleven byte";
  apply();
  const std::string first = *batch.spans[0].input;
  apply(1'000);
  EXPECT_EQ(*batch.spans[0].input, first);
  batch.spans[0].input = "eleven byte";
  apply();
  EXPECT_EQ(*batch.spans[0].input, first);
}

TEST_F(FieldOverflowTest, WhatCannotBeKeptStays) {
  batch.spans[0].input = std::string(101, 'x');  // more than a file may have
  apply();
  EXPECT_EQ(*batch.spans[0].input, std::string(101, 'x'));
}

}  // namespace
}  // namespace clew::media
