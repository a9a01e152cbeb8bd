# Sourced by scripts/setup.sh: the tools of the client's build, in the cache folder.
# shellcheck shell=bash

# cargo_tool NAME VERSION OPTIMISATION CRATE [cargo install arguments…]: compiled quickly, not for speed; the builds they serve
# are short.
cargo_tool() {
    local name="$1" version="$2" optimisation="$3" have
    shift 3
    have="$("$TRIBUTARY_CACHE/tools/bin/$name" --version 2>/dev/null | awk '{print $2}')" || true
    if [ "$have" = "$version" ]; then
        say "$name: $version"
        return
    fi
    say "compiling $name $version (one to three minutes, once)"
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
        CARGO_PROFILE_RELEASE_OPT_LEVEL="$optimisation" CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --quiet --force --root "$TRIBUTARY_CACHE/tools" --version "$@"
}

ensure_cargo_tools() {
    cargo_tool wasm-bindgen "$WASM_BINDGEN_VERSION" 1 wasm-bindgen-cli
    # It only calls others and copies files.
    cargo_tool trunk "$TRUNK_VERSION" 0 trunk --no-default-features --features rustls
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

# Ubuntu has Chromium only as a snap, which sees neither temporary folders nor the tests' profiles. The headless one that is
# published on npm is the same program in one file.
chromium_from_npm() {
    local dir="$TRIBUTARY_CACHE/npm-chromium"
    [ "$(uname -m)" = x86_64 ] ||
        die "The browser tests need Chromium, and there is no package of it here: install one and name it in TRIBUTARY_CHROMIUM."
    say "installing Chromium $CHROMIUM_VERSION from npm"
    npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix "$dir" "@sparticuz/chromium@$CHROMIUM_VERSION.0.0" ||
        die "could not install Chromium"
    brotli --decompress --output="$TRIBUTARY_CACHE/tools/chromium" "$dir/node_modules/@sparticuz/chromium/bin/chromium.br"
    chmod +x "$TRIBUTARY_CACHE/tools/chromium"
    # Moved when it is whole, so that a run that breaks off leaves no half of it.
    mv "$TRIBUTARY_CACHE/tools/chromium" "$TRIBUTARY_CACHE/tools/bin/chromium"
    rm -rf "$dir"
    ldconfig -p | grep -q libnss3.so || apt_install libnss3 libnspr4 libexpat1
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
