#!/usr/bin/env bash
# scripts/attack.sh [SEED]: all of what `make test` takes a part of. Every payload through every field and page, as markup and in a browser, and
# every endpoint with broken requests, on both databases.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

export ATTACK=all
export ATTACK_SEED="${1:-$RANDOM}"
step 1 2 "pages as markup, and every endpoint, seed $ATTACK_SEED (cargo test)"
set_up tests
scripts/with-postgres.sh cargo test --locked -p domain -p views -p data -p exchange -p screens -p elements -p app -p server --features app/ssr --test it -- --nocapture hostile
step 2 2 "pages in a browser (Playwright)"
scripts/e2e.sh hostile --project=desktop
echo
echo "attack: $(grep -c 'qz7\|&#113;' end2end/support/payloads.json) payloads through every field and page, seed $ATTACK_SEED: nothing of them did anything"
