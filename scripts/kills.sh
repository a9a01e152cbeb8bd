#!/usr/bin/env bash
# scripts/kills.sh [KILLS] [SEED]: everything in which a statement, a connection, a disk or a process fails, and one table of what came of
# it. A part that could not run fails the whole.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

started=$SECONDS
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
failed=0

# Each prints lines "kills | PART | writes N | statements N | faults N | acknowledged N | refused N | lost N | doubled N".
parts=(
    "operations, SQLite" "operations, PostgreSQL"
    "writes of the web, SQLite" "writes of the web, PostgreSQL"
    "COMMIT through a proxy, PostgreSQL"
    "import, file limits" "import, full tmpfs"
    "serve, file limits" "serve, full tmpfs"
    "workers killed, SQLite" "workers killed, PostgreSQL"
)

step 1 4 "tools and databases"
set_up tests
binary="$(server_bin release)"
[ -x "$binary" ] || die "no server at $binary: make server"

step 2 4 "a fault at every statement of every write, and at COMMIT, on both databases (cargo test)"
TRIBUTARY_FAULTS=all TRIBUTARY_LOG=off scripts/with-postgres.sh cargo test --locked -p domain -p views -p data -p exchange -p screens -p elements -p app -p server --features app/ssr --test it -- \
    --nocapture faults:: proxy:: durable:: a_fault_on_the_way 2>&1 | tee -a "$log" || failed=1

step 3 4 "full disks, under commands and under the server"
scripts/fault-test.sh "$binary" 2>&1 | tee -a "$log" || failed=1

step 4 4 "workers killed at random moments, on both databases"
scripts/with-postgres.sh scripts/kill-test.sh "$binary" "$@" 2>&1 | tee -a "$log" || failed=1

row() { printf '%-36s %8s %11s %8s %13s %8s %6s %8s\n' "$@"; }
number() { sed -n "s/.* | $2 \([0-9]*\).*/\1/p" <<<"$1"; }
echo
row "part" writes statements faults acknowledged refused lost doubled
for part in "${parts[@]}"; do
    line="$(grep -F "kills | $part |" "$log" | tail -n 1 || true)"
    if [ -z "$line" ]; then
        echo "$part: did not run to its end"
        failed=1
        continue
    fi
    cells=()
    for name in writes statements faults acknowledged refused lost doubled; do
        cell="$(number "$line" $name)"
        cells+=("${cell:--}")
    done
    row "$part" "${cells[@]}"
    [ "${cells[5]}${cells[6]}" = 00 ] || failed=1
done
echo "in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
[ "$failed" = 0 ] || die "make kills: something was lost or doubled, or did not run; see above"
