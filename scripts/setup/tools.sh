# Sourced by scripts/setup.sh: the tools of the client's build, in the cache folder.
# shellcheck shell=bash

# cargo_tool NAME VERSION CRATE [cargo install arguments…]: compiled quickly, not for speed; the builds they serve are short.
cargo_tool() {
    local name="$1" version="$2" have
    shift 2
    have="$("$TRIBUTARY_CACHE/tools/bin/$name" --version 2>/dev/null | awk '{print $2}')" || true
    if [ "$have" = "$version" ]; then
        say "$name: $version"
        return
    fi
    say "compiling $name $version (one or two minutes, once)"
    # With the versions it was released with; a package mirror that lacks one of them gets another chance without.
    local log="$TRIBUTARY_CACHE/tools/$name.log"
    if ! cargo_install "$version" --locked "$@" 2>"$log"; then
        say "not with the versions it was released with ($log); trying the newest"
        cargo_install "$version" "$@" || die "could not install $name $version"
    fi
}

cargo_install() {
    env -u CARGO_BUILD_TARGET \
        CARGO_TARGET_DIR="$TRIBUTARY_CACHE/tools/build" \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --quiet --force --root "$TRIBUTARY_CACHE/tools" --version "$@"
}

ensure_cargo_tools() {
    cargo_tool wasm-bindgen "$WASM_BINDGEN_VERSION" wasm-bindgen-cli
    cargo_tool trunk "$TRUNK_VERSION" trunk --no-default-features --features rustls
    rm -rf "$TRIBUTARY_CACHE/tools/build"
}

ensure_wasm_opt() {
    local have
    have="$("$TRIBUTARY_CACHE/npm/node_modules/.bin/wasm-opt" --version 2>/dev/null | awk '{print $3}')" || true
    if [ "$have" != "$BINARYEN_VERSION" ]; then
        say "installing wasm-opt $BINARYEN_VERSION from npm"
        mkdir -p "$TRIBUTARY_CACHE/npm"
        npm install --silent --no-save --no-audit --no-fund --prefix "$TRIBUTARY_CACHE/npm" "binaryen@$BINARYEN_VERSION.0.0" ||
            die "could not install wasm-opt"
    fi
    say "wasm-opt: $BINARYEN_VERSION"
}

# Playwright and axe, as end2end/package-lock.json says.
ensure_playwright() {
    local dir="$ROOT/end2end" stamp="$ROOT/end2end/node_modules/.package-lock.json"
    if [ ! -e "$stamp" ] || [ "$dir/package-lock.json" -nt "$stamp" ]; then
        say "installing Playwright and axe from npm"
        (cd "$dir" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund && touch "$stamp") ||
            die "could not install end2end/package.json"
    fi
    say "Playwright: $(cd "$dir" && node -p 'require("@playwright/test/package.json").version')"
}
