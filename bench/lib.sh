# Sourced by the benches: building and running them, and what stands under each result.
# shellcheck shell=bash
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/env.sh"
cd "$ROOT"

mkdir -p docs/benchmarks
table="$(mktemp)"
progress="$(mktemp)"
trap 'rm -f "$table" "$progress"' EXIT

build_bench() {
    cargo bench --locked --no-run -p data --bench "$1"
}

# run_bench NAME [NUMBER…]: Markdown into $table, everything else into $progress.
run_bench() {
    local name="$1"
    shift
    scripts/with-postgres.sh cargo bench --locked -q -p data --bench "$name" -- "$@" 2> >(tee "$progress" >&2) | tee "$table"
}

# slowest FILE WORD: the ten pages of each database that many rows make slower by most; WORD stands behind its name.
slowest() {
    local kind
    for kind in "SQLite$2" "PostgreSQL$2"; do
        grep -qE "^$kind +[+-]" "$1" || continue
        echo
        echo "The ten pages with the greatest differences on ${kind%% *} (difference, ratio = many / few rows):"
        echo
        echo '```'
        grep -E "^$kind +[+-]" "$1" | sed -E "s/^$kind +\+?//" | sort -rn | head -n 10
        echo '```'
    done
}

# about SCRIPT [ARGUMENT…]: where and how this was measured.
about() {
    local script="$1" commit cores memory postgres sqlite
    shift
    commit="$(git rev-parse --short HEAD)"
    cores="$(nproc)"
    memory="$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)"
    postgres="$("$(postgres_bin)/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1)"
    sqlite="$(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/libsqlite3-sys-*/sqlite3/sqlite3.h | head -n 1)"
    echo
    echo "Measured on $(date -u +%Y-%m-%d) at $commit: $cores cores, $memory, shared with other work; $(rustc --version | cut -d' ' -f1,2), SQLite $sqlite"
    echo "(\`synchronous=FULL\`), PostgreSQL $postgres (without fsync). Again: \`$script${*:+ }$*\`"
}
