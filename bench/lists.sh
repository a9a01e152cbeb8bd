#!/usr/bin/env bash
# bench/lists.sh [ROWS ROUNDS]: every page of Review Rewards and All partners among ROWS rows, against the same page among a
# thousand, on SQLite and PostgreSQL. Writes docs/benchmarks/lists.md. TRIBUTARY_BENCH_KEEP=FEW,MANY[,FEW,MANY] names databases
# that are filled once and kept.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

build_bench lists
run_bench lists "$@"
{
    echo "# Lists"
    echo
    echo "Review Rewards and All partners as the screens load them: names, totals, tabs and all. Every filter and sort, several"
    echo "filters together, the first page and one from the middle, first among a thousand rows (A), then among very many (B), in"
    echo "one process, A B B A per round. A page's own ratio is the median of its rounds' ratios. One row in fifty belongs to one"
    echo "partner, two years lie behind the company, October is in review."
    echo
    cat "$table"
    echo
    echo "\`processor\`: processor time of the process, SQLite's included, among many rows ÷ among few. \`rows read\`: what"
    echo "PostgreSQL counts as returned and fetched, the mean of all pages, among few → among many."
    slowest "$progress"
    about bench/lists.sh "$@"
} >docs/benchmarks/lists.md
