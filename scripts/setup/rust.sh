# Sourced by scripts/setup.sh: a Rust toolchain that compiles for the host and for wasm32-unknown-unknown.
# Two ways lead there, chosen by TRIBUTARY_WASM_TARGET=rustup|debian|auto; docs/adr/0002-wasm-target.md tells both.
# shellcheck shell=bash

WASM=wasm32-unknown-unknown

rust_version() {
    rustc --version 2>/dev/null | awk '{print $2}'
}

rust_is_new_enough() {
    local have
    have="$(rust_version)"
    [ -n "$have" ] && version_at_least "$have" "$RUST_MINIMUM"
}

has_wasm_std() {
    ls "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM/lib/"libstd-*.rlib >/dev/null 2>&1
}

# A toolchain of rustup: the one at hand, or a newer stable, with the wasm target added.
ensure_rust_by_rustup() {
    if ! command -v rustup >/dev/null; then
        apt_update
        [ -n "$(apt_candidate rustup)" ] || return 1
        apt_install rustup
    fi
    if ! rust_is_new_enough; then
        say "installing the stable Rust toolchain with rustup"
        timeout 900 rustup toolchain install stable --profile minimal --component clippy,rustfmt >&2 || return 1
        export RUSTUP_TOOLCHAIN=stable
        rust_is_new_enough || return 1
        rustup default stable >&2 || return 1
    fi
    if ! has_wasm_std; then
        say "adding the target $WASM with rustup"
        timeout 300 rustup target add "$WASM" >&2 || return 1
    fi
    has_wasm_std
}

# Debian's compiler for its web browsers, kept current through a release's life. Its own folder for wasm lives in the
# cache: nothing is written into /usr but the packages.
ensure_rust_by_debian() {
    if [ ! -x /usr/bin/rustc ] || [ ! -x /usr/bin/cargo ] || [ ! -d /usr/lib/rustlib/src/rust/library ] ||
        ! dpkg -s rust-web-src >/dev/null 2>&1; then
        local candidate
        apt_update
        candidate="$(apt_candidate rustc-web)"
        if [ -z "$candidate" ] || ! version_at_least "${candidate%%+*}" "$RUST_MINIMUM"; then
            return 1
        fi
        apt_install rustc-web cargo-web rust-web-src libstd-rust-web-dev rust-web-clippy rustfmt-web
    fi
    [ -x "/usr/lib/llvm-$LLD_VERSION/bin/lld" ] || apt_install "lld-$LLD_VERSION"
    local version host
    version="$(/usr/bin/rustc --version | awk '{print $2}')"
    host="$(/usr/bin/rustc -vV | sed -n 's/^host: //p')"
    if [ "$(cat "$DEBIAN_TOOLCHAIN/version" 2>/dev/null)" != "$version" ]; then
        make_debian_toolchain "$version" "$host"
    fi
    prepend_path "$DEBIAN_TOOLCHAIN/bin"
    export CARGO_BUILD_TARGET="$host"
    has_wasm_std
}

make_debian_toolchain() {
    local version="$1" host="$2" dir="$DEBIAN_TOOLCHAIN" std tool
    rm -rf "$dir"
    mkdir -p "$dir/bin" "$dir/lib/rustlib/$host/bin" "$dir/lib/rustlib/$WASM/lib"
    ln -s "/usr/lib/rustlib/$host/lib" "$dir/lib/rustlib/$host/lib"
    ln -s /usr/lib/rustlib/src "$dir/lib/rustlib/src"
    ln -s "/usr/lib/llvm-$LLD_VERSION/bin/lld" "$dir/lib/rustlib/$host/bin/rust-lld"
    for tool in rustc rustdoc; do
        printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$tool" "$dir" >"$dir/bin/$tool"
    done
    printf '#!/bin/sh\nexport RUSTC="%s/bin/rustc" RUSTDOC="%s/bin/rustdoc" SYSROOT="%s"\nexec /usr/bin/cargo "$@"\n' \
        "$dir" "$dir" "$dir" >"$dir/bin/cargo"
    chmod +x "$dir"/bin/*
    for tool in cargo-clippy clippy-driver cargo-fmt rustfmt; do
        [ -x "/usr/bin/$tool" ] && ln -s "/usr/bin/$tool" "$dir/bin/$tool"
    done

    say "compiling Rust's standard library for $WASM (half a minute, once)"
    std="$(mktemp -d)"
    mkdir "$std/src"
    printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$std/Cargo.toml"
    : >"$std/src/lib.rs"
    # With bitcode, as in Rust's own releases: the client is linked with full LTO.
    (cd "$std" && env -u CARGO_BUILD_TARGET CARGO_TARGET_DIR="$std/target" RUSTC_BOOTSTRAP=1 \
        RUSTFLAGS="-Cembed-bitcode=yes" "$dir/bin/cargo" build --quiet -Zbuild-std=std,panic_abort --target "$WASM" --release) ||
        die "could not compile the standard library for $WASM"
    # The empty crate itself is no part of the library.
    find "$std/target/$WASM/release/deps" -name '*.rlib' ! -name 'libstd_for_wasm-*' -exec cp {} "$dir/lib/rustlib/$WASM/lib/" \;
    # Cargo does not see that the standard library was replaced: what was compiled against an earlier one must go.
    rm -rf "$std" "${CARGO_TARGET_DIR:?}/$WASM"
    echo "$version" >"$dir/version"
}

ensure_rust() {
    local way="${TRIBUTARY_WASM_TARGET:-auto}"
    mkdir -p "$(dirname "$TOOLCHAIN_CHOICE")"
    if [ "$way" = auto ] && rust_is_new_enough && has_wasm_std; then
        say "Rust: $(rust_version) with $WASM"
        return
    fi
    case "$way" in
        rustup) ensure_rust_by_rustup && way=rustup ;;
        debian) ensure_rust_by_debian && way=debian ;;
        auto)
            if ensure_rust_by_rustup; then
                way=rustup
            elif ensure_rust_by_debian; then
                way=debian
            else
                false
            fi
            ;;
        *) die "TRIBUTARY_WASM_TARGET is rustup, debian or auto, not '$way'" ;;
    esac || die "No Rust $RUST_MINIMUM or newer with the target $WASM could be had: neither by rustup (https://rustup.rs) nor from Debian's rustc-web packages. See docs/adr/0002-wasm-target.md."
    echo "$way" >"$TOOLCHAIN_CHOICE"
    say "Rust: $(rust_version) with $WASM, by $way"
}
