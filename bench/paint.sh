#!/usr/bin/env bash
# bench/paint.sh BEFORE [AFTER RUNS]: when the first pages of partner and company are painted and usable on a phone with a slow network, for
# two programs, by Lighthouse's simulation of both. Writes docs/benchmarks/paint.md. AFTER is `make server`'s if it is not given.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

LIGHTHOUSE=13.5.0
[ $# -ge 1 ] || die "usage: bench/paint.sh BEFORE [AFTER RUNS]"
before="$1" after="${2:-$(server_bin release)}" runs="${3:-5}"
home="$(mktemp -d)"
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$home" "$table" "$progress"' EXIT

tools="$TRIBUTARY_CACHE/npm/lighthouse-$LIGHTHOUSE"
[ -d "$tools/node_modules/lighthouse" ] || npm install --no-audit --no-fund --prefix "$tools" "lighthouse@$LIGHTHOUSE" >&2
# Modules are looked for beside the script that asks for them.
cp bench/paint.mjs "$tools/paint.mjs"

# measure NAME PROGRAM: a line for each page.
measure() {
    local name="$1" program="$2" port=$((20000 + RANDOM % 30000))
    "$program" --database "sqlite://$home/$name.db" demo >/dev/null
    "$program" --database "sqlite://$home/$name.db" serve --listen "127.0.0.1:$port" --mail-dir "$home/$name-mail" >"$home/$name.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 300); do
        curl -sf "http://127.0.0.1:$port/health" >/dev/null && break
        sleep 0.1
    done
    node "$tools/paint.mjs" "http://127.0.0.1:$port" "$runs" "$(chromium_bin)" | sed "s/^/$name /" | tee -a "$home/all" >&2
    kill "${servers[-1]}"
}

measure before "$before"
measure after "$after"
{
    echo "# First paint on a phone"
    echo
    echo "Lighthouse $LIGHTHOUSE simulates a phone (processor four times slower) on a slow network (1.6 Mbit/s, 150 ms). Medians of $runs runs, in"
    echo "milliseconds: first and largest paint, time in which the page is busy and answers nobody, and when it is usable; and how much of it moves."
    echo
    echo "| page | | first paint | largest paint | busy | moves | usable |"
    echo "|---|---|---|---|---|---|---|"
    awk '{ print "| `" $2 "` | " $1 " | " $3 " | **" $4 "** | " $5 " | " $6 " | " $7 " |" }' "$home/all" | sort -s -k2,2
    about bench/paint.sh BEFORE
} | tee docs/benchmarks/paint.md
