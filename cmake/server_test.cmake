# clew_test_on_server(query_test): runs the test program of a module once more, with its analytics store in a ClickHouse
# server of its own process (tests/clickhouse) that the remote engine talks to. Each program starts its server, which
# takes half a second, so that they stay independent. Further arguments go to the program.
include_guard(GLOBAL)

function(clew_test_on_server program)
  add_test(NAME ${program}_on_server COMMAND ${program} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${program}_on_server PROPERTIES ENVIRONMENT "CLEW_TEST_ENGINE=server")
endfunction()
