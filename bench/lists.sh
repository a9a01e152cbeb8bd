#!/usr/bin/env bash
# bench/lists.sh [ROWS ROUNDS]: every page of Review Rewards, All partners and Customers among ROWS rows, against the same page among
# a thousand, on SQLite and PostgreSQL, as they are read from the database and, where there is a server, as a browser waits for them.
# Writes docs/benchmarks/lists.md. TRIBUTARY_BINARY names the server; otherwise `make server`'s is taken. The SQLite databases are
# kept for the next run; so are those of PostgreSQL where TRIBUTARY_TEST_POSTGRES names a cluster that stays.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

rows="${1:-1000000}"
rounds="${2:-3}"
binary="${TRIBUTARY_BINARY:-$(server_bin release)}"
home="$(mktemp -d)"
# Other rows or another schema: other databases.
kept="lists-$rows-$(cat data/benches/support/company.rs data/src/store/migrations/*.rs | sha256sum | cut -c1-12)"
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

# both NAME FEW MANY: fills two databases, if they are new, and measures their pages; then asks two servers for the same pages.
both() {
    local name="$1" few="$2" many="$3" database first
    if [ -x "$binary" ]; then
        for database in "$few" "$many"; do
            "$binary" --database "$database" init --sandbox --now 2026-11-15T12:00:00Z >/dev/null
        done
    fi
    export TRIBUTARY_BENCH_KEEP="$few,$many"
    cargo bench --locked -q -p data --bench lists -- "$rows" "$rounds" 2>>"$home/read-slow" >"$home/one"
    # The head of the table stands once.
    if [ -e "$home/read" ]; then tail -n +3 "$home/one"; else cat "$home/one"; fi | tee -a "$home/read"
    [ -x "$binary" ] || return 0
    TRIBUTARY_BENCH_ADDRESSES="$home/addresses" cargo bench --locked -q -p data --bench lists -- "$rows" >/dev/null
    for database in "$few" "$many"; do
        echo "a long bench password" |
            "$binary" --database "$database" user add --email owner@bench.example --company bench --role owner >/dev/null 2>&1 || true
    done
    serve "$few" "$home/few.log"
    first="$served"
    serve "$many" "$home/many.log"
    python3 bench/pages.py "$name" "$first" "$served" "$home/addresses" "$rounds" 2>>"$home/slow" | tee -a "$home/served"
    kill "${servers[@]}"
    wait "${servers[@]}" 2>/dev/null || true
    servers=()
}

if [ "${LISTS_PART:-}" = postgres ]; then
    home="$LISTS_HOME"
    trap 'kill "${servers[@]}" 2>/dev/null || true; rm -f "$table" "$progress"' EXIT
    server="${TRIBUTARY_TEST_POSTGRES%/*}"
    for database in few many; do
        "$(postgres_bin)/psql" -q "$TRIBUTARY_TEST_POSTGRES" -c "CREATE DATABASE \"$kept-$database\"" 2>/dev/null || true
    done
    both PostgreSQL "$server/$kept-few" "$server/$kept-many"
    exit
fi

build_bench lists
mkdir -p "$TRIBUTARY_CACHE/bench"
find "$TRIBUTARY_CACHE/bench" -name 'lists-*' ! -name "$kept-*" -delete
both SQLite "sqlite://$TRIBUTARY_CACHE/bench/$kept-few.db" "sqlite://$TRIBUTARY_CACHE/bench/$kept-many.db"
export LISTS_PART=postgres LISTS_HOME="$home" TRIBUTARY_BINARY="$binary"
if [ -n "${TRIBUTARY_TEST_POSTGRES:-}" ]; then
    bench/lists.sh "$rows" "$rounds"
else
    scripts/with-postgres.sh bench/lists.sh "$rows" "$rounds"
fi
{
    echo "# Lists"
    echo
    echo "Review Rewards, All partners and Customers: every filter and sort, several filters together, the first page and one from the"
    echo "middle, first among a thousand rows (A), then among very many (B), A B B A per round. One row in fifty belongs to one partner,"
    echo "two years lie behind the company, October is in review. There is a customer for every ten rewards."
    echo
    echo "A list is fast enough when the p95 of its pages is at most twice that among a thousand rows or 25 ms more, and each page"
    echo "takes at most four times as long or 100 ms more, whichever allows more. \`pages above\`: how many take longer. The worst page is the"
    echo "one with the greatest difference."
    echo
    echo "## As they are read"
    echo
    echo "Names, totals, tabs and all, in one process, without the page around them. \`processor\`: processor time of the process,"
    echo "SQLite's included, among many rows ÷ among few. \`rows read\`: what PostgreSQL counts as returned and fetched, the mean of"
    echo "all pages, among few → among many."
    echo
    cat "$home/read"
    slowest "$home/read-slow" ""
    if [ -e "$home/served" ]; then
        echo
        echo "## As a browser waits for them"
        echo
        echo "The whole page from \`tributary serve\`, signed in, without JavaScript: one request after the other."
        echo
        echo "| database | list | pages | p95 of 1000 rows | p95 of $rows rows | ratio, difference | worst page: 1000 → $rows rows | ratio, difference | pages above |"
        echo "|---|---|---|---|---|---|---|---|---|"
        cat "$home/served"
        slowest "$home/slow" " served"
    fi
    about bench/lists.sh "$@"
} >docs/benchmarks/lists.md
