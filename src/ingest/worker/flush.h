// One flush: the rows made from some records of the log, as blocks ready to insert.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analytics/engine.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/enrich/model_catalog.h"
#include "ingest/log/log.h"
#include "ingest/worker/blocks.h"
#include "text_index/builder.h"
#include "tokenizer/tokenizers.h"

namespace clew::ingest {

// A record of the log with what it was decoded to.
struct DecodedRecord {
  LogPosition position = 0;
  std::shared_ptr<DecodedBatch> batch;
  LogPosition version = 0;  // of a replayed dead letter: where it stood first; 0: its position
  // Of a part of a record, whose whole the store has refused: which of its items (intake/items.h) are in the batch, and
  // how many it has. 0: the batch is whole.
  std::uint64_t items_begin = 0, items_end = 0, items = 0;
};

// Version of a span's row: its record's place in the log, then its own in the request. `index`: within `spans`.
std::uint64_t span_seq(const DecodedRecord& record, std::uint64_t index);
// Version of what its messages are merged to: after all of the record's spans; of a later part after an earlier one.
std::uint64_t merged_seq(const DecodedRecord& record);

// What is known of a span that comes again (repeats.h).
struct Repeat {
  TimeUs created_at_us = 0;
  std::vector<TimeUs> stale_starts;  // start times under which the store has it and shall not
};

// The records of one flush in log order, sorted into what becomes rows as it is and what must be merged first.
struct FlushInput {
  explicit FlushInput(std::vector<DecodedRecord> decoded);

  std::vector<DecodedRecord> records;
  std::map<std::string, std::vector<MergeInput>> merges;  // by project
  // The version of each project's merged rows, after its last record in `merges`. Not that of the flush, because a
  // flush may hold later records of other projects than the next one does.
  std::map<std::string, std::uint64_t> merged_to;
  // Spans of `records` that are not new, and those that an earlier or later version beats: no rows are made of these.
  std::unordered_map<const domain::Observation*, Repeat> repeats;
  std::unordered_set<const domain::Observation*> dropped;
  // Spans of `records` that report again what calls below them reported (usage_repeats.h).
  std::unordered_set<const domain::Observation*> repeated_usage;
  // Spans of `records` (dropped there) that messages speak about too, by project; and the observations among the
  // messages whose span may be stored already.
  std::map<std::string, std::vector<SpanOfRecord>> spans_of_records;
  std::map<std::string, std::unordered_set<std::string>> maybe_stored;
};

class Flush {
 public:
  // Merges, enriches and builds the blocks. May be repeated with the same input after an error; errors are those of
  // reading states and texts. `tokenizers` may be null: then no tokens are counted.
  static Result<Flush> build(FlushInput& input, analytics::Engine& engine, ModelCatalog& models,
                             tokenizer::Tokenizers* tokenizers);

  // Inserts everything: words, texts and attributes of traces first, so that an observation is whole and can be found
  // when it appears; states last, so that a crash in between is mended by replay. Repeating it changes nothing.
  // kUnavailable: again later; kInvalidArgument: the store refuses these rows.
  Result<> insert(analytics::Engine& engine) const;

  std::uint64_t rows() const { return rows_; }
  // Observations whose trace is not known (span_hash of project, id, id).
  const std::vector<std::uint64_t>& traceless() const { return traceless_; }
  // Rows per project that become visible.
  const std::map<std::string, std::uint64_t>& projects() const { return projects_; }

 private:
  // Rows of a table that is partitioned by month, in as many blocks as its months need.
  template <class Block>
  class Monthly {
   public:
    Block& of(TimeUs time);
    const std::vector<std::unique_ptr<Block>>& blocks() const { return blocks_; }

   private:
    std::map<std::int64_t, Block*> months_;
    std::vector<std::unique_ptr<Block>> blocks_;
  };

  void reserve_texts(const FlushInput& input);
  text_index::Builder& words_of(const std::string& project_id, TimeUs time);
  // A row of `observations` with the texts it carries itself.
  void index_row(const std::string& project_id, const domain::Observation& row);
  void index_text(const std::string& project_id, std::string_view trace_id, std::string_view span_id,
                  TimeUs start_time_us, const std::optional<std::string>& input,
                  const std::optional<std::string>& output);
  Result<> index_moved(const std::string& project_id, const PayloadMove& move, analytics::Engine& engine);
  void finish_index();
  // A span that becomes a row.
  struct SpanRow {
    const domain::Observation* row = nullptr;
    const DecodedBatch* batch = nullptr;
    std::uint64_t order = 0;  // sorts like the trace id, as far as it goes
    std::uint64_t seq = 0;
  };
  using Rows = std::unordered_set<const domain::Observation*>;
  // `not_counted`: rows whose tokens are not counted.
  void collect_spans(DecodedRecord& record, const FlushInput& input, const Rows& not_counted, ModelCatalog& models,
                     tokenizer::Tokenizers* tokenizers, std::vector<SpanRow>& out);
  void add_spans(std::vector<SpanRow>& spans, const FlushInput& input);
  Result<> add_merged(const std::string& project_id, const FlushInput& input, analytics::Engine& engine,
                      ModelCatalog& models, tokenizer::Tokenizers* tokenizers);
  void add_observation(const std::string& project_id, const MergedObservation& observation, const RowStamp& stamp);

  std::string token_;  // the same records give the same token
  std::uint64_t rows_ = 0;
  std::map<std::string, std::uint64_t> projects_;
  Monthly<ObservationBlock> observations_;
  Monthly<PayloadBlock> payloads_;
  std::map<std::pair<std::string, std::int64_t>, text_index::Builder> words_;  // by project and month, while building
  Monthly<text_index::Table> text_index_;
  TraceAttributesBlock traces_;
  ScoreBlock scores_;
  MergeStateBlock states_, first_states_;
  std::vector<std::uint64_t> traceless_;
  struct Move {
    std::string project_id;
    PayloadMove move;
  };
  std::vector<Move> moves_;
};

}  // namespace clew::ingest
