// Facts every Log keeps, and what SegmentLog makes of crashes and damage.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/log/internal/framing.h"
#include "ingest/log/segment_log.h"

namespace clew::ingest {
namespace {

namespace fs = std::filesystem;

class LogContract : public testing::Test {
 protected:
  LogContract() {
    std::string pattern = fs::temp_directory_path() / "clew-log-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~LogContract() override {
    log_.reset();
    fs::remove_all(dir_);
  }

  SegmentLog& open(SegmentLogOptions options = {}) {
    log_.reset();
    options.dir = dir_;
    options.disk_free_bytes_min = 0;
    if (options.disk_free_share_min == 0.05) options.disk_free_share_min = 0;
    auto opened = SegmentLog::open(std::move(options), clock_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    log_ = *std::move(opened);
    return *log_;
  }

  Result<LogPosition> append(const std::string& payload) {
    std::promise<Result<LogPosition>> promise;
    auto future = promise.get_future();
    log_->append(payload, {}, [&](Result<LogPosition> result) { promise.set_value(std::move(result)); });
    return future.get();
  }

  std::vector<std::string> read_all(LogPosition after = 0) {
    std::vector<std::string> out;
    for (const LogRecord& record : log_->list(after, 1'000'000, 0)) {
      auto payload = log_->read(record.position);
      EXPECT_TRUE(payload) << payload.error().message;
      if (payload) out.push_back(*payload);
    }
    return out;
  }

  std::vector<std::string> segment_files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(dir_)) {
      if (entry.path().extension() == ".seg") out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static void damage(const std::string& path, std::streamoff offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }

  FakeClock clock_{1'000'000};
  std::string dir_;
  std::unique_ptr<SegmentLog> log_;
};

TEST_F(LogContract, ReturnsWhatWasAppendedInOrder) {
  open();
  const auto first = append("one");
  const auto second = append(std::string(100'000, 'x'));
  const auto third = append("");
  ASSERT_TRUE(first && second && third);
  EXPECT_LT(*first, *second);
  EXPECT_LT(*second, *third);
  EXPECT_EQ(read_all(), (std::vector<std::string>{"one", std::string(100'000, 'x'), ""}));
  EXPECT_EQ(read_all(*first).size(), 2U);
}

TEST_F(LogContract, KeepsEverythingUnacknowledgedOverARestart) {
  open();
  const auto first = append("one");
  ASSERT_TRUE(append("two"));
  ASSERT_TRUE(log_->acknowledge(*first));
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"two"}));
  EXPECT_EQ(log_->acknowledged(), *first);
  const auto third = append("three");
  ASSERT_TRUE(third);
  EXPECT_GT(*third, *first + 1);
  EXPECT_EQ(read_all(), (std::vector<std::string>{"two", "three"}));
}

TEST_F(LogContract, PositionsGrowAlthoughTheDirectoryWasLost) {
  open();
  const auto before = append("one");
  log_.reset();
  fs::remove_all(dir_);
  clock_.advance(10'000'000);
  open();
  const auto after = append("two");
  ASSERT_TRUE(before && after);
  EXPECT_GT(*after, *before);
}

TEST_F(LogContract, DropsSegmentsOnceAllTheirRecordsAreAcknowledged) {
  open({.segment_bytes = 4096});
  LogPosition last = 0;
  for (int i = 0; i < 20; ++i)
    last = *append(std::string(1000, 'a'));
  EXPECT_GT(segment_files().size(), 4U);
  ASSERT_TRUE(log_->acknowledge(last));
  EXPECT_EQ(segment_files().size(), 1U);
  EXPECT_EQ(log_->state().backlog_bytes, 0U);
  open();
  EXPECT_TRUE(read_all().empty());
}

TEST_F(LogContract, TakesRecordsLargerThanASegment) {
  open({.segment_bytes = 4096});
  ASSERT_TRUE(append(std::string(50'000, 'b')));
  ASSERT_TRUE(append("small"));
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{std::string(50'000, 'b'), "small"}));
}

TEST_F(LogContract, RefusesWhenTheBacklogIsFullAndTakesAgainOnceItIsRead) {
  open({.backlog_bytes_max = 2000});
  const auto first = append(std::string(1500, 'a'));
  ASSERT_TRUE(first);
  const auto refused = append(std::string(1000, 'b'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kOverloaded);
  ASSERT_TRUE(log_->acknowledge(*first));
  EXPECT_TRUE(append(std::string(1000, 'b')));
  EXPECT_EQ(read_all(), (std::vector<std::string>{std::string(1000, 'b')}));
}

TEST_F(LogContract, RefusesWhenTheDiskIsLow) {
  open({.disk_free_share_min = 2.0});
  const auto first = append("before the first look at the disk, or after");
  const auto second = append("after it");
  EXPECT_FALSE(second);
  EXPECT_FALSE(log_->state().accepting);
  (void)first;
}

TEST_F(LogContract, AFailedSyncIsNeverAcknowledgedNorReadable) {
  auto fail = std::make_shared<std::atomic<bool>>(false);
  open({.sync_data = [fail](int fd) {
    if (!*fail) return fdatasync(fd);
    errno = EIO;
    return -1;
  }});
  ASSERT_TRUE(append("kept"));
  *fail = true;
  const auto refused = append("lost");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kOverloaded);
  *fail = false;
  ASSERT_TRUE(append("later"));
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", "later"}));
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", "later"}));
}

TEST_F(LogContract, HandsAttachmentsOverOnceAndDropsThemWhenMemoryIsShort) {
  open({.attachment_bytes_max = 100});
  const auto attach = [&](std::size_t bytes) {
    std::promise<void> appended;
    log_->append("p", {std::make_shared<int>(7), bytes}, [&](const Result<LogPosition>&) { appended.set_value(); });
    appended.get_future().wait();
  };
  attach(60);
  attach(60);
  const auto records = log_->list(0, 10, 0);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(*std::static_pointer_cast<int>(log_->take_attachment(records[0].position).object), 7);
  EXPECT_EQ(log_->take_attachment(records[1].position).object, nullptr);
  EXPECT_EQ(log_->take_attachment(records[0].position).object, nullptr);
  attach(60);
  EXPECT_NE(log_->take_attachment(log_->list(records[1].position, 10, 0)[0].position).object, nullptr);
}

TEST_F(LogContract, AWaitingReaderIsWokenByAnAppend) {
  open();
  auto reader = std::async(std::launch::async, [&] { return log_->list(0, 10, 60'000); });
  ASSERT_TRUE(append("one"));
  EXPECT_EQ(reader.get().size(), 1U);
}

TEST_F(LogContract, ManyWritersEachGetTheirOwnPosition) {
  open();
  std::vector<std::jthread> threads;
  std::mutex mutex;
  std::set<LogPosition> positions;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto position = append(std::to_string(t * 1000 + i));
        const std::lock_guard<std::mutex> lock(mutex);
        if (position) positions.insert(*position);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(positions.size(), 400U);
  EXPECT_EQ(read_all().size(), 400U);
}

TEST_F(LogContract, CutsATornTail) {
  open();
  ASSERT_TRUE(append("kept"));
  ASSERT_TRUE(append("torn"));
  log_.reset();
  const std::string path = segment_files().back();
  fs::resize_file(path, fs::file_size(path) - kHeaderBytes - 3);
  open();
  // The padding of "torn" is gone but its bytes are whole: it counts as written.
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", "torn"}));
  log_.reset();
  fs::resize_file(path, kStartBytes + framed_bytes(4) + kHeaderBytes + 2);
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept"}));
  EXPECT_GT(log_->recovery().tail_bytes_cut, 0U);
  ASSERT_TRUE(append("next"));
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", "next"}));
}

TEST_F(LogContract, QuarantinesDamageInTheMiddleAndKeepsTheRest) {
  open();
  for (const char* payload : {"first", "second", "third"})
    ASSERT_TRUE(append(payload));
  log_.reset();
  damage(segment_files().back(), static_cast<std::streamoff>(kStartBytes + framed_bytes(5) + kHeaderBytes + 1), "X");
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"first", "third"}));
  EXPECT_EQ(log_->recovery().quarantined_ranges, 1U);
  EXPECT_FALSE(fs::is_empty(dir_ + "/quarantine"));
}

TEST_F(LogContract, DetectsEveryFlippedBit) {
  open();
  const std::vector<std::string> payloads = {"alpha", "beta-beta", "gamma"};
  for (const auto& payload : payloads)
    ASSERT_TRUE(append(payload));
  log_.reset();
  const std::string path = segment_files().back();
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << flipped;
    open();
    for (const std::string& payload : read_all()) {
      EXPECT_TRUE(std::find(payloads.begin(), payloads.end(), payload) != payloads.end()) << at;
    }
    log_.reset();
    for (const auto& file : segment_files()) {
      if (file != path) fs::remove(file);
    }
    fs::remove_all(dir_ + "/quarantine");
  }
}

TEST_F(LogContract, APayloadThatLooksLikeARecordIsNotTakenForOne) {
  open();
  const RecordHeader forged = make_header(~std::uint64_t{0} >> 1, "evil");
  std::string payload(8, 'p');
  payload.append(reinterpret_cast<const char*>(&forged), sizeof forged).append("evil\0\0\0\0", 8);
  ASSERT_TRUE(append("kept"));
  ASSERT_TRUE(append(payload));
  log_.reset();
  // The last write was torn behind the forged bytes: they are part of an unacknowledged record.
  open();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"kept", payload}));
}

TEST(Framing, ChecksumIsCrc32c) {
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U);
}

}  // namespace
}  // namespace clew::ingest
