# Sourced by scripts/setup.sh: packages of Debian or Ubuntu.
# shellcheck shell=bash

APT_UPDATED=

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "This needs root: run it as root, install sudo, or install by hand: $*"
    fi
}

apt_update() {
    [ -n "$APT_UPDATED" ] && return
    command -v apt-get >/dev/null ||
        die "No apt-get here. The set-up knows Debian and Ubuntu; elsewhere install what scripts/setup.sh names by hand."
    say "reading the package lists"
    as_root apt-get -o DPkg::Lock::Timeout=900 update -qq >/dev/null || say "apt-get update failed; going on with the lists at hand"
    APT_UPDATED=1
}

# The candidate version of a package, or nothing. Call apt_update before.
apt_candidate() {
    apt-cache policy "$1" | sed -n 's/^ *Candidate: //p' | grep -v '(none)' || true
}

# apt_install PACKAGE…
apt_install() {
    apt_update
    say "installing $* with apt"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends "$@" >/dev/null ||
        die "apt could not install $*"
}

# ensure_package COMMAND PACKAGE
ensure_package() {
    command -v "$1" >/dev/null || apt_install "$2"
}

ensure_build_tools() {
    ensure_package cc build-essential
    ensure_package pkg-config pkg-config
    ensure_package make make
    ensure_package git git
    ensure_package curl curl
    ensure_package brotli brotli
    [ -e /etc/ssl/certs/ca-certificates.crt ] || apt_install ca-certificates
    say "C compiler: $(cc --version | head -n 1)"
}

ensure_node() {
    ensure_package node nodejs
    ensure_package npm npm
    # Any Node.js of the last years can build the client; the browser tests need a newer one than some releases have.
    if [ "$1" = tests ] && ! version_at_least "$(node --version | tr -d v)" "$NODE_MINIMUM"; then
        newer_node
    fi
    say "Node.js: $(node --version | tr -d v), npm $(npm --version 2>/dev/null)"
}

# Node.js itself is also published as an npm package.
newer_node() {
    local arch
    case "$(uname -m)" in
        x86_64) arch=x64 ;;
        aarch64) arch=arm64 ;;
        *) die "The browser tests need Node.js $NODE_MINIMUM or newer; here is $(node --version)." ;;
    esac
    say "installing Node.js $NODE_VERSION from npm"
    npm install --silent --no-save --no-audit --no-fund --prefix "$TRIBUTARY_CACHE/node" "node-linux-$arch@$NODE_VERSION" ||
        die "could not install Node.js $NODE_VERSION"
    ln -sf "$TRIBUTARY_CACHE/node/node_modules/node-linux-$arch/bin/node" "$TRIBUTARY_CACHE/tools/bin/node"
    hash -r
}

ensure_chromium() {
    if [ -z "$(chromium_bin)" ]; then
        apt_update
        if [ -n "$(apt_candidate chromium)" ]; then
            apt_install chromium
        else
            chromium_from_npm
        fi
    fi
    # Without fonts every screenshot is a page of boxes.
    if ! command -v fc-list >/dev/null || [ -z "$(fc-list 2>/dev/null | head -n 1)" ]; then
        apt_install fontconfig fonts-dejavu-core fonts-noto-core
    fi
    say "Chromium: $("$(chromium_bin)" --version --no-sandbox 2>/dev/null | head -n 1)"
}

ensure_postgres() {
    if [ -z "$(postgres_bin)" ]; then
        # Debian's package would create and start a cluster of its own; the tests need only the programs.
        local no_cluster=/etc/postgresql-common/createcluster.d/tributary.conf
        as_root mkdir -p "$(dirname "$no_cluster")"
        echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
        apt_install postgresql
        as_root rm -f "$no_cluster"
    fi
    local have
    have="$("$(postgres_bin)/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1)"
    version_at_least "$have" "$POSTGRES_MINIMUM" ||
        die "The tests need PostgreSQL $POSTGRES_MINIMUM or newer; here is $have."
    command -v setpriv >/dev/null || apt_install util-linux
    say "PostgreSQL: $have"
}

ensure_pgbouncer() {
    [ -x /usr/sbin/pgbouncer ] || ensure_package pgbouncer pgbouncer
    say "pgbouncer: $(PATH="$PATH:/usr/sbin" pgbouncer --version | sed -n 's/^PgBouncer //p')"
}
