#!/usr/bin/env bash
# Installs what building (`run`) or building and testing (`tests`) needs and is not there yet. Safe to run again.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=scripts/setup/packages.sh
. "$ROOT/scripts/setup/packages.sh"
# shellcheck source=scripts/setup/rust.sh
. "$ROOT/scripts/setup/rust.sh"
# shellcheck source=scripts/setup/tools.sh
. "$ROOT/scripts/setup/tools.sh"

purpose="${1:-run}"
case "$purpose" in
    run | tests) ;;
    *) die "usage: scripts/setup.sh [run|tests]" ;;
esac

# One setup at a time, whichever checkout it serves.
mkdir -p "$TRIBUTARY_CACHE/tools/bin" "$TRIBUTARY_CACHE/npm"
exec 9>"$TRIBUTARY_CACHE/setup.lock"
flock 9

ensure_build_tools
ensure_node "$purpose"
ensure_rust
ensure_wasm_opt
ensure_cargo_tools
if [ "$purpose" = tests ]; then
    ensure_chromium
    ensure_postgres
    ensure_pgbouncer
    ensure_playwright
fi
