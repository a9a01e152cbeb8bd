#!/usr/bin/env bash
# Builds the browser's side into dist/: `release` (small, precompressed) or `debug` (quick). Does nothing if nothing changed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"

profile="${1:-release}"
case "$profile" in
    release) options=(--release) ;;
    debug) options=() ;;
    *) die "usage: scripts/client.sh [release|debug]" ;;
esac

# One build of this checkout's client at a time: they share dist/.
mkdir -p .make
exec 9>.make/client.lock
flock 9

stamp="$ROOT/.make/client"
current="$profile $WASM_BINDGEN_VERSION $(rustc --version) $(scripts/fingerprint.sh \
    Cargo.toml Cargo.lock Trunk.toml .cargo domain views app \
    frontend/Cargo.toml frontend/src frontend/index.html frontend/pre-build.sh frontend/post-build.sh style public)"
if [ "$(cat "$stamp" 2>/dev/null)" = "$current" ] && ls dist/pkg/frontend-*_bg.wasm >/dev/null 2>&1; then
    say "the client is up to date"
    exit 0
fi

# Trunk is told to stay offline, so that it never downloads a tool; it passes that on to cargo, which must have the crates.
cargo fetch --locked --target wasm32-unknown-unknown
# Trunk cannot minify what wasm-bindgen writes, says so on every build, and then copies it; brotli takes care of it.
trunk --log warn build "${options[@]}" | { grep -v 'Failed to minify JS' || true; }
printf '%s' "$current" >"$stamp"
say "the client is in dist/:"
for file in dist/pkg/frontend-*.js dist/pkg/frontend-*_bg.wasm dist/pkg/app-*.css; do
    if [ -e "$file.br" ]; then
        say "  $(basename "$file"): $(stat -c %s "$file") bytes, $(stat -c %s "$file.br") with brotli"
    else
        say "  $(basename "$file"): $(stat -c %s "$file") bytes"
    fi
done
