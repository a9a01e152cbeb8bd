#!/usr/bin/env bash
# bench/memory.sh [PAGES AT_ONCE RUNS]: how much memory `serve` takes at most while the demo company's screens are read.
# Writes docs/benchmarks/memory.md. TRIBUTARY_BINARY names the program; otherwise `make server`'s is taken.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

pages="${1:-960}"
at_once="${2:-8}"
runs="${3:-3}"
binary="${TRIBUTARY_BINARY:-$(server_bin release)}"
[ -x "$binary" ] || die "No server at $binary. Run make server."
home="$(mktemp -d)"
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$home" "$table" "$progress"' EXIT

# measure DATABASE: one run; "start peak end" in MB and what was read.
measure() {
    local port=$((20000 + RANDOM % 30000)) start read
    "$binary" --database "$1" serve --listen "127.0.0.1:$port" --mail-dir "$home/mail" >"$home/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        curl -sf "http://127.0.0.1:$port/health" >/dev/null && break
        sleep 0.1
    done
    start="$(resident VmRSS)"
    read="$(python3 bench/load.py "http://127.0.0.1:$port" "$pages" "$at_once")"
    echo "$start $(resident VmHWM) $(resident VmRSS) $(resident RssAnon) $(resident RssFile) $read"
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
}

resident() {
    awk -v of="$1:" '$1 == of { printf "%.1f", $2 / 1024 }' "/proc/$server/status"
}

rows() {
    local name="$1" address="$2" run start peak end anonymous file read
    for run in $(seq "$runs"); do
        read -r start peak end anonymous file read < <(measure "$address")
        echo "| $name | $run | $start MB | **$peak MB** | $end MB | $anonymous MB | $file MB | $read |"
    done
}

postgres_rows() {
    local address="${TRIBUTARY_TEST_POSTGRES%/*}/postgres"
    "$binary" --database "$address" demo >/dev/null
    rows PostgreSQL "$address"
}

if [ "${MEMORY_PART:-}" = postgres ]; then
    postgres_rows
    exit
fi
{
    echo "| database | run | at the start | peak | at the end | of it data | of it program | read |"
    echo "|---|---|---|---|---|---|---|---|"
    "$binary" --database "sqlite://$home/demo.db" demo >/dev/null
    rows SQLite "sqlite://$home/demo.db"
    MEMORY_PART=postgres TRIBUTARY_BINARY="$binary" scripts/with-postgres.sh bench/memory.sh "$pages" "$at_once" "$runs"
} | tee "$table"
{
    echo "# Memory"
    echo
    echo "The largest resident memory (VmHWM) of \`tributary serve\` on the demo company while its screens are read, $at_once requests at"
    echo "a time, by its owner and a partner, with a new sign-in every thirty pages (\`bench/load.py\`). A hash of a password takes"
    echo "19 MB for its time. The program's own pages count where they were touched."
    echo
    cat "$table"
    about bench/memory.sh "$@"
} >docs/benchmarks/memory.md
