#include "query/text_check.h"

#include <algorithm>
#include <set>

#include "query/row_sql.h"

namespace clew::query {

namespace {

constexpr TimeUs kDayUs = 86'400'000'000;

std::string in_keys(const std::vector<text_index::Key>& keys, bool spans, Binder& binder) {
  std::vector<std::string> trace_ids, span_ids;
  for (const auto& [trace_id, span_id] : keys) {
    if (trace_ids.empty() || trace_ids.back() != trace_id) trace_ids.push_back(trace_id);
    span_ids.push_back(span_id);
  }
  const std::string traces = "trace_id IN " + binder.texts(trace_ids);
  return spans ? traces + " AND span_id IN " + binder.texts(span_ids) : traces;
}

// One bit for each of some boolean expressions.
void add_bit(std::string& sql, std::size_t bit, const std::string& flag) {
  if (flag.empty()) return;
  if (!sql.empty()) sql += " + ";
  sql += "bitShiftLeft(toUInt64(" + flag + "), " + std::to_string(bit) + ")";
}

std::string or_none(std::string sql) {
  return sql.empty() ? "toUInt64(0)" : sql;
}

std::string span_of_times(TimeUs first_us, TimeUs last_us, Binder& binder) {
  return "start_time >= " + binder.time(first_us) + " AND start_time <= " + binder.time(last_us);
}

}  // namespace

std::string TextCheck::flags(bool records, Binder& binder) const {
  std::string sql;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i].on_rows()) add_bit(sql, i, records ? terms_[i].on_record(binder) : terms_[i].on_observation(binder));
  }
  return or_none(std::move(sql));
}

Result<TextCheck::Read> TextCheck::rows(const CandidateLot& lot, const analytics::QueryLimits& limits) const {
  Documents documents;
  std::vector<Key> observations, records;
  for (const Key& key : lot.keys) {
    if (!key.second.empty()) {
      observations.push_back(key);
      documents.emplace(key, Document{});
    }
    // The words of a trace's record and of its observations count together, wherever one of them was found.
    const bool record = scope_.records && (key.second.empty() || terms_.size() > 1);
    if (record && documents.emplace(Key{key.first, ""}, Document{}).second) records.emplace_back(key.first, "");
  }
  if (!observations.empty()) {
    Binder binder(project_id_);
    std::string bounds;
    for (const auto& [first_us, last_us] : lot.ranges)
      bounds += (bounds.empty() ? "(" : " OR ") + span_of_times(first_us, last_us, binder);
    CLEW_CHECK(read_observations(observations, bounds + ")", binder, documents, limits));
  }
  if (!records.empty()) CLEW_CHECK(read_records(records, lot, documents, limits));
  CLEW_TRY(const std::vector<Key> moved, find_moved(lot, documents, limits));
  const TimeUs first_us = lot.ranges.front().first, last_us = lot.ranges.back().second;
  Read read;
  for (const auto& [key, document] : documents) {
    if (document.excluded || !document.time_us) continue;
    const TextHit place{*document.time_us, key.first, key.second};
    if (document.terms == all()) {
      read.hits.push_back(place);
      continue;
    }
    const TimeUs apart_us = std::ranges::binary_search(moved, key) ? kDayUs : 0;
    read.open.push_back({place, document.terms, first_us - apart_us, last_us + apart_us});
  }
  return read;
}

Result<std::vector<TextHit>> TextCheck::texts(std::span<const Open> open, const analytics::QueryLimits& limits) const {
  std::vector<TextHit> found;
  if (open.empty()) return found;
  Documents documents;
  TimeUs first_us = open.front().first_us, last_us = open.front().last_us;
  for (const Open& one : open) {
    documents[{one.place.trace_id, one.place.span_id}] = {.terms = one.terms, .time_us = one.place.time_us};
    first_us = std::min(first_us, one.first_us);
    last_us = std::max(last_us, one.last_us);
  }
  std::vector<Key> keys, apart;
  for (const auto& [key, document] : documents)
    keys.push_back(key);
  Binder binder(project_id_);
  CLEW_CHECK(read_payloads(keys, span_of_times(first_us, last_us, binder), binder, documents, limits));
  // What has some of the terms in its row may have moved away from its text.
  for (const auto& [key, document] : documents) {
    if (!key.second.empty() && !document.has_payload && document.terms != 0) apart.push_back(key);
  }
  if (!apart.empty()) {
    Binder wider(project_id_);
    const std::string bounds = span_of_times(first_us - kDayUs, last_us + kDayUs, wider);
    CLEW_CHECK(read_payloads(apart, bounds, wider, documents, limits));
  }
  for (const auto& [key, document] : documents) {
    if (document.terms == all()) found.push_back({*document.time_us, key.first, key.second});
  }
  return found;
}

