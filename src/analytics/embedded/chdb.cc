#include "analytics/embedded/chdb.h"

#include <csignal>
#include <mutex>

#include <dlfcn.h>

namespace clew::analytics {

namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLEW_ASAN 1
#endif
#endif

void* open_library(const char* path) {
#ifdef CLEW_ASAN
  // The engine frees memory that the C library allocated for it. Under the address sanitizer it needs a C library of
  // its own, or it aborts in connect.
  return dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
#else
  return dlopen(path, RTLD_NOW | RTLD_LOCAL);
#endif
}

Result<const Chdb*> load_once(const std::string& path) {
  static std::mutex mutex;
  static Chdb chdb;
  static bool loaded = false;
  const std::lock_guard<std::mutex> lock(mutex);
  if (loaded) return &chdb;
  // Loading blocks SIGPIPE in the calling thread, and later threads and children would inherit that.
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  void* library = open_library(path.c_str());
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  if (!library) {
    const char* why = dlerror();
    return Error{Errc::kUnavailable, "cannot load the ClickHouse engine library: " + std::string(why ? why : path)};
  }
  std::string missing;
  const auto resolve = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (!function && missing.empty()) missing = name;
  };
  resolve(chdb.connect, "chdb_connect");
  resolve(chdb.close_conn, "chdb_close_conn");
  resolve(chdb.set_signal_handlers_enabled, "chdb_set_signal_handlers_enabled");
  resolve(chdb.stream_query, "chdb_stream_query_with_params_n");
  resolve(chdb.query, "chdb_query_with_params_n");
  resolve(chdb.stream_fetch, "chdb_stream_fetch_result");
  resolve(chdb.stream_cancel, "chdb_stream_cancel_query");
  resolve(chdb.stream_insert, "chdb_stream_insert_n");
  resolve(chdb.stream_append, "chdb_stream_append");
  resolve(chdb.stream_done, "chdb_stream_done");
  resolve(chdb.stream_insert_error, "chdb_stream_insert_error");
  resolve(chdb.stream_cancel_insert, "chdb_stream_cancel_insert");
  resolve(chdb.destroy_insert_stream, "chdb_destroy_insert_stream");
  resolve(chdb.result_error, "chdb_result_error");
  resolve(chdb.result_buffer, "chdb_result_buffer");
  resolve(chdb.result_length, "chdb_result_length");
  resolve(chdb.destroy_result, "chdb_destroy_query_result");
  if (!missing.empty()) {
    return Error{Errc::kUnavailable, "the ClickHouse engine library " + path + " lacks " + missing};
  }
  // With the engine's handlers a crash of ours would hang instead of ending the process.
  chdb.set_signal_handlers_enabled(0);
  loaded = true;
  return &chdb;
}

}  // namespace

Result<const Chdb*> Chdb::load(const std::string& library_path) {
  return load_once(library_path);
}

}  // namespace clew::analytics
