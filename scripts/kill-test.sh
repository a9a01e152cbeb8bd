#!/usr/bin/env bash
# Kills the program at random moments while four of it work off what is due, on SQLite and on PostgreSQL, and asks after every
# month whether the books still hold and whether the exports are those of a run that nobody disturbed.
#
# kill-test.sh TRIBUTARY_BINARY [KILLS] [SEED]      kills per database (default 200); the seed repeats the choice of moments
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
kills_wanted=${2:-200}
seed=${3:-$RANDOM}
RANDOM=$seed
: "${TRIBUTARY_TEST_POSTGRES:?no PostgreSQL: run this through scripts/with-postgres.sh}"
# A worker that was killed keeps what it took for this long.
export TRIBUTARY_LEASE_SECONDS=1
work=$(mktemp -d)
export TRIBUTARY_MAIL_DIR=$work/mail
trap 'kill -9 $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
python3 "$here/history/generate.py" "$work/history" --seed 7
killed=0

# Four workers towards an instant, all of them killed at a random moment, again and again until four come through. Only workers that
# were at work count as killed.
disturbed() { # DATABASE UNTIL
    local database=$1 until=$2 round=0 pid state alive pids
    while :; do
        round=$((round + 1))
        pids=()
        for _ in 1 2 3 4; do
            "$binary" --database "$database" run-due --until "$until" >/dev/null 2>>"$work/worker.log" &
            pids+=($!)
        done
        sleep "$(printf '%d.%03d' $((round / 12)) $((20 + RANDOM % (60 + 15 * round))))"
        alive=0
        for pid in "${pids[@]}"; do
            state=$(awk '/^State:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
            if [ -n "$state" ] && [ "$state" != Z ]; then
                kill -9 "$pid" && alive=$((alive + 1))
            fi
        done
        wait "${pids[@]}" 2>/dev/null || true
        killed=$((killed + alive))
        [ "$alive" -gt 0 ] || break
    done
    "$binary" --database "$database" run-due --until "$until" >/dev/null
}

calm() { "$binary" --database "$1" run-due --until "$2" >/dev/null; }

play() { # HOW DATABASE OUT
    local how=$1 database=$2 out=$3 dir=$work/history month at end kind
    local t=("$binary" --database "$database")
    mkdir -p "$out"
    "${t[@]}" init --sandbox --now "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["start"])' "$dir/plan.json")" >/dev/null
    "${t[@]}" program apply "$dir/programme.toml" >/dev/null 2>&1
    "${t[@]}" import partners "$dir/partners.csv" --company history >/dev/null
    while read -r month at; do
        "$how" "$database" "$at" 2>>"$work/shell.log"
        for kind in customers attributions transactions; do
            "${t[@]}" import "$kind" "$dir/$kind-$month.csv" --company history >/dev/null
        done
        "${t[@]}" verify >"$work/verify.txt" 2>&1 || { echo "broken after $month on $database (seed $seed):" >&2; cat "$work/verify.txt" >&2; exit 1; }
    done < <(python3 -c 'import json,sys; [print(s["month"], s["import_at"]) for s in json.load(open(sys.argv[1]))["steps"]]' "$dir/plan.json")
    end=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["end"])' "$dir/plan.json")
    "$how" "$database" "$end" 2>>"$work/shell.log"
    "${t[@]}" verify >"$work/verify.txt" 2>&1 || { echo "broken at the end on $database (seed $seed):" >&2; cat "$work/verify.txt" >&2; exit 1; }
    for noun in rewards invoices payouts ledger; do
        "${t[@]}" export "$noun" --company history --format jsonl >"$out/$noun.jsonl"
    done
}

postgres=$(python3 - "$TRIBUTARY_TEST_POSTGRES" <<'PY'
import sys, urllib.parse
print(urllib.parse.urlunsplit(urllib.parse.urlsplit(sys.argv[1])._replace(path="/killed")))
PY
)

play calm "sqlite://$work/calm.db" "$work/calm"
for kind in sqlite postgres; do
    before=$killed
    plays=0
    while [ $((killed - before)) -lt "$kills_wanted" ]; do
        plays=$((plays + 1))
        case $kind in
            sqlite) database=sqlite://$work/killed-$plays.db ;;
            postgres)
                psql -qX "$TRIBUTARY_TEST_POSTGRES" -c "DROP DATABASE IF EXISTS killed" -c "CREATE DATABASE killed" >/dev/null 2>&1
                database=$postgres
                ;;
        esac
        play disturbed "$database" "$work/$kind-$plays"
        diff -rq "$work/calm" "$work/$kind-$plays" || { echo "exports differ from those of an undisturbed run (seed $seed)" >&2; exit 1; }
    done
    echo "$kind: $((killed - before)) workers killed at work in $plays histories, the books held after every month (seed $seed)"
    [ $kind = sqlite ] && name=SQLite || name=PostgreSQL
    echo "kills | workers killed, $name | faults $((killed - before)) | lost 0 | doubled 0"
done
echo "kills: $killed passed, 0 failed"
