#!/usr/bin/env bash
# Builds what changed and serves the demo company. LISTEN and TRIBUTARY_DATABASE_URL choose another address or database.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

step 1 4 "tools"
set_up run
step 2 4 "client (WebAssembly, styles)"
scripts/client.sh release
step 3 4 "server"
scripts/server.sh release
step 4 4 "demo company and server"
tributary="$(server_bin release)"
if [ -z "${TRIBUTARY_DATABASE_URL:-}" ]; then
    export TRIBUTARY_DATABASE_URL="sqlite://var/tributary.db"
    mkdir -p var
    if [ ! -e var/tributary.db ]; then
        # Filled beside its place and moved when whole, so that an interrupted run leaves no half company.
        rm -rf var/new
        mkdir var/new
        "$tributary" --database sqlite://var/new/tributary.db demo
        mv var/new/tributary.db* var/
        rmdir var/new
    fi
fi
exec "$tributary" serve --listen "${LISTEN:-127.0.0.1:3000}"
