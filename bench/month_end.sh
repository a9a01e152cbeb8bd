#!/usr/bin/env bash
# bench/month_end.sh [REWARDS PARTNERS ROUNDS]: month end and charge against bare statements that write the same rows, on
# SQLite and PostgreSQL. Writes docs/benchmarks/month_end.md.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

build_bench month_end
run_bench month_end "$@"
{
    echo "# Month end and charge"
    echo
    echo "All rewards of a month onto one invoice, frozen and charged: partner totals, seal, ledger, payouts, mails, audit."
    echo "Against it, in the same database and the same run (A B B A per round): one \`INSERT … SELECT … GROUP BY\` for the"
    echo "partner totals and one \`INSERT … SELECT\` from a copy for each other table. Both sides leave the same rows."
    echo
    cat "$table"
    echo
    echo "\`own processor\` leaves out what the PostgreSQL server spends."
    about bench/month_end.sh "$@"
} >docs/benchmarks/month_end.md