Result<> TextCheck::read_observations(const std::vector<Key>& keys, const std::string& bounds, Binder& binder,
                                      Documents& documents, const analytics::QueryLimits& limits) const {
  std::string fit = "1";
  const RowScope scope{.from_us = scope_.from_us, .to_us = scope_.to_us, .has_records = scope_.has_records};
  if (scope_.from_us || scope_.to_us) fit = row_bounds(scope, binder);
  if (scope_.conditions) fit += row_predicates(*scope_.conditions, scope, binder);
  // A key is current when its newest version is: versions that moved in time left a deleted row behind.
  const std::string sql =
      "SELECT start_time, trace_id, span_id, argMax(terms, seq), argMax(fit, seq) FROM (SELECT start_time, trace_id, "
      "span_id, seq, is_deleted, toUInt8(" +
      fit + ") AS fit, " + flags(false, binder) +
      " AS terms FROM observations PREWHERE project_id = {project_id:String} AND " + bounds + " AND " +
      in_keys(keys, true, binder) + ") GROUP BY start_time, trace_id, span_id HAVING argMax(is_deleted, seq) = 0";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_rows", sql, binder.params(), limits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto found = documents.find({std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
    if (found == documents.end()) continue;
    Document& document = found->second;
    document.time_us = rows.time(row, 0);
    document.terms |= static_cast<Mask>(rows.integer(row, 3));
    document.excluded = rows.integer(row, 4) == 0;
  }
  return ok();
}

Result<> TextCheck::read_records(const std::vector<Key>& keys, const CandidateLot& lot, Documents& documents,
                                 const analytics::QueryLimits& limits) const {
  const std::set<Key> candidates(lot.keys.begin(), lot.keys.end());
  Binder binder(project_id_);
  const std::string sql =
      "SELECT trace_id, argMax(begun, seq), argMax(terms, seq) FROM (SELECT trace_id, seq, is_deleted, "
      "ifNull(timestamp, created_at) AS begun, " +
      flags(true, binder) + " AS terms FROM trace_attributes PREWHERE project_id = {project_id:String} AND " +
      in_keys(keys, false, binder) + ") GROUP BY trace_id HAVING argMax(is_deleted, seq) = 0";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_records", sql, binder.params(), limits));
  std::vector<Key> open;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto found = documents.find({std::string(rows.text(row, 0)), ""});
    if (found == documents.end()) continue;
    found->second.time_us = rows.time(row, 1);
    found->second.terms |= static_cast<Mask>(rows.integer(row, 2));
    const bool some = found->second.terms != 0 || candidates.contains(found->first);
    if (terms_.size() > 1 && some && found->second.terms != all()) open.push_back(found->first);
  }
  if (open.empty()) return ok();
  return read_whole_traces(open, documents, limits);
}

// A trace with a record has the words of all its texts.
Result<> TextCheck::read_whole_traces(const std::vector<Key>& keys, Documents& documents,
                                      const analytics::QueryLimits& limits) const {
  Documents texts;
  Binder binder(project_id_);
  CLEW_CHECK(read_payloads(keys, "", binder, texts, limits));
  for (const auto& [key, text] : texts) {
    const auto found = documents.find({key.first, ""});
    if (found != documents.end()) found->second.terms |= text.terms;
  }
  return ok();
}

Result<> TextCheck::read_payloads(const std::vector<Key>& keys, const std::string& bounds, Binder& binder,
                                  Documents& documents, const analytics::QueryLimits& limits) const {
  std::string input, output;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    add_bit(input, i, terms_[i].on_input(binder));
    add_bit(output, i, terms_[i].on_output(binder));
  }
  // An empty bound asks for whole traces. A column that is NULL keeps what an earlier row said.
  const bool whole = bounds.empty();
  const std::string sql =
      "SELECT trace_id, span_id, bitOr(argMax(ins, (has_in, seq)), argMax(outs, (has_out, seq))) AS terms FROM "
      "(SELECT trace_id, span_id, seq, isNotNull(input) AS has_in, isNotNull(output) AS has_out, " +
      or_none(std::move(input)) + " AS ins, " + or_none(std::move(output)) +
      " AS outs FROM payloads PREWHERE project_id = {project_id:String} AND " + in_keys(keys, !whole, binder) +
      (whole ? "" : " AND " + bounds) + ") GROUP BY trace_id, span_id" + (whole ? " HAVING terms != 0" : "");
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_check", sql, binder.params(), limits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Key key{std::string(rows.text(row, 0)), std::string(rows.text(row, 1))};
    const auto found = whole ? documents.emplace(std::move(key), Document{}).first : documents.find(key);
    if (found == documents.end()) continue;
    found->second.terms |= static_cast<Mask>(rows.integer(row, 2));
    found->second.has_payload = true;
  }
  return ok();
}

// Rows that moved in time since they were indexed: their text and they themselves then lie apart. Their keys, in order.
Result<std::vector<TextCheck::Key>> TextCheck::find_moved(const CandidateLot& lot, Documents& documents,
                                                          const analytics::QueryLimits& limits) const {
  std::vector<Key> missing, moved;
  for (const auto& [key, document] : documents) {
    if (!document.excluded && !document.time_us && !key.second.empty()) missing.push_back(key);
  }
  if (missing.empty()) return moved;
  const TimeUs first_us = lot.ranges.front().first, last_us = lot.ranges.back().second;
  Binder binder(project_id_);
  CLEW_CHECK(read_payloads(missing, span_of_times(first_us, last_us, binder), binder, documents, limits));
  for (const Key& key : missing) {
    Document& document = documents.at(key);
    if (document.terms == 0) continue;
    moved.push_back(key);
    document.terms = 0;  // what was found may be an older version
  }
  if (moved.empty()) return moved;
  Binder wider(project_id_);
  const std::string bounds = span_of_times(first_us - kDayUs, last_us + kDayUs, wider);
  CLEW_CHECK(read_observations(moved, bounds, wider, documents, limits));
  return moved;
}

}  // namespace clew::query
