#include "ingest/worker/flush.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "ingest/enrich/enrich.h"
#include "ingest/enrich/outer_calls.h"
#include "ingest/enrich/repeated_usage.h"
#include "ingest/worker/insert_blocks.h"
#include "ingest/worker/merged_texts.h"
#include "ingest/worker/span_filter.h"
#include "ingest/worker/stored_spans.h"
#include "text_index/short_fields.h"

namespace clew::ingest {

namespace {

// One insert may touch few partitions; the store refuses more than a hundred.
constexpr std::size_t kMonthsPerBlock = 24;
constexpr std::uint64_t kRowsPerPosition = 4'096;

// Version of a row: its record's position, then its place in the record.
std::uint64_t seq_of(LogPosition position, std::uint64_t index) {
  return position * kRowsPerPosition + std::min(index, kRowsPerPosition - 1);
}

std::int64_t month_of(TimeUs time) {
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds{time}};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(point)};
  return static_cast<int>(date.year()) * 12 + static_cast<unsigned>(date.month());
}

// The first eight bytes as a number that sorts like them.
std::uint64_t order_of(std::string_view id) {
  std::uint64_t order = 0;
  for (std::size_t i = 0; i < 8; ++i)
    order = (order << 8) | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0U);
  return order;
}

class StoredStates final : public StateReader {
 public:
  // `maybe_stored`: the only observations that are worth looking for among the spans.
  StoredStates(analytics::Engine& engine, const std::unordered_set<std::string>* maybe_stored)
      : engine_(engine), maybe_stored_(maybe_stored) {}

  Result<std::vector<SpanVersion>> read_spans(std::string_view project_id,
                                              const std::vector<std::string>& ids) override {
    std::vector<std::string> wanted;
    std::ranges::copy_if(ids, std::back_inserter(wanted),
                         [&](const std::string& id) { return maybe_stored_ && maybe_stored_->contains(id); });
    return read_stored_spans(project_id, wanted, engine_);
  }

  Result<std::vector<StoredState>> read(std::string_view project_id, EntityKind kind,
                                        const std::vector<std::string>& ids) override {
    std::vector<StoredState> out;
    for (std::size_t at = 0; at < ids.size();) {
      std::vector<std::string> some;
      // A quote may double the length of an id.
      for (std::size_t bytes = 0;
           at < ids.size() && (some.empty() || bytes + 2 * ids[at].size() < analytics::kValueBytesMax); ++at) {
        bytes += 2 * ids[at].size() + 3;
        some.push_back(ids[at]);
      }
      analytics::Params params(project_id);
      params.text("kind", to_text(kind)).texts("ids", some);
      CLEW_TRY(const analytics::Rows rows,
               engine_.select("read_merge_states",
                              "SELECT id, argMax(state, seq) AS state FROM merge_states "
                              "WHERE project_id = {project_id:String} AND kind = {kind:String} "
                              "AND id IN {ids:Array(String)} GROUP BY id",
                              params));
      for (std::size_t row = 0; row < rows.size(); ++row) {
        out.push_back({.kind = kind, .id = std::string(rows.text(row, 0)), .text = std::string(rows.text(row, 1))});
      }
    }
    return out;
  }

 private:
  analytics::Engine& engine_;
  const std::unordered_set<std::string>* maybe_stored_;
};

// FNV-1a of the positions, and of the parts where records are not whole.
std::uint64_t digest_of(const std::vector<DecodedRecord>& records) {
  std::uint64_t digest = 0xCBF29CE484222325;
  const auto add = [&](std::uint64_t value) { digest = (digest ^ value) * 0x100000001B3; };
  for (const DecodedRecord& record : records) {
    add(record.position);
    if (record.items == 0) continue;
    add(record.items_begin);
    add(record.items_end);
  }
  return digest;
}

using RowList = std::vector<const domain::Observation*>;

std::unordered_set<const domain::Observation*> outer_calls_of(const FlushInput& input, ModelCatalog& models) {
  std::map<std::string_view, RowList> rows_of;  // by project
  for (const DecodedRecord& record : input.records) {
    if (record.batch->spans.empty()) continue;
    RowList& rows = rows_of[record.batch->context.project_id];
    for (const domain::Observation& row : record.batch->spans) {
      if (!input.dropped.contains(&row)) rows.push_back(&row);
    }
  }
  std::unordered_set<const domain::Observation*> out;
  for (const auto& [project_id, rows] : rows_of)
    out.merge(outer_calls(rows, project_id, models));
  return out;
}

RowList rows_of(const std::vector<MergedObservation>& observations) {
  RowList rows;
  for (const MergedObservation& observation : observations)
    rows.push_back(&observation.row);
  return rows;
}

