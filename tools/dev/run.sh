# ./dev run: Clew with its embedded stores, a demo project, sample traces, and a banner that says what to copy.

run_demo() {
    local listen=127.0.0.1:3000 data=$ROOT/.data demo=true
    while [ $# -gt 0 ]; do
        case "$1" in
            --listen=*) listen=${1#*=} ;;
            --listen) listen=${2:?--listen needs HOST:PORT} && shift ;;
            --data-dir=*) data=${1#*=} ;;
            --data-dir) data=${2:?--data-dir needs a directory} && shift ;;
            --no-demo) demo=false ;;
            *) fail "./dev run does not know $1 (see ./dev help)" ;;
        esac
        shift
    done
    local host=${listen%:*} port=${listen##*:}
    [ "$host" = 0.0.0.0 ] && host=127.0.0.1

    mkdir -p "$data"
    data=$(realpath "$data")
    if already_running "$data" "$host" "$port"; then
        demo_settings "$data"
        say_done "Clew is already running (process $(cat "$data/clew.pid"))"
        banner "http://$host:$port" "$data"
        return 0
    fi
    ! port_answers "$host" "$port" ||
        fail "port $port is taken by another program: ./dev run --listen $host:$((port + 1))"

    setup
    build_program release
    demo_settings "$data"
    serve "$listen" "$data"
    trap 'stop_server' INT TERM
    wait_until_ready "$host" "$port" "$data/clew.log"
    if $demo && [ ! -f "$data/demo.sent" ]; then
        step "Sending sample traces" demo "$PYTHON" tools/demo/send.py --url "http://$host:$port" \
            --public-key "$LANGFUSE_INIT_PROJECT_PUBLIC_KEY" --secret-key "$LANGFUSE_INIT_PROJECT_SECRET_KEY" &&
            touch "$data/demo.sent"
        trap 'stop_server' INT TERM
    fi
    banner "http://$host:$port" "$data"
    wait_for_server
}

already_running() {
    local pid
    pid=$(cat "$1/clew.pid" 2>/dev/null) || return 1
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = clew ] && [ "$(http_status "$2" "$3" /api/public/health)" = 200 ]
}

port_answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# The status of a GET, without needing curl; empty when nobody answers.
http_status() {
    (
        exec 3<>"/dev/tcp/$1/$2" || exit 0
        printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$3" "$1" >&3
        read -r -t 5 _ status _ <&3 && echo "$status"
    ) 2>/dev/null
}

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# The demo organisation, project, user and keys: made up once for a data directory and remembered in it.
demo_settings() {
    local file=$1/demo.env
    if [ ! -f "$file" ]; then
        (
            umask 077
            cat >"$file" <<TEXT
LANGFUSE_INIT_ORG_ID=demo-organization
LANGFUSE_INIT_ORG_NAME=Demo
LANGFUSE_INIT_PROJECT_ID=demo-project
LANGFUSE_INIT_PROJECT_NAME="Travel assistant"
LANGFUSE_INIT_PROJECT_PUBLIC_KEY=pk-lf-demo-$(random_hex 8)
LANGFUSE_INIT_PROJECT_SECRET_KEY=sk-lf-demo-$(random_hex 16)
LANGFUSE_INIT_USER_EMAIL=demo@clew.local
LANGFUSE_INIT_USER_NAME=Demo
LANGFUSE_INIT_USER_PASSWORD=clew-$(random_hex 5)-1
TEXT
        )
    fi
    set -a
    # shellcheck source=/dev/null
    source "$file"
    set +a
}

