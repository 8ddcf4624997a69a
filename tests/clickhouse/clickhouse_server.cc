// A ClickHouse server for tests: the command line that the engine library carries inside.
// Usage: clickhouse_server LIBCHDB ARGS... (the arguments of clickhouse-local); see start.py for the ones that listen.
#include <dlfcn.h>

#include <cstdio>

int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : nullptr;
  if (library == nullptr) {
    std::fprintf(stderr, "clickhouse_server: %s\n", argc > 1 ? dlerror() : "the first argument is the path of libchdb.so");
    return 2;
  }
  using CommandLine = void* (*)(int, char**);
  auto* command_line = reinterpret_cast<CommandLine>(dlsym(library, "chdb_query_cmdline"));
  if (command_line == nullptr) {
    std::fprintf(stderr, "clickhouse_server: this libchdb has no chdb_query_cmdline (26.7 or newer is needed)\n");
    return 2;
  }
  command_line(argc - 1, argv + 1);
}
