// What every BlobStore does. One suite, run against files and against S3 in both addressing styles.
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/time.h"
#include "blob/blob_store.h"
#include "blob/file_store.h"
#include "blob/s3_store.h"
#include "blob/testing.h"

namespace clew::blob {
namespace {

enum class Kind : std::uint8_t { kFile, kS3Path, kS3Host };

// One double for all tests of the program; each test uses its own prefix.
testing::S3Double& shared_double() {
  static testing::S3Double s3;
  return s3;
}

class BlobContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kFile) {
      folder_ = std::filesystem::temp_directory_path() / ("clew-blob-" + text::random_hex(8));
      auto opened = FileStore::open(folder_);
      ASSERT_TRUE(opened) << opened.error().message;
      store_ = *std::move(opened);
      return;
    }
    ASSERT_NE(shared_double().port(), 0) << "python3 is needed for the S3 double";
    auto created = S3Store::create({.endpoint = shared_double().endpoint(),
                                    .bucket = "clew",
                                    .prefix = "t-" + text::random_hex(8) + "/",
                                    .credentials = {.access_key_id = "clew", .secret_access_key = "clewsecret"},
                                    .path_style = GetParam() == Kind::kS3Path,
                                    .retry_base = std::chrono::milliseconds(1),
                                    .part_bytes = 100'000},
                                   clock_);
    ASSERT_TRUE(created) << created.error().message;
    store_ = *std::move(created);
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  void put(std::string_view key, std::string_view bytes = "x") {
    const Result<> result = store_->put(key, bytes, "text/plain");
    ASSERT_TRUE(result) << result.error().message;
  }
  std::vector<std::string> list_all(std::string_view prefix, std::size_t blobs_max) {
    std::vector<std::string> keys;
    std::string after;
    while (true) {
      const auto page = store_->list(prefix, after, blobs_max);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return keys;
      EXPECT_LE(page->blobs.size(), blobs_max);
      for (const BlobInfo& blob : page->blobs)
        keys.push_back(blob.key);
      if (!page->next) return keys;
      after = *page->next;
    }
  }

  SystemClock clock_;
  std::filesystem::path folder_;
  std::unique_ptr<BlobStore> store_;
};

TEST_P(BlobContract, GivesBackTheBytes) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i)
    bytes += static_cast<char>(i * 31);
  put("a/b/c.bin", bytes);
  EXPECT_EQ(store_->get("a/b/c.bin").value_or(""), bytes);
  put("a/b/c.bin", "");
  EXPECT_EQ(store_->get("a/b/c.bin").value_or("?"), "");
}

TEST_P(BlobContract, LargeBlobsToo) {
  std::string bytes(350'001, 'a');
  for (std::size_t i = 0; i < bytes.size(); i += 777)
    bytes[i] = static_cast<char>(i);
  put("large", bytes);
  const auto back = store_->get("large");
  ASSERT_TRUE(back);
  EXPECT_TRUE(*back == bytes);
}

TEST_P(BlobContract, AnAbsentBlobIsNotFound) {
  EXPECT_EQ(store_->get("none").error().code, Errc::kNotFound);
  EXPECT_EQ(store_->get_range("none", 0, 1).error().code, Errc::kNotFound);
  const auto found = store_->find("none/deeper");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->has_value());
  EXPECT_TRUE(store_->remove("none"));
}

TEST_P(BlobContract, RangesEndWhereTheBlobEnds) {
  put("r", "0123456789");
  EXPECT_EQ(store_->get_range("r", 2, 3).value_or(""), "234");
  EXPECT_EQ(store_->get_range("r", 8, 100).value_or(""), "89");
  EXPECT_EQ(store_->get_range("r", 3, UINT64_MAX).value_or(""), "3456789");
  EXPECT_EQ(store_->get_range("r", 10, 1).value_or("?"), "");
  EXPECT_EQ(store_->get_range("r", 0, 0).value_or("?"), "");
}

TEST_P(BlobContract, FindTellsTheSize) {
  put("f", "12345");
  const auto found = store_->find("f");
  ASSERT_TRUE(found && found->has_value());
  EXPECT_EQ((*found)->bytes, 5U);
  EXPECT_EQ((*found)->key, "f");
}

TEST_P(BlobContract, PutIfAbsentKeepsTheFirst) {
  EXPECT_TRUE(store_->put_if_absent("once", "first", "text/plain"));
  const Result<> second = store_->put_if_absent("once", "second", "text/plain");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
  EXPECT_EQ(store_->get("once").value_or(""), "first");
}

TEST_P(BlobContract, OfManyWhoPutIfAbsentOneWins) {
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      if (store_->put_if_absent("race/deep", std::to_string(i), "text/plain")) ++winners;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(winners, 1);
}

TEST_P(BlobContract, RemovedIsGone) {
  put("d/x");
  put("d/y");
  EXPECT_TRUE(store_->remove("d/x"));
  EXPECT_EQ(store_->get("d/x").error().code, Errc::kNotFound);
  EXPECT_TRUE(store_->get("d/y"));
  EXPECT_TRUE(store_->remove("d/y"));
  put("d/z");
  EXPECT_EQ(list_all("", 10), std::vector<std::string>{"d/z"});
}

TEST_P(BlobContract, ListsInKeyOrderWithPrefixAndPages) {
  const std::vector<std::string> sorted = {"a", "a b/1", "a.b", "a/1", "a/10", "a/2", "a/2/x", "a0", "b", "é"};
  for (auto key = sorted.rbegin(); key != sorted.rend(); ++key)
    put(*key);
  EXPECT_EQ(list_all("", 100), sorted);
  EXPECT_EQ(list_all("", 3), sorted);
  EXPECT_EQ(list_all("", 1), sorted);
  EXPECT_EQ(list_all("a/", 2), (std::vector<std::string>{"a/1", "a/10", "a/2", "a/2/x"}));
  EXPECT_EQ(list_all("a/1", 10), (std::vector<std::string>{"a/1", "a/10"}));
  EXPECT_EQ(list_all("zzz", 10), std::vector<std::string>{});
}

TEST_P(BlobContract, UncommonCharactersInKeysSurvive) {
  const std::vector<std::string> keys = {"%41", ".hidden/a", "a%/b", "a+b c", "plus+&=?#", "x<y>&amp;\"'", "ü/日本"};
  for (const std::string& key : keys)
    put(key, "of " + key);
  for (const std::string& key : keys)
    EXPECT_EQ(store_->get(key).value_or(""), "of " + key);
  EXPECT_EQ(list_all("", 100), keys);
}

TEST_P(BlobContract, KeysThatAreNoKeysAreRefused) {
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("../a"),
        std::string("a/../../b"), std::string("a/./b"), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\xff"), std::string(201, 'a'), std::string(1030, 'a')}) {
    const Result<> result = store_->put(key, "x", "text/plain");
    ASSERT_FALSE(result) << key;
    EXPECT_EQ(result.error().code, Errc::kInvalidArgument) << key;
    EXPECT_FALSE(store_->get(key)) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, BlobContract, ::testing::Values(Kind::kFile, Kind::kS3Path, Kind::kS3Host),
                         [](const auto& info) {
                           switch (info.param) {
                             case Kind::kFile:
                               return "File";
                             case Kind::kS3Path:
                               return "S3PathStyle";
                             case Kind::kS3Host:
                               return "S3HostStyle";
                           }
                           return "";
                         });

}  // namespace
}  // namespace clew::blob
