# How ./dev talks: one line per step with its time, details in build/logs, the end of the log when a step fails.

LOGS=$ROOT/build/logs
STAMPS=$ROOT/build/stamps
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
    BOLD='' DIM='' GREEN='' RED='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
say_done() { printf '%s✓%s %s\n' "$GREEN" "$PLAIN" "$*"; }
fail() {
    printf '%s✗ %s%s\n' "$RED" "$*" "$PLAIN" >&2
    exit 1
}

# What a long step last said about how far it is: ninja's [n/m], a test runner's percentage.
progress_of() {
    tail -c 2000 "$1" 2>/dev/null | grep -aoE '^\[[0-9]+/[0-9]+\]|\[ *[0-9]+%\]' | tail -n 1 || true
}

# step TITLE LOG COMMAND...: runs the command in a process group of its own with its output in build/logs/LOG.log.
# Shows the elapsed time while it runs; on failure prints the end of the log and returns the command's status.
step() {
    local title=$1 log=$LOGS/$2.log started=$SECONDS status=0 ticks=0 pid
    shift 2
    mkdir -p "$LOGS"
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    set +m
    trap 'kill -- -'"$pid"' 2>/dev/null; printf "\n"; exit 130' INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        if [ -t 1 ] && [ $((ticks % 5)) -eq 0 ]; then
            printf '\r\e[K%s… %s%ds %s%s' "$title" "$DIM" $((SECONDS - started)) "$(progress_of "$log")" "$PLAIN"
        elif [ ! -t 1 ] && [ $((ticks % 150)) -eq 0 ]; then
            printf '  %s… %ds %s\n' "$title" $((SECONDS - started)) "$(progress_of "$log")"
        fi
    done
    wait "$pid" || status=$?
    trap - INT TERM
    [ -t 1 ] && printf '\r\e[K'
    if [ "$status" -eq 0 ]; then
        say_done "$title ${DIM}($((SECONDS - started)) s)$PLAIN"
    else
        printf '%s✗ %s%s (%d s), the end of %s:\n' "$RED" "$title" "$PLAIN" $((SECONDS - started)) "${log#"$ROOT"/}"
        tail -n 40 "$log" | sed 's/^/    /'
    fi
    return "$status"
}

# True when the stamp NAME holds exactly TEXT: the step it stands for has been done for these inputs.
stamp_is() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
stamp_set() {
    mkdir -p "$STAMPS"
    printf '%s' "$2" >"$STAMPS/$1"
}
stamp_drop() { rm -f "$STAMPS/$1"; }

# One checksum over the content and names of files below the given paths; built and downloaded folders left out.
content_hash() {
    find "$@" \( -name node_modules -o -name dist -o -name __pycache__ \) -prune -o -type f -print0 2>/dev/null |
        LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}
