#!/usr/bin/env bash
# Builds the server, with the client in dist/ embedded: `release` (quick to build), `dist` (what is shipped) or `dev`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

profile="${1:-release}"
cargo build --locked -p server --bin tributary --profile "$profile"
say "the server is $(server_bin "$profile") ($(stat -c %s "$(server_bin "$profile")") bytes)"