std::unordered_set<const domain::Observation*> outer_calls_of(const std::string& project_id,
                                                              const std::vector<MergedObservation>& observations,
                                                              ModelCatalog& models) {
  return outer_calls(rows_of(observations), project_id, models);
}

}  // namespace

std::uint64_t span_seq(const DecodedRecord& record, std::uint64_t index) {
  const std::vector<std::uint32_t>& places = record.batch->span_places;
  return seq_of(record.version == 0 ? record.position : record.version, places.empty() ? index : places[index]);
}

std::uint64_t merged_seq(const DecodedRecord& record) {
  constexpr std::uint64_t kWhole = kRowsPerPosition - 1;
  return seq_of(record.position, record.items == 0 ? kWhole : (kWhole - 1) * record.items_end / record.items);
}

template <class Block>
Block& Flush::Monthly<Block>::of(TimeUs time) {
  const std::int64_t month = month_of(time);
  const auto known = months_.find(month);
  if (known != months_.end()) return *known->second;
  if (months_.size() % kMonthsPerBlock == 0) blocks_.push_back(std::make_unique<Block>());
  months_.emplace(month, blocks_.back().get());
  return *blocks_.back();
}

FlushInput::FlushInput(std::vector<DecodedRecord> decoded) : records(std::move(decoded)) {
  for (DecodedRecord& record : records) {
    DecodedBatch& batch = *record.batch;
    if (batch.events.empty() && batch.trace_io.empty()) continue;
    merges[batch.context.project_id].push_back({.events = std::move(batch.events),
                                                .trace_io = std::move(batch.trace_io),
                                                .attribution = batch.context.attribution,
                                                .received_at_us = batch.context.received_at_us});
    merged_to[batch.context.project_id] = merged_seq(record);
  }
}

Result<Flush> Flush::build(FlushInput& input, analytics::Engine& engine, ModelCatalog& models,
                           tokenizer::Tokenizers* tokenizers) {
  Flush flush;
  // Flushes share their records out between projects, so their ends alone do not say what is in between.
  flush.token_ = fmt::format("{}-{}-{:016x}", input.records.front().position, input.records.back().position,
                             digest_of(input.records));
  for (const auto& [project_id, last] : input.merged_to) {
    CLEW_CHECK(flush.add_merged(project_id, input, engine, models, tokenizers));
  }
  flush.reserve_texts(input);
  std::vector<SpanRow> spans;
  const Rows not_counted = tokenizers ? outer_calls_of(input, models) : Rows();
  for (DecodedRecord& record : input.records)
    flush.collect_spans(record, input, not_counted, models, tokenizers, spans);
  flush.add_spans(spans, input);
  flush.finish_index();
  return flush;
}

text_index::Builder& Flush::words_of(const std::string& project_id, TimeUs time) {
  return words_[{project_id, month_of(time)}];
}

void Flush::index_text(const std::string& project_id, std::string_view trace_id, std::string_view span_id,
                       TimeUs start_time_us, const std::optional<std::string>& input,
                       const std::optional<std::string>& output) {
  if (input || output) words_of(project_id, start_time_us).add(trace_id, span_id, start_time_us, input, output);
}

void Flush::index_row(const std::string& project_id, const domain::Observation& row) {
  text_index::Builder& words = words_of(project_id, row.start_time_us);
  words.add(row.trace_id, row.span_id, row.start_time_us, row.input, row.output);
  add_short_fields(words, row);
}

// Text that gets another trace id is copied inside the store; the index needs to see it.
Result<> Flush::index_moved(const std::string& project_id, const PayloadMove& move, analytics::Engine& engine) {
  analytics::Params params(project_id);
  params.text("span_id", move.span_id).text("from", move.from_trace_id);
  CLEW_TRY(const analytics::Rows rows,
           engine.select("read_moved_payload",
                         "SELECT input, output FROM payloads WHERE project_id = {project_id:String} "
                         "AND trace_id = {from:String} AND span_id = {span_id:String}",
                         params));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    index_text(project_id, move.to_trace_id, move.span_id, move.start_time_us, rows.optional_text(row, 0),
               rows.optional_text(row, 1));
  }
  return ok();
}

void Flush::finish_index() {
  for (auto& [key, words] : words_) {
    const text_index::Builder::Block block = words.finish();
    text_index_.of(block.time_max_us).add(key.first, block);
  }
  words_.clear();
}

// Nearly always all spans of a flush are of one month, whose block then has room for all of them.
void Flush::reserve_texts(const FlushInput& input) {
  constexpr std::size_t kLengthBytes = 4;  // what a text takes beside its characters, at most, up to 256 MB
  std::size_t input_bytes = 0, output_bytes = 0;
  std::optional<TimeUs> first;
  for (const DecodedRecord& record : input.records) {
    for (const domain::Observation& row : record.batch->spans) {
      if (!first) first = row.start_time_us;
      input_bytes += kLengthBytes + (row.input ? row.input->size() : 0);
      output_bytes += kLengthBytes + (row.output ? row.output->size() : 0);
    }
  }
  if (first) payloads_.of(*first).reserve(input_bytes, output_bytes);
}

