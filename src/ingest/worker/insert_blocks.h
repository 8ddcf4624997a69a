// Inserts the blocks of a flush side by side, as far as the order in which they must show allows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"

namespace clew::ingest {

struct TableBlock {
  std::string_view table;
  const analytics::NativeBlock* block = nullptr;  // one without rows is left out
  std::string dedup_token;
};

// Inserts `first` in any order, then `then` in the order given: nothing of `then` shows before all of `first` does.
// Both get ready together. At most kPendingInsertsMax are under way, on as many threads less one besides the caller's.
// An error (the first that is met) leaves the rest undone; repeating the whole changes nothing.
Result<> insert_blocks(analytics::Engine& engine, std::vector<TableBlock> first, std::vector<TableBlock> then);

}  // namespace clew::ingest
