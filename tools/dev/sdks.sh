# What tests/sdk runs: one Python environment for each generation of the SDK, one node_modules for each JS one.

SDK_ENVIRONMENTS=(runner langfuse2 langfuse3 langfuse4 langfuse5 opentelemetry)
SDK_NODE_PROJECTS=(langfuse3 langfuse4 langfuse5 opentelemetry)

install_sdks() {
    local name
    for name in "${SDK_ENVIRONMENTS[@]}"; do
        install_python_environment "$name" "tests/sdk/requirements/$name.txt"
    done
    for name in "${SDK_NODE_PROJECTS[@]}"; do
        install_npm_lock "tests/sdk/js/$name" "tests/sdk/js/$name"
    done
}

install_python_environment() {
    local name=$1 hash
    hash=$(sha256sum <"$2")
    [ -x "build/venvs/$name/bin/python" ] && stamp_is "venv-$name" "$hash" && return 0
    step "Installing Python packages ($name)" "venv-$name" make_python_environment "$name" "$2" ||
        fail "the Python packages of $2 cannot be installed (network?)"
    stamp_set "venv-$name" "$hash"
}

make_python_environment() {
    rm -rf "build/venvs/$1"
    "$PYTHON" -m venv "build/venvs/$1"
    "build/venvs/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$2"
}
