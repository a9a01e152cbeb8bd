#!/usr/bin/env bash
# bench/lists.sh [ROWS ROUNDS]: every page of Review Rewards and All partners among ROWS rows, against the same page among a
# thousand, on SQLite and PostgreSQL: as a browser waits for them, and as they are read from the database. Writes
# docs/benchmarks/lists.md. TRIBUTARY_BINARY names the program; otherwise `make server`'s is taken.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

rows="${1:-1000000}"
rounds="${2:-3}"
binary="${TRIBUTARY_BINARY:-$(server_bin release)}"
[ -x "$binary" ] || die "No server at $binary. Run make server."
home="$(mktemp -d)"
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$home" "$table" "$progress"' EXIT

# serve DATABASE LOG: a server for it; its address is in $served.
serve() {
    local port=$((20000 + RANDOM % 30000))
    "$binary" --database "$1" serve --listen "127.0.0.1:$port" --mail-dir "$home/mail" >"$2" 2>&1 &
    servers+=($!)
    served="http://127.0.0.1:$port"
    for _ in $(seq 300); do
        curl -sf "$served/health" >/dev/null && return
        sleep 0.1
    done
    die "The server did not start: $(cat "$2")"
}

# both NAME FEW MANY: fills two databases, asks two servers for their pages, then measures the same pages without them.
both() {
    local name="$1" few="$2" many="$3" database first
    for database in "$few" "$many"; do
        "$binary" --database "$database" init --sandbox --now 2026-11-15T12:00:00Z >/dev/null
    done
    export TRIBUTARY_BENCH_KEEP="$few,$many"
    TRIBUTARY_BENCH_ADDRESSES="$home/addresses" cargo bench --locked -q -p data --bench lists -- "$rows" >/dev/null
    for database in "$few" "$many"; do
        echo "a long bench password" |
            "$binary" --database "$database" user add --email owner@bench.example --company bench --role owner >/dev/null
    done
    serve "$few" "$home/few.log"
    first="$served"
    serve "$many" "$home/many.log"
    python3 bench/pages.py "$name" "$first" "$served" "$home/addresses" "$rounds" 2>>"$home/slow" | tee -a "$home/served"
    kill "${servers[@]}"
    wait "${servers[@]}" 2>/dev/null || true
    servers=()
    cargo bench --locked -q -p data --bench lists -- "$rows" "$rounds" 2>>"$home/read-slow" >"$home/one"
    # The head of the table stands once.
    if [ -e "$home/read" ]; then tail -n +3 "$home/one"; else cat "$home/one"; fi | tee -a "$home/read"
}

if [ "${LISTS_PART:-}" = postgres ]; then
    home="$LISTS_HOME"
    trap 'kill "${servers[@]}" 2>/dev/null || true; rm -f "$table" "$progress"' EXIT
    server="${TRIBUTARY_TEST_POSTGRES%/*}"
    for database in few many; do
        "$(postgres_bin)/psql" -q "$TRIBUTARY_TEST_POSTGRES" -c "CREATE DATABASE bench_$database"
    done
    both PostgreSQL "$server/bench_few" "$server/bench_many"
    exit
fi

build_bench lists
both SQLite "sqlite://$home/few.db" "sqlite://$home/many.db"
rm -f "$home"/*.db*
LISTS_PART=postgres LISTS_HOME="$home" TRIBUTARY_BINARY="$binary" scripts/with-postgres.sh bench/lists.sh "$rows" "$rounds"
{
    echo "# Lists"
    echo
    echo "Review Rewards and All partners: every filter and sort, several filters together, the first page and one from the middle,"
    echo "first among a thousand rows (A), then among very many (B), A B B A per round. A page's own ratio is the median of its"
    echo "rounds' ratios. One row in fifty belongs to one partner, two years lie behind the company, October is in review."
    echo
    echo "## As a browser waits for them"
    echo
    echo "The whole page from \`tributary serve\`, signed in, without JavaScript: one request after the other. The ratio of the p95s is"
    echo "to stay below 1.5; the goal is 1.2."
    echo
    echo "| database | list | pages | p95 of 1000 rows | p95 of $rows rows | ratio of the p95s | each page's own ratio: median, p95, worst | above 1.2 | above 1.5 |"
    echo "|---|---|---|---|---|---|---|---|---|"
    cat "$home/served"
    slowest "$home/slow" " served"
    echo
    echo "## As they are read"
    echo
    echo "Names, totals, tabs and all, in one process, without the page around them. \`processor\`: processor time of the process,"
    echo "SQLite's included, among many rows ÷ among few. \`rows read\`: what PostgreSQL counts as returned and fetched, the mean of"
    echo "all pages, among few → among many."
    echo
    cat "$home/read"
    slowest "$home/read-slow" ""
    about bench/lists.sh "$@"
} >docs/benchmarks/lists.md
