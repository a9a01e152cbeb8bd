#!/usr/bin/env bash
# bench/run.sh [--small] [NAME…]: all benchmarks, or those named (lists, month_end, import, memory, pages, client); results into
# docs/benchmarks/. --small takes minutes instead of an hour and says nothing about the goals.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/../scripts/env.sh"
cd "$ROOT"

small=
names=()
for argument in "$@"; do
    case "$argument" in
        --small) small=yes ;;
        lists | month_end | import | memory | pages | client) names+=("$argument") ;;
        *) die "usage: bench/run.sh [--small] [lists] [month_end] [import] [memory] [pages] [client]" ;;
    esac
done
[ "${#names[@]}" -gt 0 ] || names=(client memory pages import month_end lists)

number=0
for name in "${names[@]}"; do
    number=$((number + 1))
    step "$number" "${#names[@]}" "$name"
    case "$name" in
        lists) scripts/server.sh release && bench/lists.sh ${small:+50000 3} ;;
        month_end) bench/month_end.sh ${small:+50000 1000 3} ;;
        import) bench/import.sh ${small:+10000 3} ;;
        memory) scripts/server.sh release && bench/memory.sh ${small:+120 8 1} ;;
        pages) scripts/server.sh release && bench/pages.sh ${small:+1 1} ;;
        client) scripts/client-size.sh ;;
    esac
done