serve() {
    local listen=$1 data=$2
    set -m
    CLEW_LIBCHDB=$(libchdb_path) NEXTAUTH_URL=${NEXTAUTH_URL:-http://$listen} CLEW_INIT_SHOW_SIGN_IN=true \
        CLEW_OTLP_DEFAULT_PROJECT=${CLEW_OTLP_DEFAULT_PROJECT-$LANGFUSE_INIT_PROJECT_ID} \
        build/clew serve --data-dir "$data/store" --listen "$listen" >>"$data/clew.log" 2>&1 </dev/null &
    SERVER_PID=$!
    set +m
    SERVER_PID_FILE=$data/clew.pid SERVER_LOG=$data/clew.log
    echo "$SERVER_PID" >"$SERVER_PID_FILE"
}

wait_until_ready() {
    local started=$SECONDS
    until [ "$(http_status "$1" "$2" /api/public/ready)" = 200 ]; do
        if ! kill -0 "$SERVER_PID" 2>/dev/null || [ $((SECONDS - started)) -gt 60 ]; then
            tail -n 20 "$3" | sed 's/^/    /' >&2
            stop_server_quietly
            fail "Clew did not start; its log is $3"
        fi
        sleep 0.05
    done
}

stop_server_quietly() {
    kill -TERM "$SERVER_PID" 2>/dev/null || true
    wait "$SERVER_PID" 2>/dev/null || true
    rm -f "$SERVER_PID_FILE"
}

stop_server() {
    printf '\nStopping…\n'
    stop_server_quietly
    exit 0
}

wait_for_server() {
    local status=0
    wait "$SERVER_PID" || status=$?
    rm -f "$SERVER_PID_FILE"
    [ "$status" -eq 0 ] || fail "Clew ended with status $status; the end of its log: $(tail -n 3 "$SERVER_LOG" 2>/dev/null)"
}

# What the server said of the default ports of OpenTelemetry when it started last.
local_otlp() {
    local lines
    lines=$(tac "$1" | sed '/Clew is ready/q' | sed -n 's/^ *OTLP, no key *//p')
    if [ -n "$lines" ]; then
        printf 'Exporters on this machine need none of these settings:\n\n'
        printf '%s\n' "$lines" | sed 's/^/  /'
    else
        printf 'Exporters on this machine need these settings too: the default ports 4317 and 4318\n'
        printf 'are taken by another program (see the log).\n'
    fi
}

banner() {
    local url=$1 data=$2 auth
    auth=$(printf '%s:%s' "$LANGFUSE_INIT_PROJECT_PUBLIC_KEY" "$LANGFUSE_INIT_PROJECT_SECRET_KEY" | base64 -w0)
    cat <<TEXT

${BOLD}Clew is running.${PLAIN}  Stop with Ctrl-C; the data stays.

  Open        ${BOLD}$url${PLAIN}
  Sign in     $LANGFUSE_INIT_USER_EMAIL   password  $LANGFUSE_INIT_USER_PASSWORD
  Project     $LANGFUSE_INIT_PROJECT_NAME ($LANGFUSE_INIT_PROJECT_ID)
  API         $url/api/public
  OTLP        $url/api/public/otel   (HTTP, protobuf or JSON)
  Storage     embedded: ClickHouse engine, SQLite, files in $data/store
  Log         $data/clew.log

${BOLD}Langfuse SDKs, Python and JavaScript${PLAIN} read these:

  export LANGFUSE_BASE_URL=$url LANGFUSE_HOST=$url
  export LANGFUSE_PUBLIC_KEY=$LANGFUSE_INIT_PROJECT_PUBLIC_KEY
  export LANGFUSE_SECRET_KEY=$LANGFUSE_INIT_PROJECT_SECRET_KEY

${BOLD}Python${PLAIN}   pip install langfuse

  from langfuse import get_client
  langfuse = get_client()
  with langfuse.start_as_current_observation(name="hello", as_type="generation", model="gpt-4o-mini",
                                             input="Say hello", output="Hello!"):
      pass
  langfuse.flush()

${BOLD}JavaScript${PLAIN}   npm install @langfuse/tracing @langfuse/otel @opentelemetry/sdk-trace-node

  import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
  import { LangfuseSpanProcessor } from "@langfuse/otel";
  import { startObservation } from "@langfuse/tracing";
  const processor = new LangfuseSpanProcessor();
  new NodeTracerProvider({ spanProcessors: [processor] }).register();
  startObservation("hello", { model: "gpt-4o-mini", input: "Say hello", output: "Hello!" },
                   { asType: "generation" }).end();
  await processor.forceFlush();

${BOLD}OpenTelemetry${PLAIN}, any language

  export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=$url/api/public/otel/v1/traces
  export OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf
  export OTEL_EXPORTER_OTLP_TRACES_HEADERS="Authorization=Basic%20$auth"

$(local_otlp "$data/clew.log")

TEXT
}
