// Collects the words of rows and makes an index block of them. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/native_block.h"
#include "base/time.h"
#include "text_index/format.h"

namespace clew::text_index {

class Builder {
 public:
  Builder();

  // One row of `payloads`; its texts are read now and not kept.
  void add(std::string_view trace_id, std::string_view span_id, TimeUs start_time_us,
           const std::optional<std::string>& input, const std::optional<std::string>& output);
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
  struct Slot {
    std::uint64_t hash = 0;  // 0 = free
    std::uint32_t word = 0;
    std::uint32_t group = 0;  // in which it was seen last
  };
  struct Word {
    std::uint64_t begins = 0;  // bucket and first bytes, for sorting
    std::uint32_t at = 0, size = 0, count = 0;
  };

  void add_text(std::string_view text);
  void add_word(std::string_view word);
  void grow();
  void write_words(std::vector<Row>& rows);

  std::size_t rows_ = 0;
  TimeUs time_min_us_ = 0, time_max_us_ = 0;
  std::uint32_t group_ = 0;
  std::uint64_t id_ = 0;
  std::string last_trace_id_;
  std::vector<Row> keys_;
  std::vector<std::uint64_t> lately_;  // words of this group met lately, so that most need no look into slots_
  std::vector<Slot> slots_;
  std::vector<Word> words_;
  std::string letters_;                                          // of all words, one after the other
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places_;  // word, group
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
