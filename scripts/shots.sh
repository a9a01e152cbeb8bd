#!/usr/bin/env bash
# Screenshots of every screen of the demo company: desktop and phone, light and dark, into var/shots (or $SHOTS).
# Arguments are parts of names or paths of screens (end2end/support/screens.ts): `scripts/shots.sh invoices` takes only those.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

profile="${PROFILE:-release}"
set_up tests
scripts/client.sh "$profile"
[ "$profile" = debug ] && profile=dev
scripts/server.sh "$profile"
TRIBUTARY_BIN="$(server_bin "$profile")"
export TRIBUTARY_BIN SHOTS="${SHOTS:-$ROOT/var/shots}" ONLY="$*"
cd end2end
node_modules/.bin/playwright test --config shots.config.ts
say "the screenshots are in $SHOTS"
