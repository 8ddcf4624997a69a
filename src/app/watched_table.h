// Tells the arrival log and the ledger about refused ingestion requests, and whoever traces us about all; the table
// does the rest.
#pragma once

#include "api/endpoint_table.h"
#include "api/public/intake_request.h"
#include "app/self_traces.h"
#include "ingest/intake/ledger.h"

namespace clew::app {

class WatchedTable final : public http::Application {
 public:
  // `prefix`: stands before every path of the table, for a table whose routes lack it.
  WatchedTable(api::EndpointTable& table, ingest::ArrivalLog& arrivals, ingest::IntakeLedger& ledger,
               const Clock& clock, std::string prefix = {}, SelfTraces* traces = nullptr)
      : table_(table),
        arrivals_(arrivals),
        ledger_(ledger),
        clock_(clock),
        prefix_(std::move(prefix)),
        traces_(traces) {}

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override {
    table_.admit(std::move(request), std::move(admit));
  }
  http::Response failure(int status, std::string_view message, std::string_view request_id) override {
    return table_.failure(status, message, request_id);
  }
  void finished(const http::RequestSummary& summary) override {
    const http::Request& request = summary.request;
    if (summary.status >= 400 && request.method == http::Method::kPost) {
      const std::string path = prefix_ + request.path;
      if (path.starts_with("/api/public/")) {
        api::note_refused(arrivals_, request, summary.status, clock_.now_us());
        if (api::is_intake_path(path)) {
          ledger_.refused_request({.path = path,
                                   .status = summary.status,
                                   .project_id = request.project_id,
                                   .request_id = request.request_id,
                                   .sdk = request.headers.get("x-langfuse-sdk-name"),
                                   .told = api::reason_told(summary.answer)});
        }
      }
    }
    table_.finished(summary);
    if (traces_) traces_->finished(summary, table_.pattern_of(summary.route));
  }

 private:
  api::EndpointTable& table_;
  ingest::ArrivalLog& arrivals_;
  ingest::IntakeLedger& ledger_;
  const Clock& clock_;
  const std::string prefix_;
  SelfTraces* const traces_;  // null: our requests make no spans
};

}  // namespace clew::app
