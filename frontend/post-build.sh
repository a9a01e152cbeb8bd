#!/bin/sh
# Runs on Trunk's staging folder: drops Trunk's own page, and for a release adds what the server sends compressed.
set -eu
cd "$TRUNK_STAGING_DIR"
rm -f index.html
[ "$TRUNK_PROFILE" = release ] || exit 0
# Trunk cannot minify what wasm-bindgen writes: comments and indentation go here. No string in it spans lines.
sed -E -i '/^ *(\/\*\*|\*\/|\* |\*$|\/\/)/d; s/^ +//' pkg/*.js
for module in pkg/*.wasm; do "$TRUNK_SOURCE_DIR/drop-unreached.sh" "$module"; done
find . -type f -size +1k \
    \( -name '*.js' -o -name '*.wasm' -o -name '*.css' -o -name '*.svg' -o -name '*.json' -o -name '*.webmanifest' \) |
    while read -r file; do
        brotli --force --best --lgwin=21 --output="$file.br" "$file"
        gzip --force --keep --no-name --best "$file"
    done
