# ./dev test: every stage runs even when an earlier one failed; the summary says which did.

source tools/dev/integrations.sh

test_everything() {
    local only='' filter=''
    while [ $# -gt 0 ]; do
        case "$1" in
            --only=*) only=${1#*=} ;;
            -*) fail "./dev test does not know $1 (see ./dev help)" ;;
            *) filter=$1 only=unit ;;
        esac
        shift
    done
    SUMMARY=() FAILED=0 TEST_STARTED=$SECONDS

    setup --test
    # One build for all stages: the tests and the program in the quickest preset, the interface inside.
    build_web
    configure dev -DCLEW_EMBED_WEB=ON
    if [ "$only" = unit ]; then compile_tests dev "$filter"; else compile dev; fi
    link_libchdb
    export CLEW_PROGRAM=$ROOT/build/dev/src/clew CLEW_LIBCHDB
    CLEW_LIBCHDB=$(libchdb_path)

    wanted unit && stage "unit, contract and API tests" run_ctest dev "$filter"
    wanted web && stage "interface: types, lint, unit tests" npm --prefix web run check
    wanted sdk && stage "real SDKs over loopback" run_pytest tests/sdk
    # Not part of a merge's tests: 2 GB of frameworks, and five to seven minutes from nothing.
    [ "$only" = integrations ] && stage "real frameworks, fake model" test_integrations
    wanted browser && stage "browser" run_browser_tests
    wanted crash && stage "kill -9 under load" "$PYTHON" tests/crash/crash_test.py --server "$CLEW_PROGRAM"
    wanted crash && stage "promises under faults" "$PYTHON" tests/reliability/reliability_test.py \
        --gate --server "$CLEW_PROGRAM" --clickhouse "$ROOT/build/dev/tests/clickhouse/clickhouse_server"
    summary
}

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# stage TITLE COMMAND...: runs with its output on the terminal (and in a log), notes time and result.
stage() {
    local title=$1 started=$SECONDS status=0 log
    shift
    log=$LOGS/test-$(tr 'A-Z' 'a-z' <<<"$title" | tr -cs 'a-z0-9\n' -).log
    mkdir -p "$LOGS"
    printf '\n%s== %s ==%s\n' "$BOLD" "$title" "$PLAIN"
    "$@" 2>&1 </dev/null | tee "$log" || status=${PIPESTATUS[0]}
    if [ "$status" -eq 0 ]; then
        SUMMARY+=("${GREEN}✓${PLAIN} $title ${DIM}($((SECONDS - started)) s)${PLAIN}")
    else
        SUMMARY+=("${RED}✗ $title${PLAIN} ($((SECONDS - started)) s, ${log#"$ROOT"/})")
        FAILED=$((FAILED + 1))
    fi
}

# run_ctest PRESET [FILTER]: FILTER is a regular expression over test programs, or a gtest pattern (Suite.Case).
run_ctest() {
    local preset=$1 filter=${2:-}
    case "$filter" in
        *.* | *\**) GTEST_FILTER=$filter ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure ;;
        '') ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure ;;
        *) ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure -R "$filter" --no-tests=error ;;
    esac
}

run_pytest() { build/venvs/runner/bin/python -m pytest -q -p no:cacheprovider "$@"; }

# web/e2e against a server of its own.
run_browser_tests() {
    build/venvs/runner/bin/python tests/sdk/support/with_server.py --fixtures -- npm --prefix web run e2e
}

summary() {
    local line
    printf '\n%sSummary%s (%d s)\n' "$BOLD" "$PLAIN" $((SECONDS - TEST_STARTED))
    for line in "${SUMMARY[@]}"; do say "  $line"; done
    [ "$FAILED" -eq 0 ] || fail "$FAILED of ${#SUMMARY[@]} stages failed"
    say_done "all ${#SUMMARY[@]} stages passed"
}
