#!/usr/bin/env bash
# scripts/with-postgres.sh CMD…: runs CMD with a PostgreSQL cluster of its own, whose address is in TRIBUTARY_TEST_POSTGRES; the programs
# of its version (psql, pg_dump) are in TRIBUTARY_TEST_POSTGRES_BIN.
# The cluster is made for this run, never by root, and is stopped and removed whatever becomes of CMD.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"

[ $# -gt 0 ] || die "usage: scripts/with-postgres.sh CMD…"
bin="$(postgres_bin)"
[ -n "$bin" ] || die "No PostgreSQL server programs here. Run scripts/setup.sh tests."

home="$(mktemp -d /tmp/tributary-postgres.XXXXXX)"
cluster="$home/cluster"
child=
# initdb and postgres refuse to run as root.
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || die "No system user 'postgres' to run PostgreSQL as. Run scripts/setup.sh tests."
    as_postgres() { (cd "$home" && setpriv --reuid postgres --regid postgres --init-groups "$@"); }
    chown postgres: "$home"
else
    as_postgres() { (cd "$home" && "$@"); }
fi

cleanup() {
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null || true
    fi
    if [ -e "$cluster/postmaster.pid" ]; then
        as_postgres "$bin/pg_ctl" -D "$cluster" -m immediate -w stop >/dev/null 2>&1 || true
    fi
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '%s\n' "$password" | as_postgres tee "$home/password" >/dev/null
as_postgres "$bin/initdb" -D "$cluster" -U tributary --auth=md5 --pwfile="$home/password" \
    --encoding=UTF8 --no-locale --no-sync >"$home/log" 2>&1 || die "initdb failed: $(cat "$home/log")"

# Nothing here must survive a crash, so nothing waits for the disk.
as_postgres tee -a "$cluster/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$home'
max_connections = 200
shared_buffers = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
checkpoint_timeout = 1h
autovacuum_naptime = 10s
timezone = 'UTC'
CONF

port=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    try=$((20000 + RANDOM % 30000))
    if as_postgres "$bin/pg_ctl" -D "$cluster" -o "-p $try" -l "$home/server.log" -w -t 60 start >/dev/null 2>&1; then
        port=$try
        break
    fi
done
[ -n "$port" ] || die "PostgreSQL did not start: $(as_postgres cat "$home/server.log")"

export TRIBUTARY_TEST_POSTGRES="postgres://tributary:$password@127.0.0.1:$port/postgres"
export TRIBUTARY_TEST_POSTGRES_BIN="$bin"
say "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1) on port $port"

# In the background, so that a signal is answered at once and not after CMD.
"$@" <&0 &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
