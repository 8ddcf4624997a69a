#include "query/text_older.h"

#include <algorithm>

namespace clew::query {

namespace {

constexpr TimeUs kDayUs = 86'400'000'000;
constexpr std::size_t kLotRowsMin = 256, kLotRowsMax = 4'096, kLotGrowth = 4;
constexpr std::size_t kDocumentsMax = 10'000;  // of records and of texts, which are not in order of time

CandidateLot lot_of(const analytics::Rows& rows) {
  CandidateLot lot;
  if (rows.empty()) return lot;
  std::pair<TimeUs, TimeUs> range{rows.time(0, 0), rows.time(0, 0)};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    range = {std::min(range.first, rows.time(row, 0)), std::max(range.second, rows.time(row, 0))};
    lot.keys.emplace_back(rows.text(row, 1), rows.text(row, 2));
  }
  lot.ranges.push_back(range);
  std::ranges::sort(lot.keys);
  lot.keys.erase(std::ranges::unique(lot.keys).begin(), lot.keys.end());
  return lot;
}

}  // namespace

Result<> OlderDocuments::open(const analytics::QueryLimits& limits) {
  const Binder binder(project_id_);
  CLEW_TRY(const analytics::Rows rows,
           engine_.select("query.text_start",
                          "SELECT 'payload', max(time_max) FROM text_index_start WHERE project_id = "
                          "{project_id:String} HAVING count() > 0 UNION ALL "
                          "SELECT kind, max(time_max) FROM search_start WHERE project_id = {project_id:String} "
                          "GROUP BY kind",
                          binder.params(), limits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const TimeUs last_us = rows.time(row, 1);
    const std::string_view kind = rows.text(row, 0);
    std::optional<TimeUs>& begin =
        kind == "payload" ? payloads_us_ : (kind == "trace" ? records_us_ : observations_us_);
    const bool exact = kind == "observation";  // the others may belong to observations of another time
    if (scope_.from_us && *scope_.from_us - (exact ? 0 : kDayUs) > last_us) continue;
    begin = last_us;
    if (exact && scope_.to_us) begin = std::min(last_us, *scope_.to_us - 1);
  }
  if (!scope_.records) records_us_.reset();
  return ok();
}

std::optional<TimeUs> OlderDocuments::bound() const {
  return std::max({observations_us_, records_us_, payloads_us_});
}

Result<CandidateLot> OlderDocuments::next(const TextTerm& term, const analytics::QueryLimits& limits) {
  if (!term.on_rows()) observations_us_.reset(), records_us_.reset();
  if (records_us_) return all_records(term, limits);
  if (payloads_us_) return all_payloads(term, limits);
  if (observations_us_) return next_observations(term, limits);
  return CandidateLot{};
}

Result<CandidateLot> OlderDocuments::next_observations(const TextTerm& term, const analytics::QueryLimits& limits) {
  lot_rows_ = lot_rows_ == 0 ? kLotRowsMin : std::min(lot_rows_ * kLotGrowth, kLotRowsMax);
  Binder binder(project_id_);
  std::string sql =
      "SELECT start_time, trace_id, span_id FROM observations WHERE project_id = {project_id:String} AND start_time "
      "<= " +
      binder.time(*observations_us_);
  if (scope_.from_us) sql += " AND start_time >= " + binder.time(*scope_.from_us);
  if (last_) {
    sql += " AND (start_time, trace_id, span_id) < (" + binder.time(last_->time_us) + ", " +
           binder.text(last_->trace_id) + ", " + binder.text(last_->span_id) + ")";
  }
  sql += " AND is_deleted = 0 AND " + term.on_observation(binder) +
         " ORDER BY start_time DESC, trace_id DESC, span_id DESC LIMIT " + std::to_string(lot_rows_);
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_older_rows", sql, binder.params(), limits));
  if (rows.size() < lot_rows_) {
    observations_us_.reset();
  } else {
    const std::size_t row = rows.size() - 1;
    last_ = TextHit{rows.time(row, 0), std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
    observations_us_ = last_->time_us;
  }
  return lot_of(rows);
}

Result<CandidateLot> OlderDocuments::all_records(const TextTerm& term, const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  const std::string sql =
      "SELECT ifNull(timestamp, created_at) AS begun, trace_id, '' FROM trace_attributes WHERE "
      "project_id = {project_id:String} AND begun <= " +
      binder.time(*records_us_) + " AND is_deleted = 0 AND " + term.on_record(binder) + " ORDER BY begun DESC LIMIT " +
      std::to_string(kDocumentsMax);
  records_us_.reset();
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_older_records", sql, binder.params(), limits));
  return lot_of(rows);
}

Result<CandidateLot> OlderDocuments::all_payloads(const TextTerm& term, const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  const std::string input = term.on_input(binder), output = term.on_output(binder);
  std::string sql =
      "SELECT start_time, trace_id, span_id FROM payloads WHERE project_id = {project_id:String} AND start_time <= " +
      binder.time(*payloads_us_);
  if (scope_.from_us) sql += " AND start_time >= " + binder.time(*scope_.from_us - kDayUs);
  if (scope_.to_us) sql += " AND start_time < " + binder.time(*scope_.to_us + kDayUs);
  sql += " AND (" + input + (input.empty() || output.empty() ? "" : " OR ") + output +
         ") ORDER BY start_time DESC LIMIT " + std::to_string(kDocumentsMax);
  payloads_us_.reset();
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_older_payloads", sql, binder.params(), limits));
  return lot_of(rows);
}

}  // namespace clew::query
