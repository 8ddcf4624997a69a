cmake_minimum_required(VERSION 3.25)
# cmake -DWEB_DIR=web/dist|"" -DOUT=embedded_ui.cc -P embed_web.cmake
#
# Writes a source with the files of WEB_DIR as read-only data (.incbin: no time in the compiler) and compressed copies
# beside it. An empty WEB_DIR gives an empty table.
set(files)
if(WEB_DIR)
  file(GLOB_RECURSE files RELATIVE ${WEB_DIR} ${WEB_DIR}/*)
  list(SORT files)
  if(NOT "index.html" IN_LIST files)
    message(FATAL_ERROR "${WEB_DIR}/index.html is missing: build the UI first (npm run build in web/)")
  endif()
endif()
get_filename_component(folder ${OUT} DIRECTORY)
file(MAKE_DIRECTORY ${folder}/gzip)

set(data "")
set(table "")
set(number 0)
foreach(file ${files})
  set(source ${WEB_DIR}/${file})
  file(SHA256 ${source} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  string(APPEND data "asm(\".section .rodata\\n.balign 16\\nclew_ui_${number}: .incbin \\\"${source}\\\"\\n"
    "clew_ui_${number}_end:\\n.previous\\n\");\n"
    "extern \"C\" const char clew_ui_${number}[], clew_ui_${number}_end[];\n")
  set(gzip "{}")
  file(SIZE ${source} size)
  if(size GREATER 1024 AND file MATCHES "\\.(html|js|mjs|css|svg|json|map|txt|webmanifest|wasm)$")
    execute_process(COMMAND gzip -9nc ${source} OUTPUT_FILE ${folder}/gzip/${number} COMMAND_ERROR_IS_FATAL ANY)
    string(APPEND data "asm(\".section .rodata\\n.balign 16\\nclew_ui_gz_${number}: .incbin \\\"${folder}/gzip/${number}\\\"\\n"
      "clew_ui_gz_${number}_end:\\n.previous\\n\");\n"
      "extern \"C\" const char clew_ui_gz_${number}[], clew_ui_gz_${number}_end[];\n")
    set(gzip "between(clew_ui_gz_${number}, clew_ui_gz_${number}_end)")
  endif()
  string(APPEND table "      {\"/${file}\", between(clew_ui_${number}, clew_ui_${number}_end), ${gzip}, "
    "\"\\\"${hash}\\\"\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

set(content "// Made by cmake/embed_web.cmake.\n#include \"api/assets/embedded_files.h\"\n\n${data}\nnamespace clew::api {\n")
if(files)
  string(APPEND content
    "static std::string_view between(const char* begin, const char* end) {\n"
    "  return {begin, static_cast<std::size_t>(end - begin)};\n}\n"
    "std::span<const EmbeddedFile> embedded_files() {\n  static const EmbeddedFile kFiles[] = {\n${table}  };\n"
    "  return kFiles;\n}\n")
else()
  string(APPEND content "std::span<const EmbeddedFile> embedded_files() { return {}; }\n")
endif()
string(APPEND content "}  // namespace clew::api\n")
file(WRITE ${OUT} "${content}")
