#!/usr/bin/env bash
# Formatting and lints of everything, for the server and for the browser. A warning is an error.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

say "formatting"
cargo fmt --all --check
(cd bench/twin && cargo fmt --check)
say "scripts"
for script in scripts/*.sh scripts/setup/*.sh .ci/run; do
    bash -n "$script"
done
say "clippy: domain, views, data, exchange, screens, elements, app (server side), server"
cargo clippy --locked -p domain -p views -p data -p exchange -p screens -p elements -p app -p server --features app/ssr --all-targets -- -D warnings
say "clippy: app (browser side), frontend"
cargo clippy --locked -p app -p frontend --features app/hydrate --lib --bins --target wasm32-unknown-unknown -- -D warnings
if [ -d end2end/node_modules ]; then
    say "types of the browser tests"
    (cd end2end && node_modules/.bin/tsc --noEmit)
fi
