# SQL lives in files and is compiled into the program.
#
# clew_embed_statements(TARGET FILE.sql ...): each file becomes the header `MODULE/sql/NAME.sql.h` with one
# `inline constexpr std::string_view kFindUserByEmail` per `-- name: find_user_by_email` heading, in the namespace
# clew::MODULE::sql.
# clew_embed_migrations(TARGET HEADER NAMESPACE FOLDER): FOLDER/NNNN_name.sql in order become `kMigrations[]`, each
# {NNNN, "NNNN_name", text}, in HEADER.
#
# Headers are written while configuring (and again when a file changes), and only when their text differs.
include_guard(GLOBAL)

function(clew_write_if_different path content)
  if(EXISTS ${path})
    file(READ ${path} before)
    if(before STREQUAL content)
      return()
    endif()
  endif()
  file(WRITE ${path} "${content}")
endfunction()

function(clew_embed_statements target)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/src OUTPUT_VARIABLE module)
  string(REPLACE "/" "::" namespace "${module}")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(READ ${file} text)
    string(REGEX MATCHALL "-- name: [a-z0-9_]+\n" names "${text}")
    foreach(heading ${names})
      string(REGEX REPLACE "-- name: ([a-z0-9_]+)\n" "\\1" name "${heading}")
      string(REPLACE "_" ";" words "${name}")
      set(constant "k")
      foreach(word ${words})
        string(SUBSTRING "${word}" 0 1 first)
        string(SUBSTRING "${word}" 1 -1 rest)
        string(TOUPPER "${first}" first)
        string(APPEND constant "${first}${rest}")
      endforeach()
      string(REPLACE "-- name: ${name}\n" ")sql\";\ninline constexpr std::string_view ${constant} = R\"sql(" text
        "${text}")
    endforeach()
    # What stands before the first heading is a comment on the whole file.
    string(FIND "${text}" ")sql\";\n" at)
    math(EXPR at "${at} + 7")
    string(SUBSTRING "${text}" ${at} -1 text)
    cmake_path(GET file FILENAME base)
    clew_write_if_different(${CMAKE_BINARY_DIR}/generated/${module}/sql/${base}.h
      "// Generated from ${module}/${file}.\n#pragma once\n\n#include <string_view>\n\nnamespace clew::${namespace}::sql {\n${text})sql\";\n}  // namespace clew::${namespace}::sql\n")
  endforeach()
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()

function(clew_embed_migrations target header namespace folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  list(SORT files)
  set(entries "")
  foreach(path ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    cmake_path(GET path STEM name)
    if(NOT name MATCHES "^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$")
      message(FATAL_ERROR "migration ${path}: expected NNNN_name.sql")
    endif()
    string(REGEX REPLACE "^0*([0-9]+)_.*$" "\\1" number "${name}")
    file(READ ${path} text)
    string(APPEND entries "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
  endforeach()
  clew_write_if_different(${CMAKE_BINARY_DIR}/generated/${header}
    "// Generated from the migrations folder.\n#pragma once\n\n#include \"meta/migrations.h\"\n\nnamespace ${namespace} {\ninline constexpr Migration kMigrations[] = {\n${entries}};\n}  // namespace ${namespace}\n")
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
