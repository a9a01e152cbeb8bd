#!/usr/bin/env bash
# Runs the browser tests on the built server; arguments go to Playwright. PROFILE=debug builds quicker.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

step 1 4 "tools and browser"
set_up tests
step 2 4 "client"
scripts/client.sh "${PROFILE:-release}"
step 3 4 "server"
profile="${PROFILE:-release}"
[ "$profile" = debug ] && profile=dev
scripts/server.sh "$profile"
TRIBUTARY_BIN="$(server_bin "$profile")"
export TRIBUTARY_BIN
step 4 4 "Playwright"
cd end2end
node_modules/.bin/playwright test "$@"
