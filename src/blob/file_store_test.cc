#include "blob/file_store.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"

namespace clew::blob {
namespace {

namespace fs = std::filesystem;

class FileStoreTest : public ::testing::Test {
 protected:
  ~FileStoreTest() override { fs::remove_all(folder_); }
  const fs::path folder_ = fs::temp_directory_path() / ("clew-files-" + text::random_hex(8));
};

TEST_F(FileStoreTest, OpeningRemovesWhatACrashLeftBehindAndKeepsBlobs) {
  {
    auto store = FileStore::open(folder_);
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->put("a/b", "kept", "text/plain"));
  }
  std::ofstream(folder_ / "tmp" / "17") << "half a blob";
  auto store = FileStore::open(folder_);
  ASSERT_TRUE(store);
  EXPECT_TRUE(fs::is_empty(folder_ / "tmp"));
  EXPECT_EQ((*store)->get("a/b").value_or(""), "kept");
}

TEST_F(FileStoreTest, WritingLeavesNoTemporaryFile) {
  auto store = FileStore::open(folder_);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->put("a", "1", "text/plain"));
  ASSERT_TRUE((*store)->put_if_absent("b", "1", "text/plain"));
  ASSERT_FALSE((*store)->put_if_absent("b", "2", "text/plain"));
  EXPECT_TRUE(fs::is_empty(folder_ / "tmp"));
}

TEST_F(FileStoreTest, RemovingTheLastBlobOfAFolderRemovesTheFolder) {
  auto store = FileStore::open(folder_);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->put("2026/11/23/a", "1", "text/plain"));
  ASSERT_TRUE((*store)->remove("2026/11/23/a"));
  EXPECT_TRUE(fs::is_empty(folder_ / "objects"));
}

TEST_F(FileStoreTest, AFolderThatCannotBeMadeIsUnavailable) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "file") << "x";
  const auto store = FileStore::open(folder_ / "file" / "below");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace clew::blob
