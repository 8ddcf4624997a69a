# clew_test_on_postgres(auth_test): runs the test program of a module once more, with its databases in a throw-away
# PostgreSQL (tests/postgres). Skipped where PostgreSQL is not installed.
include_guard(GLOBAL)

function(clew_test_on_postgres program)
  add_test(NAME ${program}_on_postgres
    COMMAND sh -c "d=$(mktemp -d) && chmod 755 $d || exit 1; '${CMAKE_SOURCE_DIR}/tests/postgres/with_postgres.sh' $d/server '$<TARGET_FILE:${program}>'; s=$?; rm -rf $d; exit $s"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${program}_on_postgres PROPERTIES SKIP_RETURN_CODE 3)
endfunction()
