#!/usr/bin/env bash
# Everything that must hold, on the real components: lints, rules, both databases, HTTP, size, browser.
# Ends with each runner's closing line and the sum; exits non-zero if anything failed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

STEPS=7
started=$SECONDS
logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT

step 1 $STEPS "tools, databases, browser"
set_up tests

step 2 $STEPS "formatting and lints"
scripts/lint.sh

step 3 $STEPS "rules, storage on SQLite and PostgreSQL, screens, server (cargo test)"
failed=0
scripts/with-postgres.sh cargo test --locked --no-fail-fast -p domain -p views -p data -p exchange -p screens -p elements -p app -p server --features app/ssr 2>&1 |
    tee "$logs/cargo" || failed=1

step 4 $STEPS "client and its size"
scripts/client.sh release
scripts/client-size.sh

step 5 $STEPS "server with the client embedded"
scripts/server.sh release

TRIBUTARY_BIN="$(server_bin release)"
export TRIBUTARY_BIN

step 6 $STEPS "whole histories against a second computation, SQLite and PostgreSQL; a file of 200 MB"
scripts/with-postgres.sh scripts/history/check.sh "$TRIBUTARY_BIN" 2>&1 | tee "$logs/histories" || failed=1
scripts/large-import.py "$TRIBUTARY_BIN" "sqlite://$logs/large.db" 200 refused 2>&1 | tee "$logs/large" || failed=1

step 7 $STEPS "browser: desktop, phone, no JavaScript (Playwright)"
(cd end2end && node_modules/.bin/playwright test) 2>&1 | tee "$logs/browser" || failed=1

sqlite="$(sed -n '/^name = "libsqlite3-sys"/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)"
bundled="$(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' \
    "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/libsqlite3-sys-"$sqlite"/sqlite3/sqlite3.h | head -n 1)"
cat <<SUMMARY

==== This run used ====
  Rust        $(rustc --version | awk '{print $2}') (wasm-bindgen $WASM_BINDGEN_VERSION, trunk $TRUNK_VERSION, wasm-opt $BINARYEN_VERSION)
  SQLite      ${bundled:?the bundled version of SQLite is unknown} (bundled)
  PostgreSQL  $("$(postgres_bin)/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1) (a cluster of this run's own)
  Chromium    $("$(chromium_bin)" --version --no-sandbox 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
  in          $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s

==== Closing lines ====
SUMMARY
grep -E '^test result: ' "$logs/cargo" | grep -v ' 0 passed; 0 failed; 0 ignored' || true
grep -h '^histories: \|^large files: ' "$logs/histories" "$logs/large" || true
sed 's/\x1b\[[0-9;]*m//g' "$logs/browser" | grep -E '^ +[0-9]+ (passed|failed|flaky|skipped|did not run|interrupted)' || true

count() { awk -v word="$1" '{ for (i = 2; i <= NF; i++) if ($i ~ "^" word) sum += $(i - 1) } END { print sum + 0 }'; }
closing="$(grep -hE '^test result: ' "$logs/cargo"; grep -h '^histories: \|^large files: ' "$logs/histories" "$logs/large" || true; sed 's/\x1b\[[0-9;]*m//g' "$logs/browser" | grep -E '^ +[0-9]+ (passed|failed)' || true)"
echo
echo "$(printf '%s\n' "$closing" | count passed) passed, $(printf '%s\n' "$closing" | count failed) failed"
if [ "$failed" != 0 ]; then
    echo "==== Failed ===="
    grep -E '^test .* FAILED$' "$logs/cargo" || true
    grep -E -A 3 '^thread .* panicked at' "$logs/cargo" | head -n 40 || true
    # Each browser test that failed: its name, what was wrong, and the line where it stopped.
    sed 's/\x1b\[[0-9;]*m//g' "$logs/browser" | grep -E '^ +[0-9]+\) \[|^ +(Error|[A-Za-z]*Error|Expected|Received|Locator):|^ +Test timeout|^ +> +[0-9]+ \|' | head -n 60 || true
    die "make test: something failed, see above"
fi
