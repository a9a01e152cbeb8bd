#!/usr/bin/env bash
# bench/memory.sh [PAGES AT_ONCE RUNS]: how much memory `serve` takes at most while the demo company's screens are read, while visitors send
# large forms, and while and after many connections are open.
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

# start DATABASE: serves it at $url.
start() {
    local port=$((20000 + RANDOM % 30000))
    url="http://127.0.0.1:$port"
    "$binary" --database "$1" serve --listen "127.0.0.1:$port" --mail-dir "$home/mail" >"$home/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        curl -sf "$url/health" >/dev/null && break
        sleep 0.1
    done
}

stop() {
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
}

# measure DATABASE: one run; "start peak end" in MB and what was read.
measure() {
    local begun read
    start "$1"
    begun="$(resident VmRSS)"
    read="$(python3 bench/load.py "$url" "$pages" "$at_once")"
    echo "$begun $(resident VmHWM) $(resident VmRSS) $(resident RssAnon) $(resident RssFile) $read"
    stop
}

resident() {
    awk -v of="$1:" '$1 == of { printf "%.1f", $2 / 1024 }' "/proc/$server/status"
}

# crowds NAME DATABASE: a row for each crowd, each on a server of its own. What is kept is read ten seconds after they have gone.
crowds() {
    local name="$1" database="$2" what count begun told
    while read -r what count; do
        start "$database"
        begun="$(resident VmRSS)"
        told="$(python3 bench/crowd.py "$url" "$what" "$count")"
        sleep 10
        echo "| $name | $begun MB | **$(resident VmHWM) MB** | $(resident VmRSS) MB | $told |"
        stop
    done <<<$'forms 64\nconnections 500'
}

rows() {
    local name="$1" address="$2" run begun peak end anonymous file read
    for run in $(seq "$runs"); do
        read -r begun peak end anonymous file read < <(measure "$address")
        echo "| $name | $run | $begun MB | **$peak MB** | $end MB | $anonymous MB | $file MB | $read |"
    done
}

postgres_rows() {
    local address="${TRIBUTARY_TEST_POSTGRES%/*}/postgres"
    "$binary" --database "$address" demo >/dev/null
    rows PostgreSQL "$address"
    crowds PostgreSQL "$address" >"$home/crowds"
    cat "$home/crowds" >>"$CROWDS"
}

if [ "${MEMORY_PART:-}" = postgres ]; then
    postgres_rows
    exit
fi
export CROWDS="$home/all_crowds"
{
    echo "| database | run | at the start | peak | at the end | of it data | of it program | read |"
    echo "|---|---|---|---|---|---|---|---|"
    "$binary" --database "sqlite://$home/demo.db" demo >/dev/null
    rows SQLite "sqlite://$home/demo.db"
    crowds SQLite "sqlite://$home/demo.db" >"$CROWDS"
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
    echo
    echo "Crowds (\`bench/crowd.py\`): visitors who each send a form of 2 MB with 500,000 fields at once, and connections that are opened at once, ask"
    echo "for a page and stay until all have it. What is kept is read ten seconds after they have gone."
    echo
    echo "| database | at the start | peak | kept | answers |"
    echo "|---|---|---|---|---|"
    cat "$CROWDS"
    about bench/memory.sh "$@"
} >docs/benchmarks/memory.md
