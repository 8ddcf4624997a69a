// Keeps the built-in model definitions as the operator's price files say: read at the start, read again when they
// change. A list that breaks a rule changes nothing: the error is in the log and the prices before it stay.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "ingest/enrich/model_catalog.h"
#include "telemetry/log.h"

namespace clew::app {

class PriceList {
 public:
  // `path` may be empty: nothing to do. The catalog outlives the object.
  PriceList(std::string path, ingest::ModelCatalog& catalog, telemetry::Logger log);
  ~PriceList();

  // Reads the files now, changed or not; says so in the log.
  Result<> reload();

 private:
  Result<> load();  // under mutex_, once the thread runs
  void watch();

  const std::string path_;
  ingest::ModelCatalog& catalog_;
  const telemetry::Logger log_;
  std::string version_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::app
