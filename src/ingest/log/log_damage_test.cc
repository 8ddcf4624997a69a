// What the log makes of failing disks and damaged files: REL-34 to REL-38 close to the code.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>

#include <gtest/gtest.h>
#include <unistd.h>

#include "ingest/log/inspection.h"
#include "ingest/log/internal/framing.h"
#include "ingest/log/segment_log.h"

namespace clew::ingest {
namespace {

namespace fs = std::filesystem;

class LogDamageTest : public testing::Test {
 protected:
  LogDamageTest() {
    std::string pattern = fs::temp_directory_path() / "clew-log-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~LogDamageTest() override {
    log_.reset();
    fs::remove_all(dir_);
  }

  Result<> open(SegmentLogOptions options = {}) {
    log_.reset();
    options.dir = dir_;
    options.disk_free_bytes_min = 0;
    options.disk_free_share_min = 0;
    auto opened = SegmentLog::open(std::move(options), clock_);
    if (!opened) return std::move(opened).error();
    log_ = *std::move(opened);
    return ok();
  }

  Result<LogPosition> append(const std::string& payload, std::uint32_t owner = 0) {
    std::promise<Result<LogPosition>> promise;
    auto future = promise.get_future();
    log_->append(payload, {.owner = owner}, [&](Result<LogPosition> result) { promise.set_value(std::move(result)); });
    return future.get();
  }

  std::vector<std::string> read_all() {
    std::vector<std::string> out;
    for (const LogRecord& record : log_->list(0, 1'000'000, 0)) {
      if (auto payload = log_->read(record.position)) out.push_back(*payload);
    }
    return out;
  }

  // Closed segments with one record of a thousand bytes each.
  std::vector<LogPosition> fill(int segments) {
    std::vector<LogPosition> positions;
    EXPECT_TRUE(open({.segment_bytes = 1500}));
    for (int i = 0; i < segments; ++i)
      positions.push_back(*append(std::string(1000, static_cast<char>('a' + i))));
    log_.reset();
    return positions;
  }

