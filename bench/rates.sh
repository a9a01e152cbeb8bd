#!/usr/bin/env bash
# bench/rates.sh BEFORE [AFTER SECONDS AT_ONCE ROUNDS]: how many signed-in pages a second two programs show, each of its own demo
# company on SQLite. BEFORE and AFTER are programs; AFTER is `make server`'s if it is not given. Writes docs/benchmarks/rates.md.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: bench/rates.sh BEFORE [AFTER SECONDS AT_ONCE ROUNDS]"
before="$1" after="${2:-$(server_bin release)}" seconds="${3:-15}" at_once="${4:-4}" rounds="${5:-3}"
home="$(mktemp -d)"
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$home" "$table" "$progress"' EXIT

# begin NAME PROGRAM: serves its demo company at ${url[NAME]}.
declare -A url pid
begin() {
    local name="$1" program="$2" port=$((20000 + RANDOM % 30000))
    "$program" --database "sqlite://$home/$name.db" demo >/dev/null
    "$program" --database "sqlite://$home/$name.db" serve --listen "127.0.0.1:$port" --mail-dir "$home/$name-mail" >"$home/$name.log" 2>&1 &
    servers+=($!)
    pid[$name]=$! url[$name]="http://127.0.0.1:$port"
    for _ in $(seq 300); do
        curl -sf "${url[$name]}/health" >/dev/null && return
        sleep 0.1
    done
    die "The server did not start: $(cat "$home/$name.log")"
}

rate() {
    python3 bench/rates.py "${url[$1]}" "$seconds" "$at_once" "${pid[$1]}"
}

median() {
    sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

begin before "$before"
begin after "$after"
for name in before after; do rate "$name" >/dev/null; done
for _ in $(seq "$rounds"); do
    for name in before after after before; do
        read -r pages own < <(rate "$name")
        echo "$name $pages $own" | tee -a "$home/all" >&2
    done
done
# of NAME COLUMN: the median of what was measured.
of() {
    awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$home/all" | median
}
{
    echo "# Signed-in pages a second"
    echo
    echo "Two programs, each with the demo company on SQLite (\`synchronous=FULL\`). A company's owner reads lists and details over"
    echo "$at_once kept connections, $seconds s at a time, A B B A per round after a round to warm up; the reader is on the same machine."
    echo
    echo "| | pages a second, median of $((2 * rounds)) | the server's processor for a page |"
    echo "|---|---|---|"
    echo "| $("$before" --version), before | $(of before 2) | $(of before 3) ms |"
    echo "| $("$after" --version), after | $(of after 2) | $(of after 3) ms |"
    echo
    echo "After ÷ before: **$(awk -v a="$(of after 2)" -v b="$(of before 2)" 'BEGIN { printf "%.2f", a / b }')**"
    about bench/rates.sh BEFORE
} | tee docs/benchmarks/rates.md
