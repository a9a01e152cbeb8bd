#!/usr/bin/env bash
# Builds release/tributary: one file that carries client, styles and migrations.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

step 1 4 "tools"
set_up run
step 2 4 "client (WebAssembly, styles)"
scripts/client.sh release
step 3 4 "server, optimised"
scripts/server.sh dist
step 4 4 "release/tributary"
mkdir -p release
install -m 755 "$(server_bin dist)" release/tributary
(cd release && sha256sum tributary >tributary.sha256)
say "release/tributary: $(stat -c %s release/tributary) bytes, $(release/tributary --version)"