  std::vector<std::string> segment_files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(dir_)) {
      if (entry.path().extension() == ".seg") out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void spit(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::vector<LogDamage> damage() const {
    auto found = inspect_log(dir_);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found ? found->damage : std::vector<LogDamage>{};
  }

  FakeClock clock_{1'000'000};
  std::string dir_;
  std::unique_ptr<SegmentLog> log_;
};

TEST_F(LogDamageTest, AHealthyLogHasNone) {
  const auto positions = fill(3);
  ASSERT_TRUE(open());
  ASSERT_TRUE(log_->acknowledge(positions[0]));
  log_.reset();
  EXPECT_TRUE(damage().empty());
  ASSERT_TRUE(open({.strict = true}));
  EXPECT_EQ(read_all().size(), 2U);
}

TEST_F(LogDamageTest, AMissingSegmentIsReportedWithTheRangeThatIsGone) {
  const auto positions = fill(4);
  ASSERT_TRUE(open());
  ASSERT_TRUE(log_->acknowledge(positions[0]));
  log_.reset();
  fs::remove(segment_files()[1]);  // of positions[2]: that of positions[0] is gone already
  const auto found = damage();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, LogDamage::Kind::kMissing);
  EXPECT_EQ(found[0].after, positions[1]);
  EXPECT_EQ(found[0].before, positions[2] + 1);
  EXPECT_TRUE(found[0].may_lose_data);
  const auto refused = open({.strict = true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kCorruption);
  EXPECT_NE(refused.error().message.find(".seg offset 0"), std::string::npos) << refused.error().message;
  ASSERT_TRUE(open());
  EXPECT_EQ(read_all().size(), 2U);
  EXPECT_FALSE(slurp(dir_ + "/quarantine/report.jsonl").empty());
}

TEST_F(LogDamageTest, ATruncatedSegmentIsReportedWhereverItIs) {
  const auto positions = fill(3);
  const auto files = segment_files();
  for (const std::string& file : files) {
    const std::string whole = slurp(file);
    fs::resize_file(file, whole.size() / 2);
    bool reported = false;
    for (const LogDamage& each : damage())
      reported = reported || each.may_lose_data;
    EXPECT_TRUE(reported) << file;
    spit(file, whole);
  }
  EXPECT_TRUE(damage().empty());
}

TEST_F(LogDamageTest, ALostCheckpointLosesNothing) {
  const auto positions = fill(3);
  ASSERT_TRUE(open());
  ASSERT_TRUE(log_->acknowledge(positions[1]));
  log_.reset();
  fs::remove(dir_ + "/acknowledged");
  for (const LogDamage& each : damage())
    EXPECT_FALSE(each.may_lose_data) << each.text();
  ASSERT_TRUE(open({.strict = true}));
  EXPECT_GE(read_all().size(), 1U);
}

TEST_F(LogDamageTest, ADamagedCheckpointSkipsNothing) {
  const auto positions = fill(2);
  ASSERT_TRUE(open());
  ASSERT_TRUE(log_->acknowledge(positions[0]));
  log_.reset();
  const std::string path = dir_ + "/acknowledged";
  const std::string good = slurp(path);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    spit(path, bad);
    const auto found = inspect_log(dir_);
    ASSERT_TRUE(found);
    EXPECT_LE(found->acknowledged, positions[0]) << bad;
    EXPECT_GE(found->records_open, 1U) << bad;
  }
}

TEST_F(LogDamageTest, EveryFlippedBitOfAClosedSegmentIsDetected) {
  ASSERT_TRUE(open());
  for (const char* payload : {"alpha", "beta-beta", "gamma"})
    ASSERT_TRUE(append(payload));
  log_.reset();
  const std::string path = segment_files().back();
  const std::string bytes = slurp(path);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    spit(path, flipped);
    const auto found = damage();
    const bool reported = std::any_of(found.begin(), found.end(),
                                      [](const LogDamage& each) { return each.kind != LogDamage::Kind::kCheckpoint; });
    EXPECT_TRUE(reported) << "bit " << bit << " at byte " << bit / 8 << " of " << bytes.size();
  }
}

TEST_F(LogDamageTest, WhatWasPutAsideOnceIsNoNewsAtTheNextStart) {
  ASSERT_TRUE(open());
  for (const char* payload : {"first", "second", "third"})
    ASSERT_TRUE(append(payload));
  log_.reset();
  std::string bytes = slurp(segment_files().back());
  bytes[kStartBytes + framed_bytes(5) + kHeaderBytes] ^= 1;
  spit(segment_files().back(), bytes);
  EXPECT_FALSE(open({.strict = true}));
  ASSERT_TRUE(open());
  EXPECT_EQ(log_->recovery().quarantined_ranges, 1U);
  ASSERT_TRUE(open({.strict = true}));
  EXPECT_EQ(log_->recovery().quarantined_ranges, 0U);
  EXPECT_EQ(read_all(), (std::vector<std::string>{"first", "third"}));
}

TEST_F(LogDamageTest, ASegmentThatCannotBeReadKeepsTheLogFromOpeningAndIsNamed) {
  fill(2);
  const std::string path = segment_files().front();
  fs::remove(path);
  fs::create_directory(path);  // root may read everything, but no directory as a file
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(path), std::string::npos) << refused.error().message;
  fs::remove(path);
}

struct FailingDisk {
  std::atomic<int> failures = 0;  // how many syncs fail from now
  std::atomic<int> error = EIO;
};

std::function<int(int)> sync_of(const std::shared_ptr<FailingDisk>& disk) {
  return [disk](int fd) {
    if (disk->failures <= 0) return fdatasync(fd);
    --disk->failures;
    errno = disk->error;
    return -1;
  };
}

