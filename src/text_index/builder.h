// Collects the words of rows and makes an index block of them. An instance is used by one thread at a time; different
// ones share nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/native_block.h"
#include "base/time.h"
#include "text_index/dictionary.h"
#include "text_index/format.h"
#include "text_index/word_finder.h"

namespace clew::text_index {

class Builder {
 public:
  // One row of `payloads`; its texts are read now and not kept.
  void add(std::string_view trace_id, std::string_view span_id, TimeUs start_time_us,
           const std::optional<std::string>& input, const std::optional<std::string>& output);
  // All rows of `other` as if they had been added here, for a fraction of the cost: rows shared out between threads
  // make one block. `other` is empty afterwards.
  void append(Builder&& other);
  // More text of the row added last.
  void add_more(std::string_view text);
  std::size_t rows() const { return rows_; }

  struct Row {
    std::uint16_t bucket = 0, part = 0;
    std::string words, data;
  };
  // The block: its identity follows from its keys and times, so that two of one identity agree in them.
  struct Block {
    std::uint64_t id = 0;
    TimeUs time_min_us = 0, time_max_us = 0;
    std::uint32_t groups = 0;
    std::vector<Row> rows;
  };
  // Ends the collection: what was added is given out, sorted by (bucket, part).
  Block finish();

 private:
  void write_words(std::vector<Row>& rows) const;

  std::size_t rows_ = 0;
  std::size_t places_ = 0;  // rows, and those missing in parts that append() left unfinished
  TimeUs time_min_us_ = 0, time_max_us_ = 0;
  std::uint64_t id_ = 0;
  std::string last_trace_id_;
  std::vector<Row> keys_;
  WordFinder finder_;
  Dictionary words_;
};

// The rows of several index blocks as one block of table `text_index`.
class Table {
 public:
  Table();
  void add(std::string_view project_id, const Builder::Block& block);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

}  // namespace clew::text_index
