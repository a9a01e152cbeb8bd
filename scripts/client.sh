#!/usr/bin/env bash
# Builds the browser's side into dist/, a client for companies and one for partners: `release` (small, precompressed) or `debug` (quick).
# Does nothing if nothing changed.
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
    Cargo.toml Cargo.lock Trunk.toml .cargo domain views elements app \
    frontend/Cargo.toml frontend/src frontend/index.html frontend/partner.html frontend/pre-build.sh frontend/post-build.sh frontend/drop-unreached.sh style public)"
if [ "$(cat "$stamp" 2>/dev/null)" = "$current" ] && ls dist/pkg/company-*_bg.wasm dist/pkg/partner-*_bg.wasm >/dev/null 2>&1; then
    say "the client is up to date"
    exit 0
fi

# Trunk is told to stay offline, so that it never downloads a tool; it passes that on to cargo, which must have the crates.
cargo fetch --locked --target wasm32-unknown-unknown
# Trunk cannot minify what wasm-bindgen writes, says so on every build, and then copies it; brotli takes care of it.
build() { trunk --log warn build "$@" "${options[@]}" | { grep -v 'Failed to minify JS' || true; }; }
build
# Trunk builds one program into one folder.
partner=.make/partner
build frontend/partner.html --dist "$partner"
cp "$partner"/pkg/partner-* dist/pkg/
rm -rf "$partner"
printf '%s' "$current" >"$stamp"
say "the client is in dist/:"
for file in dist/pkg/{company,partner}-*.js dist/pkg/{company,partner}-*_bg.wasm dist/pkg/app-*.css; do
    if [ -e "$file.br" ]; then
        say "  $(basename "$file"): $(stat -c %s "$file") bytes, $(stat -c %s "$file.br") with brotli"
    else
        say "  $(basename "$file"): $(stat -c %s "$file") bytes"
    fi
done
