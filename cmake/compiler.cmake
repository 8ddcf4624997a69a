# Language, warnings, sanitizers, linker and cache: the same for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Clew is built with clang 19 (gcc 12 miscompiles coroutines): use a preset, ./dev build")
endif()

# -fno-pch-timestamp lets ccache reuse objects built with the precompiled header.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wimplicit-fallthrough -Wno-missing-designated-field-initializers -Werror -fcolor-diagnostics "SHELL:-Xclang -fno-pch-timestamp" -g1 -fno-omit-frame-pointer)
set(CMAKE_CXX_FLAGS_DEBUG "-O0")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -DNDEBUG")
add_link_options(-fuse-ld=mold)

if(CLEW_SANITIZE)
  add_compile_options(-fsanitize=${CLEW_SANITIZE} -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${CLEW_SANITIZE})
endif()

# Fuzz targets need to see the branches of the code they drive.
if(CLEW_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
    CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
