#!/usr/bin/env bash
# A throw-away PostgreSQL 15 of Debian for one command: with_postgres.sh DIR COMMAND...
# The command finds it through DATABASE_URL (a socket in DIR, user clew, no password). DIR must be absolute, and user
# postgres must be able to search its parents when we are root (PostgreSQL refuses to run as root). Stops it afterwards;
# DIR keeps the log. Exit status: the command's, or 3 when PostgreSQL is not installed.
set -euo pipefail

folder=${1:?usage: with_postgres.sh DIR COMMAND...}
shift
binaries=/usr/lib/postgresql/15/bin
[ -x $binaries/initdb ] || {
    echo "PostgreSQL 15 is not installed (Debian package postgresql-15)" >&2
    exit 3
}

as_user() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp "$@"
    else
        "$@"
    fi
}

mkdir -p "$folder"
if [ "$(id -u)" = 0 ]; then chown postgres: "$folder"; fi
here=$PWD
cd / # the postgres user may not be able to stay in ours
as_user $binaries/initdb -D "$folder/data" -U clew --auth=trust --no-sync -E UTF8 --locale=C.UTF-8 >/dev/null
trap 'cd /; as_user $binaries/pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder/data"' EXIT
as_user $binaries/pg_ctl -D "$folder/data" -w -l "$folder/log" -o "-c listen_addresses='' \
    -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c shared_buffers=32MB -c max_connections=50" start >/dev/null
cd "$here"
DATABASE_URL="postgresql://clew@/postgres?host=$folder" "$@"