TEST_F(LogDamageTest, OneFailedSyncCostsOneSegmentAndNothingElse) {
  auto disk = std::make_shared<FailingDisk>();
  std::atomic<bool> gave_up = false;
  SegmentLogOptions options{.sync_data = sync_of(disk)};
  options.on_disk_failure = [&](const Error&) { gave_up = true; };
  ASSERT_TRUE(open(std::move(options)));
  ASSERT_TRUE(append("kept"));
  disk->failures = 1;
  EXPECT_FALSE(append("refused"));
  ASSERT_TRUE(append("later"));
  EXPECT_FALSE(gave_up);
  EXPECT_EQ(segment_files().size(), 2U);
  EXPECT_EQ(log_->refusals().disk_failed, 1U);
  ASSERT_TRUE(open({.strict = true}));
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", "later"}));
}

TEST_F(LogDamageTest, ADiskThatFailsForGoodIsGivenUpOnce) {
  auto disk = std::make_shared<FailingDisk>();
  std::promise<std::string> gave_up;
  SegmentLogOptions options{.sync_data = sync_of(disk)};
  options.on_disk_failure = [&](const Error& error) { gave_up.set_value(error.message); };
  ASSERT_TRUE(open(std::move(options)));
  ASSERT_TRUE(append("kept"));
  disk->failures = 1'000'000;
  EXPECT_FALSE(append("refused"));
  EXPECT_NE(gave_up.get_future().get().find(".seg"), std::string::npos);
  EXPECT_FALSE(append("refused, too"));
  disk->failures = 0;
  ASSERT_TRUE(open());
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept"}));
}

TEST_F(LogDamageTest, AFullDiskIsNotAFailingOneAndTheLogReturnsByItself) {
  auto disk = std::make_shared<FailingDisk>();
  std::atomic<bool> gave_up = false;
  SegmentLogOptions options{.sync_data = sync_of(disk)};
  options.on_disk_failure = [&](const Error&) { gave_up = true; };
  ASSERT_TRUE(open(std::move(options)));
  ASSERT_TRUE(append("kept"));
  disk->error = ENOSPC;
  disk->failures = 3;
  EXPECT_FALSE(append("refused"));
  // Nobody sends anything any more: a load balancer sees "not ready".
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!log_->state().accepting && std::chrono::steady_clock::now() < deadline)
    (void)log_->list(~LogPosition{0}, 1, 10);  // waits 10 ms
  EXPECT_TRUE(log_->state().accepting) << log_->state().reason;
  EXPECT_TRUE(append("later"));
  EXPECT_FALSE(gave_up);
}

TEST_F(LogDamageTest, AnOwnerThatFloodsLeavesRoomForTheOthers) {
  ASSERT_TRUE(open({.backlog_bytes_max = 10'000}));
  int flooded = 0;
  ASSERT_TRUE(append(std::string(100, 'v'), 2));
  while (append(std::string(500, 'n'), 1))
    ASSERT_LT(++flooded, 100);
  EXPECT_LE(flooded * 500, 5'500);
  EXPECT_EQ(log_->refusals().share_full, 1U);
  EXPECT_FALSE(log_->has_room(1, 500)) << "asked before anything is read";
  EXPECT_EQ(log_->refusals().share_full, 2U) << "and counted like a refused record";
  EXPECT_TRUE(log_->has_room(2, 500));
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(append(std::string(500, 'v'), 2)) << i;
  EXPECT_TRUE(log_->state().accepting);
  // The room belongs to records: over a restart, too, and free again once they are stored.
  ASSERT_TRUE(open({.backlog_bytes_max = 10'000}));
  EXPECT_FALSE(append(std::string(500, 'n'), 1));
  ASSERT_TRUE(log_->acknowledge(log_->list(0, 100, 0).back().position));
  EXPECT_TRUE(append(std::string(500, 'n'), 1));
}

}  // namespace
}  // namespace clew::ingest