// Enriches the spans of a record and notes those that become rows.
void Flush::collect_spans(DecodedRecord& record, const FlushInput& input, const Rows& not_counted, ModelCatalog& models,
                          tokenizer::Tokenizers* tokenizers, std::vector<SpanRow>& out) {
  const DecodedBatch& batch = *record.batch;
  const std::string& project_id = batch.context.project_id;
  std::uint64_t index = 0, kept = 0;
  for (domain::Observation& row : record.batch->spans) {
    const std::uint64_t seq = span_seq(record, index++);
    if (input.dropped.contains(&row)) continue;
    enrich(row, project_id, models,
           {.tokenizers = not_counted.contains(&row) ? nullptr : tokenizers,
            .is_repeated = input.repeated_usage.contains(&row)});
    ++kept;
    out.push_back({&row, &batch, order_of(row.trace_id), seq});
  }
  rows_ += kept;
  if (kept > 0) projects_[project_id] += kept;
}

// In the order of each table, which spares the engine to bring them into it.
void Flush::add_spans(std::vector<SpanRow>& spans, const FlushInput& input) {
  const auto project = [](const SpanRow& one) -> const std::string& { return one.batch->context.project_id; };
  std::ranges::sort(spans, [&](const SpanRow& a, const SpanRow& b) {
    if (a.batch != b.batch && project(a) != project(b)) return project(a) < project(b);
    if (a.order != b.order) return a.order < b.order;
    return std::tie(a.row->trace_id, a.row->span_id) < std::tie(b.row->trace_id, b.row->span_id);
  });
  for (const SpanRow& span : spans) {
    const domain::Observation& row = *span.row;
    index_row(project(span), row);
    if (!row.input && !row.output && row.events.empty()) continue;
    payloads_.of(row.start_time_us)
        .add(project(span), row.trace_id, row.span_id, row.start_time_us, row.input, row.output, row.events, span.seq);
  }
  std::ranges::sort(spans, [&](const SpanRow& a, const SpanRow& b) {
    if (a.batch != b.batch && project(a) != project(b)) return project(a) < project(b);
    return std::tie(a.row->start_time_us, a.order, a.row->trace_id, a.row->span_id) <
           std::tie(b.row->start_time_us, b.order, b.row->trace_id, b.row->span_id);
  });
  for (const SpanRow& span : spans) {
    const domain::Observation& row = *span.row;
    RowStamp stamp{.project_id = project(span),
                   .attribution = &span.batch->context.attribution,
                   .created_at_us = span.batch->context.received_at_us,
                   .updated_at_us = span.batch->context.received_at_us,
                   .seq = span.seq};
    if (const auto repeat = input.repeats.find(&row); repeat != input.repeats.end()) {
      stamp.created_at_us = repeat->second.created_at_us;
      for (const TimeUs start : repeat->second.stale_starts)
        observations_.of(start).add_deleted(row, {.trace_id = row.trace_id, .start_time_us = start}, stamp);
    }
    observations_.of(row.start_time_us).add(row, summarize(row.input), summarize(row.output), stamp);
  }
}

void Flush::add_observation(const std::string& project_id, const MergedObservation& observation,
                            const RowStamp& stamp) {
  const domain::Observation& row = observation.row;
  if (observation.previous_key) {
    observations_.of(observation.previous_key->start_time_us).add_deleted(row, *observation.previous_key, stamp);
  }
  for (const RowKey& stale : observation.stale_keys)
    observations_.of(stale.start_time_us).add_deleted(row, stale, stamp);
  observations_.of(row.start_time_us).add(row, observation.input, observation.output, stamp);
  index_row(project_id, row);
  if (row.trace_id == row.span_id) traceless_.push_back(span_hash(project_id, row.trace_id, row.span_id));
}

