#!/bin/sh
# Usage: drop-unreached.sh FILE.wasm. Makes it smaller: `hydrate_async` of each view, which is in its table and which only `hydrate_lazy` begins, and
# `generate_routes`, which only a server asks for, trap instead; then wasm-opt. Short ones stay: the compiler makes one function of those that are alike, under either name.
set -eu
features="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
# shellcheck disable=SC2086 # words, not one option
wasm-dis $features "$1" -o "$folder/all.wat"
# The name of a function is the text before its parameters; its end is a line of its own.
awk '
    /^ \(func / {
        name = $0; sub(/ \((param|result|type|local).*/, "", name)
        kept = 0
        held = name ~ /(any_view::IntoAny>::into_any::hydrate_async|IntoAnyNestedRoute>::into_any_nested_route::generate_routes)::/
    }
    !held { print; next }
    { lines[kept++] = $0 }
    /^ \)/ {
        held = 0
        if (kept < 60) { for (at = 0; at < kept; at++) print lines[at]; next }
        print lines[0]; print "  (unreachable)"; print " )"; dropped++
    }
    END { if (dropped < 10) { print "drop-unreached.sh: only " dropped + 0 " functions were found" > "/dev/stderr"; exit 1 } }
' "$folder/all.wat" >"$folder/some.wat"
# shellcheck disable=SC2086
wasm-as $features -g "$folder/some.wat" -o "$folder/some.wasm"
# shellcheck disable=SC2086
wasm-opt $features --gufa-optimizing -Os --one-caller-inline-max-function-size=20 --reorder-functions-by-name --reorder-locals --strip-debug --strip-producers \
    "$folder/some.wasm" -o "$1"
