# Building: the interface (Vite) when its sources changed, then the program (CMake, Ninja).

# About 1.5 GB for a compiler at its worst; never more jobs than the memory allows.
build_jobs() {
    local cores memory_gb
    cores=$(nproc)
    memory_gb=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) * 2 / 3 / 1048576))
    [ "$memory_gb" -lt 1 ] && memory_gb=1
    echo $((cores < memory_gb ? cores : memory_gb))
}

# node_modules below the folder as its lock file says; TITLE names it on the terminal.
install_npm_lock() {
    local folder=$1 title=$2 stamp hash
    stamp=npm-$(tr / - <<<"$folder")
    hash=$(sha256sum <"$folder/package-lock.json")
    [ -d "$folder/node_modules" ] && stamp_is "$stamp" "$hash" && return 0
    step "Installing the npm packages of $title" "$stamp" npm ci --prefix "$folder" "${NPM_FLAGS[@]}" ||
        fail "the npm packages of $title cannot be installed (network?)"
    stamp_set "$stamp" "$hash"
}

install_web() { install_npm_lock web "the interface"; }

build_web() {
    local hash
    hash=$(content_hash web contract/openapi)
    [ -f web/dist/index.html ] && stamp_is web "$hash" && return 0
    install_web
    stamp_drop web
    step "Building the interface" web npm --prefix web run build || fail "the interface does not build"
    stamp_set web "$hash"
}

# configure PRESET [-DNAME=VALUE...]: nothing to do when that is how it is configured already (Ninja looks after the rest).
configure() {
    local preset=$1 option as_wanted=true
    shift
    for option in "$@"; do
        option=${option#-D}
        grep -qsE "^${option%%=*}:[A-Z]+=${option#*=}$" "build/$preset/CMakeCache.txt" || as_wanted=false
    done
    [ -f "build/$preset/build.ninja" ] && $as_wanted && return 0
    step "Configuring ($preset)" "cmake-$preset" cmake --preset "$preset" "$@" || fail "CMake cannot configure $preset"
}

# compile PRESET TARGET...
compile() {
    local preset=$1
    shift
    step "Compiling ($preset)" "ninja-$preset" ninja -C "build/$preset" -j "$(build_jobs)" "$@" ||
        fail "the C++ sources do not compile"
}

# compile_tests PRESET [FILTER]: the test programs whose name matches, everything when none does or there is no filter.
compile_tests() {
    local preset=$1 filter=${2:-} targets=()
    if [ -n "$filter" ]; then
        mapfile -t targets < <(ninja -C "build/$preset" -t targets all | sed -n 's/^\([a-z0-9_]*_test\): phony$/\1/p' | grep -v ^cmake_ | grep -E -- "$filter" || true)
    fi
    compile "$preset" "${targets[@]}"
}

# build_program PRESET: web/dist, then the program with it inside; hard-linked to build/clew, the engine beside it.
build_program() {
    local preset=$1
    build_web
    configure "$preset"
    compile "$preset" clew
    [ "build/$preset/src/clew" -ef build/clew ] || ln -f "build/$preset/src/clew" build/clew
    link_libchdb
}

link_libchdb() {
    ln -sfn "$(realpath --relative-to=build "$(libchdb_path)")" build/libchdb.so
}
