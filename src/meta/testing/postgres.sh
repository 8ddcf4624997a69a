#!/bin/sh
# A throw-away PostgreSQL for tests, reachable through a socket in DIR only.
#   postgres.sh start|pause|resume|stop DIR
# PostgreSQL refuses to run as root, hence setpriv. Without fsync: what is tested is our side.
set -eu
command=$1 dir=$2
bin=${CLEW_POSTGRES_BIN:-/usr/lib/postgresql/15/bin}
[ -x "$bin/initdb" ] || { echo "no PostgreSQL in $bin" >&2; exit 77; }
if [ "$(id -u)" = 0 ]; then
  as() { setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp "$@"; }
else
  as() { "$@"; }
fi
cd /
start() {
  as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/data/log" -o "-c listen_addresses='' -c unix_socket_directories=$dir \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=50" start >/dev/null
}
case $command in
  start)
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || chown postgres: "$dir"
    chmod 755 "$dir"
    as "$bin/initdb" -D "$dir/data" -U clew --auth=trust --no-sync -E UTF8 --locale=C.UTF-8 >/dev/null
    start ;;
  pause) as "$bin/pg_ctl" -D "$dir/data" -m fast stop >/dev/null ;;
  resume) start ;;
  stop) as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null ;;
esac
