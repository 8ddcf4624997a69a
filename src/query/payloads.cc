#include "query/payloads.h"

#include <unordered_set>

#include "query/binder.h"

namespace clew::query {

namespace {

// Ids are free text; no id contains a line feed after a NUL.
std::string joined(std::string_view trace_id, std::string_view span_id) {
  std::string key(trace_id);
  key += '\0';
  key += '\n';
  key += span_id;
  return key;
}

std::optional<std::string> present(const analytics::Rows& rows, std::size_t row, std::size_t column) {
  auto text = rows.optional_text(row, column);
  if (text && text->empty()) text.reset();
  return text;
}

}  // namespace

const Payload* Payloads::find(std::string_view trace_id, std::string_view span_id) const {
  const auto found = by_key_.find(joined(trace_id, span_id));
  return found == by_key_.end() ? nullptr : &found->second;
}

Payload Payloads::of_trace(std::string_view trace_id, std::string_view root_id) const {
  Payload shown;
  for (const std::string_view span_id : {std::string_view{}, root_id}) {
    const Payload* payload = find(trace_id, span_id);
    if (!payload) continue;
    if (!shown.input) shown.input = payload->input, shown.input_bytes = payload->input_bytes;
    if (!shown.output) shown.output = payload->output, shown.output_bytes = payload->output_bytes;
  }
  return shown;
}

Result<Payloads> read_payloads(analytics::Engine& engine, std::string_view project_id,
                               const std::vector<PayloadKey>& keys, std::optional<PayloadCut> cut) {
  Payloads payloads;
  if (keys.empty()) return payloads;
  std::unordered_set<std::string> wanted;
  std::vector<std::string> trace_ids, span_ids;
  for (const auto& [trace_id, span_id] : keys) {
    wanted.insert(joined(trace_id, span_id));
    trace_ids.push_back(trace_id);
    span_ids.push_back(span_id);
  }
  Binder binder(project_id);
  const auto beginning = [&](const std::string& column) {
    if (!cut) return column;
    return "if(length(" + column + ") > " + binder.number(static_cast<std::int64_t>(cut->whole_bytes_max)) +
           ", substringUTF8(" + column + ", 1, " + binder.number(static_cast<std::int64_t>(cut->head_characters)) +
           "), " + column + ")";
  };
  const std::string sql = "SELECT trace_id, span_id, " + beginning("input") + ", " + beginning("output") +
                          ", events, ifNull(length(input), 0), ifNull(length(output), 0) FROM payloads FINAL PREWHERE "
                          "trace_id IN " +
                          binder.texts(trace_ids) + " AND span_id IN " + binder.texts(span_ids) +
                          " WHERE project_id = {project_id:String}";
  CLEW_TRY(analytics::Rows rows, engine.select("query.payloads", sql, binder.params()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string key = joined(rows.text(row, 0), rows.text(row, 1));
    if (!wanted.contains(key)) continue;
    payloads.by_key_[std::move(key)] = Payload{.input = present(rows, row, 2),
                                               .output = present(rows, row, 3),
                                               .events = rows.optional_text(row, 4).value_or(""),
                                               .input_bytes = static_cast<std::uint64_t>(rows.integer(row, 5)),
                                               .output_bytes = static_cast<std::uint64_t>(rows.integer(row, 6))};
  }
  return payloads;
}

Result<std::optional<std::string>> read_payload_text(analytics::Engine& engine, std::string_view project_id,
                                                     const PayloadKey& key, PayloadText text) {
  Binder binder(project_id);
  const std::string sql = std::string("SELECT ") + (text == PayloadText::kInput ? "input" : "output") +
                          " FROM payloads FINAL PREWHERE trace_id = " + binder.text(key.first) +
                          " AND span_id = " + binder.text(key.second) + " WHERE project_id = {project_id:String}";
  CLEW_TRY(analytics::Rows rows, engine.select("query.payload_text", sql, binder.params()));
  return rows.empty() ? std::nullopt : present(rows, 0, 0);
}

}  // namespace clew::query
