// The C functions of the ClickHouse engine library that we use, resolved at run time. The package has no header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace clew::analytics {

struct ChdbConnectionHandle;  // opaque
struct ChdbResult {
  void* internal;
};
using ChdbConnection = ChdbConnectionHandle*;
using ChdbInsertStream = void*;

// Loaded once per process and never unloaded: the engine's threads outlive every connection.
struct Chdb {
  ChdbConnection* (*connect)(int argc, char** argv) = nullptr;
  void (*close_conn)(ChdbConnection*) = nullptr;
  void (*set_signal_handlers_enabled)(int) = nullptr;
  ChdbResult* (*stream_query)(ChdbConnection, const char* sql, std::size_t, const char* format, std::size_t,
                              const char* const* names, const std::size_t* name_sizes, const char* const* values,
                              const std::size_t* value_sizes, std::size_t count) = nullptr;
  // Buffered; only for statements that return no rows. The streamed form refuses those.
  ChdbResult* (*query)(ChdbConnection, const char* sql, std::size_t, const char* format, std::size_t,
                       const char* const* names, const std::size_t* name_sizes, const char* const* values,
                       const std::size_t* value_sizes, std::size_t count) = nullptr;
  ChdbResult* (*stream_fetch)(ChdbConnection, ChdbResult*) = nullptr;
  void (*stream_cancel)(ChdbConnection, ChdbResult*) = nullptr;
  ChdbInsertStream (*stream_insert)(ChdbConnection, const char* sql, std::size_t, const char* format,
                                    std::size_t) = nullptr;
  int (*stream_append)(ChdbInsertStream, const void*, std::size_t) = nullptr;
  ChdbResult* (*stream_done)(ChdbInsertStream) = nullptr;
  const char* (*stream_insert_error)(ChdbInsertStream) = nullptr;
  void (*stream_cancel_insert)(ChdbInsertStream) = nullptr;  // nothing of it is stored
  void (*destroy_insert_stream)(ChdbInsertStream) = nullptr;
  const char* (*result_error)(ChdbResult*) = nullptr;
  char* (*result_buffer)(ChdbResult*) = nullptr;
  std::size_t (*result_length)(ChdbResult*) = nullptr;
  void (*destroy_result)(ChdbResult*) = nullptr;

  // kUnavailable names the path that was tried and what the loader said.
  static Result<const Chdb*> load(const std::string& library_path);
};

}  // namespace clew::analytics
