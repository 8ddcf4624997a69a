#include "app/price_list.h"

#include <chrono>

#include "ingest/enrich/price_files.h"

namespace clew::app {

namespace {
constexpr std::chrono::seconds kLookEvery{5};
}  // namespace

PriceList::PriceList(std::string path, ingest::ModelCatalog& catalog, telemetry::Logger log)
    : path_(std::move(path)), catalog_(catalog), log_(std::move(log)) {
  if (path_.empty()) return;
  (void)load();
  thread_ = std::thread([this] { watch(); });
}

PriceList::~PriceList() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<> PriceList::reload() {
  if (path_.empty()) return ok();
  const std::lock_guard lock(mutex_);
  return load();
}

Result<> PriceList::load() {
  version_ = ingest::price_files_version(path_);
  auto models = ingest::read_price_files(path_);
  Result<> done = models ? catalog_.lay_over_builtin(*models) : Result<>(std::move(models).error());
  if (done) {
    log_.info("models.price_list_read", {{"path", path_}, {"definitions", models->size()}});
  } else {
    log_.error("models.price_list_refused", {{"path", path_}, {"why", done.error().message}});
  }
  return done;
}

void PriceList::watch() {
  std::unique_lock lock(mutex_);
  while (!wakes_.wait_for(lock, kLookEvery, [this] { return stopping_; })) {
    if (ingest::price_files_version(path_) != version_) (void)load();
  }
}

}  // namespace clew::app
