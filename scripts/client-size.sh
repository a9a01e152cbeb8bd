#!/usr/bin/env bash
# Holds what a browser downloads (WebAssembly and script, with brotli) below its limit.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

# One client for companies and partners; 400 KiB until it is two (docs/adr/0002-wasm-target.md).
limit=$((440 * 1024))
goal=$((300 * 1024))
size="$(cat dist/pkg/*.wasm.br dist/pkg/*.js.br | wc -c)"
say "WebAssembly and script with brotli: $size bytes (limit $limit, goal $goal)"
[ "$size" -le "$limit" ] || die "The client is larger than its limit."
