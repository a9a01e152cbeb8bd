#!/bin/sh
# Usage: drop-unreached.sh FILE.wasm. Makes it smaller: functions that the linker must keep and nothing ever calls trap instead, then wasm-opt.
# - `hydrate_async` is begun only by `hydrate_lazy`, `hydrate_from_template` by `template!`: each view and attribute carries them in its table.
# - `wasm_streams`: wasm-bindgen exports its classes, and no answer is read as a stream.
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
        cut = name ~ /hydrate_async|hydrate_from_template|wasm_streams|intounderlying/ && name !~ /drop_in_place/
        if (cut) { print; print "  (unreachable)"; dropped++ }
    }
    !cut
    cut && /^ \)/ { print; cut = 0 }
    END { if (dropped < 100) { print "drop-unreached.sh: only " dropped + 0 " functions were found" > "/dev/stderr"; exit 1 } }
' "$folder/all.wat" >"$folder/some.wat"
# shellcheck disable=SC2086
wasm-as $features -g "$folder/some.wat" -o "$folder/some.wasm"
# shellcheck disable=SC2086
wasm-opt $features --gufa-optimizing -Os --reorder-functions-by-name --reorder-locals --strip-debug --strip-producers \
    "$folder/some.wasm" -o "$1"
