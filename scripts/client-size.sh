#!/usr/bin/env bash
# Holds what a browser downloads (WebAssembly and script, with brotli) below its limit.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

# What one person downloads: a company's or a partner's client. The goals are 300 and 220 KB (docs/adr/0021-two-clients.md).
failed=0
for part in "company 337 300" "partner 211 220"; do
    read -r name limit goal <<<"$part"
    size="$(cat dist/pkg/"$name"-*.wasm.br dist/pkg/"$name"-*.js.br | wc -c)"
    say "$name: WebAssembly and script with brotli: $size bytes (limit $((limit * 1024)), goal $((goal * 1024)))"
    [ "$size" -le $((limit * 1024)) ] || failed=1
done
[ "$failed" = 0 ] || die "A client is larger than its limit."
