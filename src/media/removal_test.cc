// Files leave with what used them, and nobody else's do.
#include "media/removal.h"

#include <atomic>

#include <gtest/gtest.h>

#include "auth/testing.h"
#include "blob/file_store.h"
#include "blob/s3_store.h"
#include "blob/testing.h"
#include "media/media_library.h"

namespace clew::media {
namespace {

constexpr std::string_view kBytes = "hello world";
const std::string kId = "uU0nuZNNPgilLlLX2n2r-s";
constexpr std::int64_t kHour = 3'600'000'000;

// Files below a folder, with a switch for an outage of removals.
class FlakyStore final : public blob::BlobStore {
 public:
  explicit FlakyStore(blob::BlobStore& real) : real_(real) {}
  Result<> put(std::string_view key, std::string_view bytes, std::string_view type) override {
    return real_.put(key, bytes, type);
  }
  Result<> put_if_absent(std::string_view key, std::string_view bytes, std::string_view type) override {
    return real_.put_if_absent(key, bytes, type);
  }
  Result<std::string> get(std::string_view key) override { return real_.get(key); }
  Result<std::string> get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) override {
    return real_.get_range(key, offset, length);
  }
  Result<std::optional<blob::BlobInfo>> find(std::string_view key) override { return real_.find(key); }
  Result<> remove(std::string_view key) override {
    if (is_away) return Error{Errc::kUnavailable, "the store is away"};
    return real_.remove(key);
  }
  Result<blob::BlobPage> list(std::string_view prefix, std::string_view after, std::size_t max) override {
    return real_.list(prefix, after, max);
  }
  std::string description() const override { return "flaky"; }

  bool is_away = false;

 private:
  blob::BlobStore& real_;
};

enum class Store : std::uint8_t { kFiles, kBucket };

// Everything holds for files and for a bucket (the strict S3 double).
class RemovalTest : public ::testing::TestWithParam<Store> {
 protected:
  static void TearDownTestSuite() { bucket_.reset(); }

  RemovalTest() {
    world.organization("org");
    for (const char* project : {"p", "p2", "other"})
      world.project(project, "org");
  }

  void keep(const std::string& project, const Usage& usage) {
    const auto kept = library.keep(project, "text/plain", kBytes, usage);
    ASSERT_TRUE(kept) << kept.error().message;
  }
  void keep(const std::string& project, const std::string& trace) {
    keep(project, Usage{.trace_id = trace, .observation_id = "o", .field = "input"});
  }
  Result<Ticket> announce(const std::string& trace) {
    return library.announce("p", {.content_type = "text/plain",
                                  .content_length = kBytes.size(),
                                  .sha256 = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=",
                                  .usage = {.trace_id = trace, .field = "input"}});
  }
  bool is_readable(const std::string& project) { return library.get(project, kId).has_value(); }
  bool is_stored(const std::string& project) { return files->find(project + "/" + kId + ".txt")->has_value(); }
  std::int64_t rows() { return world.database.run("SELECT count(*) FROM media")->integer(0, 0); }

  // Makes a job due now and runs it, as the runner would.
  Result<> run(std::string_view kind, Result<> (Removal::*handler)(jobs::Running&)) {
    const auto job = jobs.claim(kind, "test", kHour);
    if (!job || !*job) return Error{Errc::kNotFound, "no such job is due"};
    jobs::Running running(jobs, **job, stopping, lost);
    auto outcome = (removal.*handler)(running);
    if (outcome) {
      EXPECT_TRUE(jobs.finish(**job));
    } else {
      EXPECT_TRUE(jobs.fail(**job, outcome.error().message));
    }
    return outcome;
  }
  Result<> sweep() {
    CLEW_ASSERT(jobs.enqueue({.kind = std::string(Removal::kSweepJob)}).has_value(), "enqueue");
    return run(Removal::kSweepJob, &Removal::run_sweep);
  }
  void wait(std::int64_t us) { world.clock.advance(us); }

