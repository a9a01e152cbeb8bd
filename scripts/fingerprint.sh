#!/usr/bin/env bash
# Prints one hash over the names and contents of the files and folders given, for "has anything changed?".
set -euo pipefail
find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
