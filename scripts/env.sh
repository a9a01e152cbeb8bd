# Sourced by every script: where things are, which versions are wanted, what is on PATH.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export ROOT

# Everything that is installed or compiled lives here, outside the checkout, so that checkouts share it.
export TRIBUTARY_CACHE="${TRIBUTARY_CACHE:-$HOME/.cache/tributary}"

RUST_MINIMUM=1.95.0
TRUNK_VERSION=0.21.14
WASM_BINDGEN_VERSION=0.2.130 # must equal the crate's version in Cargo.toml
BINARYEN_VERSION=132
NODE_MINIMUM=20
NODE_VERSION=22.23.3 # where the installed one is older than the minimum
CHROMIUM_VERSION=153 # where the distribution has none
POSTGRES_MINIMUM=15
LLD_VERSION=22
export RUST_MINIMUM TRUNK_VERSION WASM_BINDGEN_VERSION BINARYEN_VERSION NODE_MINIMUM NODE_VERSION CHROMIUM_VERSION POSTGRES_MINIMUM
export LLD_VERSION

# The toolchain made of Debian's packages, when scripts/setup/rust.sh chose it (docs/adr/0002-wasm-target.md).
DEBIAN_TOOLCHAIN="$TRIBUTARY_CACHE/toolchain/debian"
TOOLCHAIN_CHOICE="$TRIBUTARY_CACHE/toolchain/choice"
export DEBIAN_TOOLCHAIN TOOLCHAIN_CHOICE

prepend_path() {
    case ":$PATH:" in
        *":$1:"*) ;;
        *) PATH="$1:$PATH" ;;
    esac
}
[ -d "$HOME/.cargo/bin" ] && prepend_path "$HOME/.cargo/bin"
prepend_path "$TRIBUTARY_CACHE/npm/node_modules/.bin"
prepend_path "$TRIBUTARY_CACHE/tools/bin"
case "${TRIBUTARY_WASM_TARGET:-auto}" in
    auto) TOOLCHAIN="$(cat "$TOOLCHAIN_CHOICE" 2>/dev/null || true)" ;;
    *) TOOLCHAIN="$TRIBUTARY_WASM_TARGET" ;;
esac
if [ "$TOOLCHAIN" = debian ] && [ -x "$DEBIAN_TOOLCHAIN/bin/cargo" ]; then
    prepend_path "$DEBIAN_TOOLCHAIN/bin"
fi
export PATH

# One target folder for all checkouts, and an explicit host target: cargo then builds proc-macros and build scripts
# without the server's flags, once for server and client.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$TRIBUTARY_CACHE/target}"
if [ -z "${CARGO_BUILD_TARGET:-}" ] && command -v rustc >/dev/null; then
    CARGO_BUILD_TARGET="$(rustc -vV | sed -n 's/^host: //p')"
    export CARGO_BUILD_TARGET
fi

# Trunk 0.21 takes NO_COLOR for a boolean and refuses "1".
unset NO_COLOR

# step N OF TEXT: which step of how many this is.
step() {
    printf '\n\033[1m[%s/%s] %s\033[0m\n' "$1" "$2" "$3" >&2
}

say() {
    printf '  %s\n' "$*" >&2
}

die() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# set_up run|tests: installs what is missing, and finds it.
set_up() {
    "$ROOT/scripts/setup.sh" "$1"
    # shellcheck source=scripts/env.sh
    . "$ROOT/scripts/env.sh"
}

# version_at_least HAVE WANT
version_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# The folder of the newest PostgreSQL server binaries, or nothing.
postgres_bin() {
    local dir best=
    for dir in /usr/lib/postgresql/*/bin; do
        [ -x "$dir/initdb" ] && best="$(printf '%s\n%s\n' "$best" "$dir" | sort -V | tail -n 1)"
    done
    if [ -z "$best" ] && command -v initdb >/dev/null; then
        best="$(dirname "$(command -v initdb)")"
    fi
    printf '%s' "$best"
}

# The path of a Chromium that Playwright can drive, or nothing.
chromium_bin() {
    command -v "${TRIBUTARY_CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome || true
}

# Where `cargo build --profile $1` puts the server.
server_bin() {
    local folder="$1"
    [ "$folder" = dev ] && folder=debug
    printf '%s/%s/%s/tributary' "$CARGO_TARGET_DIR" "$CARGO_BUILD_TARGET" "$folder"
}
