#!/usr/bin/env bash
# bench/month_end.sh [REWARDS PARTNERS ROUNDS]: month end and charge against bare statements that write the same rows, on
# SQLite and PostgreSQL. Writes docs/benchmarks/month_end.md.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/../scripts/env.sh"
cd "$ROOT"

out=docs/benchmarks/month_end.md
mkdir -p "$(dirname "$out")"
cargo bench --locked --no-run -p data --bench month_end
table="$(mktemp)"
trap 'rm -f "$table"' EXIT
scripts/with-postgres.sh cargo bench --locked -q -p data --bench month_end -- "$@" | tee "$table"
{
    echo "# Month end and charge"
    echo
    echo "All rewards of a month onto one invoice, frozen and charged: partner totals, seal, ledger, payouts, mails, audit."
    echo "Against it, in the same database and the same run (A B B A per round): one \`INSERT … SELECT … GROUP BY\` for the"
    echo "partner totals and one \`INSERT … SELECT\` from a copy for each other table. Both sides leave the same rows."
    echo
    cat "$table"
    echo
    echo "PostgreSQL runs without fsync here, SQLite with \`synchronous=FULL\`. Made by \`bench/month_end.sh\`."
} >"$out"