  std::unique_ptr<blob::BlobStore> open_store() {
    if (GetParam() == Store::kFiles) return *blob::FileStore::open(folder.path() / "media");
    if (!bucket_) bucket_ = std::make_unique<blob::testing::S3Double>();
    CLEW_ASSERT(bucket_->port() != 0, "python3 is needed for the S3 double");
    return *blob::S3Store::create({.endpoint = bucket_->endpoint(),
                                   .bucket = "clew",
                                   .prefix = "test-" + std::to_string(++stores_) + "/",
                                   .credentials = {.access_key_id = "clew", .secret_access_key = "clewsecret"},
                                   .path_style = true},
                                  bucket_clock_);
  }
  static inline std::unique_ptr<blob::testing::S3Double> bucket_;
  static inline int stores_ = 0;
  SystemClock bucket_clock_;

  auth::testing::World world;
  meta::testing::TemporaryFolder folder;
  std::unique_ptr<blob::BlobStore> files = open_store();
  FlakyStore blobs{*files};
  std::string deleted_trace;
  MediaLibrary library{world.database, blobs, LinkSigner("secret"), world.clock,
                       MediaOptions{.public_url = "https://clew.example",
                                    .presign = {},
                                    .is_deleted = [this](std::string_view project, std::string_view trace) {
                                      return project == "p" && trace == deleted_trace;
                                    }}};
  Removal removal{world.database, blobs, world.clock, {}};
  jobs::JobStore jobs{world.database, world.clock};
  std::atomic<bool> stopping = false, lost = false;
};

TEST_P(RemovalTest, AFileOfADeletedTraceIsGoneAtOnceAndItsBytesSoonAfter) {
  keep("p", "t");
  ASSERT_TRUE(removal.forget_traces("p", {"t", "unknown"}));
  EXPECT_FALSE(is_readable("p"));
  ASSERT_TRUE(sweep());
  EXPECT_TRUE(is_stored("p"));  // a link for its upload may still be out
  wait(2 * kHour);
  ASSERT_TRUE(sweep());
  EXPECT_FALSE(is_stored("p"));
  EXPECT_EQ(rows(), 0);
}

TEST_P(RemovalTest, ALinkHandedOutBeforeStopsWorking) {
  keep("p", "t");
  const ContentLink link{.project_id = "p", .media_id = kId, .expires_at = world.clock.now_us() + kHour};
  const std::string url = LinkSigner("secret").path_of(link);
  const std::string signature = url.substr(url.find("signature=") + 10);
  ASSERT_TRUE(library.open(link, signature));
  ASSERT_TRUE(removal.forget_traces("p", {"t"}));
  EXPECT_EQ(library.open(link, signature).error().code, Errc::kNotFound);
}

TEST_P(RemovalTest, ASharedFileStaysAsLongAsOneTraceOrDatasetItemUsesIt) {
  keep("p", "a");
  keep("p", "b");
  keep("p", Usage{.dataset_id = "d", .dataset_item_id = "i", .field = "input"});
  for (const char* trace : {"a", "b"}) {
    ASSERT_TRUE(removal.forget_traces("p", {trace}));
    wait(2 * kHour);
    ASSERT_TRUE(sweep());
    EXPECT_TRUE(is_readable("p")) << trace;
    EXPECT_TRUE(is_stored("p")) << trace;
  }
}

TEST_P(RemovalTest, TheSameBytesAndTraceOfAnotherProjectStay) {
  keep("p", "t");
  keep("other", "t");
  ASSERT_TRUE(removal.forget_traces("p", {"t"}));
  ASSERT_TRUE(removal.forget_before("p", world.clock.now_us() + kHour));
  wait(2 * kHour);
  ASSERT_TRUE(sweep());
  EXPECT_FALSE(is_stored("p"));
  EXPECT_TRUE(is_readable("other"));
  EXPECT_TRUE(is_stored("other"));
}

TEST_P(RemovalTest, AnAnnouncementInBetweenKeepsTheBytes) {
  keep("p", "t");
  ASSERT_TRUE(removal.forget_traces("p", {"t"}));
  wait(2 * kHour);
  const auto ticket = announce("u");
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->upload_url, std::nullopt);
  ASSERT_TRUE(sweep());
  EXPECT_TRUE(is_readable("p"));
  EXPECT_TRUE(is_stored("p"));
}

