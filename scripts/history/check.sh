#!/usr/bin/env bash
# Runs whole histories through the built program, month by month, on SQLite and on PostgreSQL: `verify` after each month,
# equal exports from both databases, and every figure against the second computation in expect.py.
#
# check.sh TRIBUTARY_BINARY          PostgreSQL is taken from TRIBUTARY_TEST_POSTGRES (see scripts/with-postgres.sh)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
: "${TRIBUTARY_TEST_POSTGRES:?no PostgreSQL: run this through scripts/with-postgres.sh}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

play() { # DIR DATABASE OUT: the history in DIR, exported to OUT
    local dir=$1 database=$2 out=$3
    local t=("$binary" --database "$database")
    local company start end month at last
    read -r company start end < <(python3 -c 'import json,sys; p=json.load(open(sys.argv[1])); print(p["company"], p["start"], p["end"])' "$dir/plan.json")
    mkdir -p "$out"
    "${t[@]}" init --sandbox --now "$start" >/dev/null
    "${t[@]}" program apply "$dir/programme.toml" >/dev/null 2>&1
    "${t[@]}" import partners "$dir/partners.csv" --company "$company" >/dev/null
    while read -r month at; do
        "${t[@]}" run-due --until "$at" >/dev/null
        for kind in customers attributions transactions; do
            "${t[@]}" import "$kind" "$dir/$kind-$month.csv" --company "$company" >/dev/null
        done
        "${t[@]}" verify >"$out/verify.txt" 2>&1 || { echo "verify failed after $month on $database" >&2; cat "$out/verify.txt" >&2; exit 1; }
        last=$month
    done < <(python3 -c 'import json,sys; [print(s["month"], s["import_at"]) for s in json.load(open(sys.argv[1]))["steps"]]' "$dir/plan.json")
    # The last file once more: nothing may change.
    "${t[@]}" import transactions "$dir/transactions-$last.csv" --company "$company" >/dev/null
    "${t[@]}" run-due --until "$end" >/dev/null
    "${t[@]}" verify >"$out/verify.txt" 2>&1 || { echo "verify failed at the end on $database" >&2; cat "$out/verify.txt" >&2; exit 1; }
    rm "$out/verify.txt"
    for noun in partners customers transactions rewards invoices payouts receipts ledger; do
        "${t[@]}" export "$noun" --company "$company" --format jsonl >"$out/$noun.jsonl"
        "${t[@]}" export "$noun" --company "$company" --format csv >"$out/$noun.csv"
    done
}

fresh_postgres() { # NAME: an empty database in the test cluster, its URL on stdout
    psql -qX "$TRIBUTARY_TEST_POSTGRES" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" >/dev/null
    python3 - "$TRIBUTARY_TEST_POSTGRES" "$1" <<'PY'
import sys, urllib.parse
parts = urllib.parse.urlsplit(sys.argv[1])
print(urllib.parse.urlunsplit(parts._replace(path="/" + sys.argv[2])))
PY
}

check() { # NAME: the history in $work/NAME
    local name=$1 dir=$work/$1
    echo "history $name: SQLite"
    play "$dir" "sqlite://$work/$name.db" "$work/$name-sqlite"
    echo "history $name: PostgreSQL"
    play "$dir" "$(fresh_postgres "history_${name//-/_}")" "$work/$name-postgres"
    diff -rq "$work/$name-sqlite" "$work/$name-postgres" || { echo "SQLite and PostgreSQL differ" >&2; exit 1; }
    python3 "$here/expect.py" "$dir" "$work/$name-sqlite/rewards.jsonl" "$work/$name-sqlite/invoices.jsonl" "$work/$name-sqlite/payouts.jsonl"
}

passed=0
for zone in America/New_York Pacific/Apia America/Santiago; do
    name=invented-$((++passed))
    python3 "$here/generate.py" "$work/$name" --zone "$zone" --seed "$passed"
    check "$name"
done
sample=${TRIBUTARY_CDNOW:-$here/../../../shared/data/cdnow-sample.csv}
if [ -f "$sample" ]; then
    python3 "$here/generate.py" "$work/cdnow" --cdnow "$sample" --zone America/New_York
    check cdnow
    passed=$((passed + 1))
else
    echo "CDNOW: the sample is not at $sample, so this run did not use it (set TRIBUTARY_CDNOW)" >&2
fi
echo "histories: $passed passed, 0 failed"