Result<> Flush::add_merged(const std::string& project_id, const FlushInput& input, analytics::Engine& engine,
                           ModelCatalog& models, tokenizer::Tokenizers* tokenizers) {
  const auto of_project = [&](const auto& map) {
    const auto found = map.find(project_id);
    return found == map.end() ? nullptr : &found->second;
  };
  StoredStates stored(engine, of_project(input.maybe_stored));
  const auto* requests = of_project(input.merges);
  const auto* spans = of_project(input.spans_of_records);
  CLEW_TRY(MergeOutput merged, merge(project_id, requests ? std::span(*requests) : std::span<const MergeInput>(),
                                     spans ? std::span(*spans) : std::span<const SpanOfRecord>(), stored));
  if (tokenizers) CLEW_CHECK(add_counted_texts(project_id, merged, engine, models));
  const std::uint64_t seq = input.merged_to.at(project_id);
  TimeUs updated_at_us = 0;
  const auto stamp = [&](const auto& entity, const domain::Attribution* attribution) {
    updated_at_us = std::max(updated_at_us, entity.updated_at_us);
    return RowStamp{.project_id = project_id,
                    .attribution = attribution,
                    .created_at_us = entity.created_at_us,
                    .updated_at_us = entity.updated_at_us,
                    .seq = seq};
  };
  const Rows not_counted = tokenizers ? outer_calls_of(project_id, merged.observations, models) : Rows();
  const RowList repeated = repeated_usage(rows_of(merged.observations));
  for (MergedObservation& observation : merged.observations) {
    enrich(observation.row, project_id, models,
           {.facts = observation.pricing_facts ? &*observation.pricing_facts : nullptr,
            .tokenizers = not_counted.contains(&observation.row) ? nullptr : tokenizers,
            .is_repeated = std::ranges::find(repeated, &observation.row) != repeated.end()});
    add_observation(project_id, observation, stamp(observation, &observation.attribution));
  }
  for (const MergedTrace& trace : merged.traces) {
    traces_.add(trace, stamp(trace, nullptr));
    const TimeUs time = trace.row.timestamp_us.value_or(trace.created_at_us);
    text_index::Builder& words = words_of(project_id, time);
    words.add(trace.row.trace_id, "", time, {}, {});
    add_short_fields(words, trace.row);
  }
  for (const MergedScore& score : merged.scores)
    scores_.add(score, stamp(score, &score.attribution));
  for (const PayloadPatch& patch : merged.payloads) {
    payloads_.of(patch.start_time_us)
        .add(project_id, patch.trace_id, patch.span_id, patch.start_time_us, patch.input, patch.output, patch.events,
             seq);
    index_text(project_id, patch.trace_id, patch.span_id, patch.start_time_us, patch.input, patch.output);
  }
  for (PayloadMove& move : merged.payload_moves) {
    CLEW_CHECK(index_moved(project_id, move, engine));
    moves_.push_back({project_id, std::move(move)});
  }
  for (const StoredState& state : merged.first_states)
    first_states_.add(project_id, state, updated_at_us, 0);
  for (const StoredState& state : merged.states)
    states_.add(project_id, state, updated_at_us, seq);
  const std::uint64_t rows = merged.observations.size() + merged.traces.size() + merged.scores.size();
  rows_ += rows;
  if (rows > 0) projects_[project_id] += rows;
  return ok();
}

Result<> Flush::insert(analytics::Engine& engine) const {
  const auto token = [&](std::size_t part) { return fmt::format("{}-{}", token_, part); };
  CLEW_CHECK(engine.insert("merge_states", first_states_.block(), token_ + "-first"));
  for (const Move& move : moves_) {
    analytics::Params params(move.project_id);
    params.text("span_id", move.move.span_id).text("from", move.move.from_trace_id).text("to", move.move.to_trace_id);
    params.time("start_time", move.move.start_time_us);
    CLEW_CHECK(engine.execute(
        "move_payload",
        "INSERT INTO payloads (project_id, trace_id, span_id, start_time, input, output, events, seq) "
        "SELECT project_id, {to:String}, span_id, {start_time:DateTime64(6,'UTC')}, "
        "argMaxIf(input, seq, isNotNull(input)), argMaxIf(output, seq, isNotNull(output)), "
        "argMaxIf(events, seq, isNotNull(events)), max(payloads.seq) FROM payloads "
        "WHERE project_id = {project_id:String} AND trace_id = {from:String} AND span_id = {span_id:String} "
        "GROUP BY project_id, span_id",
        params));
  }
  std::vector<TableBlock> texts, rows;
  const auto add = [&](std::vector<TableBlock>& out, std::string_view table, const auto& blocks) {
    std::size_t part = 0;
    for (const auto& one : blocks)
      out.push_back({.table = table, .block = &one->block(), .dedup_token = token(part++)});
  };
  add(texts, "text_index", text_index_.blocks());
  add(texts, "payloads", payloads_.blocks());
  texts.push_back({.table = "trace_attributes", .block = &traces_.block(), .dedup_token = token(0)});
  texts.push_back({.table = "scores", .block = &scores_.block(), .dedup_token = token(0)});
  add(rows, "observations", observations_.blocks());
  CLEW_CHECK(insert_blocks(engine, std::move(texts), std::move(rows)));
  return engine.insert("merge_states", states_.block(), token(0));
}

}  // namespace clew::ingest