TEST_P(RemovalTest, WhatAStoreThatWasAwayKeptIsRemovedByTheNextAttempt) {
  keep("p", "t");
  ASSERT_TRUE(removal.forget_traces("p", {"t"}));
  wait(2 * kHour);
  blobs.is_away = true;
  EXPECT_EQ(sweep().error().code, Errc::kUnavailable);
  EXPECT_TRUE(is_stored("p"));
  // Nobody is told that the file is there while it may vanish under them.
  EXPECT_EQ(announce("u").error().code, Errc::kUnavailable);
  blobs.is_away = false;
  wait(kHour);
  ASSERT_TRUE(run(Removal::kSweepJob, &Removal::run_sweep));  // the job came back by itself
  EXPECT_FALSE(is_stored("p"));
  EXPECT_NE(announce("u")->upload_url, std::nullopt);
}

TEST_P(RemovalTest, WhatNeverArrivedExpiresAfterADay) {
  ASSERT_TRUE(announce("t"));
  wait(23 * kHour);
  ASSERT_TRUE(announce("t"));  // asked again: the day begins anew
  wait(2 * kHour);
  ASSERT_TRUE(sweep());
  EXPECT_EQ(rows(), 1);
  wait(23 * kHour);
  ASSERT_TRUE(sweep());
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(world.database.run("SELECT count(*) FROM media_links")->integer(0, 0), 0);
  keep("p", "t");
  wait(72 * kHour);
  ASSERT_TRUE(sweep());
  EXPECT_TRUE(is_readable("p"));
}

TEST_P(RemovalTest, NothingIsStoredForADeletedTrace) {
  deleted_trace = "t";
  EXPECT_EQ(announce("t")->upload_url, std::nullopt);
  keep("p", "t");
  EXPECT_FALSE(is_readable("p"));
  EXPECT_FALSE(is_stored("p"));
  keep("p", "alive");
  EXPECT_TRUE(is_readable("p"));
}

TEST_P(RemovalTest, RetentionTakesOldLinksOfTracesOnly) {
  keep("p", "old");
  const TimeUs limit = world.clock.now_us() + 1;
  EXPECT_EQ(count_before(world.database, "p", limit)->files, 1);
  EXPECT_EQ(count_before(world.database, "p", limit)->bytes, static_cast<std::int64_t>(kBytes.size()));
  EXPECT_EQ(count_before(world.database, "other", limit)->files, 0);
  wait(kHour);
  keep("p", "young");
  EXPECT_EQ(count_before(world.database, "p", limit)->files, 0);  // "young" uses it too
  ASSERT_TRUE(removal.forget_before("p", limit));
  EXPECT_TRUE(is_readable("p"));
  ASSERT_TRUE(removal.forget_before("p", world.clock.now_us() + 1));
  EXPECT_FALSE(is_readable("p"));
  keep("p", Usage{.dataset_id = "d", .dataset_item_id = "i", .field = "input"});
  ASSERT_TRUE(removal.forget_before("p", world.clock.now_us() + kHour));
  EXPECT_TRUE(is_readable("p"));
}

TEST_P(RemovalTest, ADeletedProjectLeavesNoBytesAndItsNeighbourAll) {
  keep("p", "t");
  keep("p2", "t");
  ASSERT_TRUE(removal.forget_project("p"));
  EXPECT_FALSE(is_stored("p"));
  EXPECT_TRUE(is_stored("p2"));
  // Bytes of an upload that had been allowed before.
  ASSERT_TRUE(files->put("p/late.txt", "x", "text/plain"));
  EXPECT_EQ(run(Removal::kProjectJob, &Removal::run_project).error().code, Errc::kNotFound);
  wait(2 * kHour);
  ASSERT_TRUE(run(Removal::kProjectJob, &Removal::run_project));
  EXPECT_FALSE(files->find("p/late.txt")->has_value());
  EXPECT_TRUE(is_stored("p2"));
  EXPECT_FALSE(removal.forget_project(""));
}

INSTANTIATE_TEST_SUITE_P(Stores, RemovalTest, ::testing::Values(Store::kFiles, Store::kBucket),
                         [](const auto& store) { return store.param == Store::kFiles ? "Files" : "Bucket"; });

}  // namespace
}  // namespace clew::media
