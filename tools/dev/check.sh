# Checks beyond the tests: formatting, house rules, sanitizers, fuzzing, clang-tidy.

cpp_files() { git ls-files -co --exclude-standard '*.cc' '*.h'; }

need_test_tools() {
    setup --test
    source tools/dev/test.sh
    SUMMARY=() FAILED=0 TEST_STARTED=$SECONDS
}

do_fmt() {
    setup --test
    cpp_files | xargs -r clang-format-19 -i
    say_done "formatted"
}

do_check() {
    need_test_tools
    stage "formatting" check_format
    stage "layers" "$PYTHON" tools/check_layers.py
    stage "house rules" "$PYTHON" tools/tidy.py
    stage "includes" "$PYTHON" tools/check_includes.py
    stage "headers compile alone" "$PYTHON" tools/check_headers.py
    stage "address and undefined sanitizer" run_sanitized asan
    summary
}

do_asan() {
    need_test_tools
    stage "address and undefined sanitizer" run_sanitized asan "$@"
    summary
}

do_tsan() {
    need_test_tools
    stage "thread sanitizer" run_sanitized tsan "$@"
    summary
}

check_format() { cpp_files | xargs -r clang-format-19 --dry-run -Werror && echo "all formatted"; }

# run_sanitized asan|tsan [FILTER]: the C++ tests of that preset. The ClickHouse engine does not run inside a sanitized
# process (it crashes in its threads), so tests that need it talk to the same engine as a server.
run_sanitized() {
    local preset=$1 filter=${2:-.}
    configure "$preset"
    compile_tests "$preset" "${2:-}"
    compile "$preset" clickhouse_server
    export CLEW_LIBCHDB CLEW_TEST_ENGINE=server ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
    CLEW_LIBCHDB=$(libchdb_path)
    export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 ASAN_OPTIONS=detect_leaks=1
    ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure -R "$filter" --no-tests=error
}

# ./dev fuzz [TARGET] [SECONDS]: one target or all, each for that long; starts from tests/corpus/TARGET, new inputs go to
# build/fuzz-corpus.
do_fuzz() {
    [[ ${1:-} =~ ^[0-9]+$ ]] && set -- "" "$1"
    local only=${1:-} seconds=${2:-60} targets target corpus
    setup --test
    configure fuzz
    mapfile -t targets < <(ninja -C build/fuzz -t targets all | sed -n 's/^\([a-z0-9_]*_fuzz\): phony$/\1/p' | grep -v ^cmake_ | sort -u)
    [ -z "$only" ] || targets=("${only%_fuzz}_fuzz")
    compile fuzz "${targets[@]}"
    for target in "${targets[@]}"; do
        corpus=tests/corpus/${target%_fuzz}
        mkdir -p "build/fuzz-corpus/$target"
        say "${BOLD}== $target, $seconds s ==${PLAIN}"
        local inputs=("build/fuzz-corpus/$target")
        [ -d "$corpus" ] && inputs+=("$corpus")
        "$(find build/fuzz -name "$target" -type f -perm -u+x | head -n 1)" -max_total_time="$seconds" -rss_limit_mb=2048 \
            -artifact_prefix="build/fuzz-corpus/$target-" -print_final_stats=1 "${inputs[@]}" 2>&1 |
            grep -vE '^#[0-9]+[[:space:]]+(NEW|REDUCE|pulse)' || fail "$target found an input that fails"
    done
    say_done "nothing found"
}

do_tidy() {
    local files=("$@")
    setup --test
    configure dev
    if [ ${#files[@]} -eq 0 ]; then
        mapfile -t files < <(git diff --name-only --diff-filter=d "$(git merge-base HEAD origin/main 2>/dev/null || echo HEAD~1)" -- 'src/*.cc')
    fi
    [ ${#files[@]} -gt 0 ] || { say_done "no changed sources"; return 0; }
    clang-tidy-19 -p build/dev --quiet "${files[@]}"
}
