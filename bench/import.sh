#!/usr/bin/env bash
# bench/import.sh [TRANSACTIONS ROUNDS ROWS]: an import of transactions against a loop of prepared statements that writes the same rows,
# on SQLite and PostgreSQL; and how long other writes take while a file of so many rows is imported. Writes docs/benchmarks/import.md.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

build_bench import
run_bench import "$@"
{
    echo "# Import of transactions"
    echo
    echo "A file of sales and refunds as \`tributary import transactions\` takes it: read, checked, rated by three triggers (a share for"
    echo "twelve months, a bonus for the first purchase, a capped one with hold days), written with receipts, rewards, roll-ups,"
    echo "counts and audit in short transactions. Against it a loop that knows the rows already and writes one after the other, each by"
    echo "the prepared statement of its table, in one transaction. A B B A per round; both sides must leave the same rows."
    echo
    cat "$table"
    about bench/import.sh "$@"
} >docs/benchmarks/import.md
