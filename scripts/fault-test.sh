#!/usr/bin/env bash
# The program at the limits of its disk, on SQLite: a file that may not grow (SIGXFSZ ignored, so that the write fails), and a full tmpfs.
# An import that said yes is there, one that said no left nothing, and both hold at the next try and after a kill. The same for what people
# send to `serve`: see serve-faults.py.
#
# fault-test.sh TRIBUTARY_BINARY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
# Mounting a tmpfs is for root, if only of a namespace of its own.
if [ "$(id -u)" != 0 ]; then
    unshare --user --map-root-user --mount true 2>/dev/null || { echo "no tmpfs can be mounted here, so no disk can be full: run it as root" >&2; exit 1; }
    exec unshare --user --map-root-user --mount "$0" "$binary"
fi
work=$(mktemp -d)
mounted=
trap '[ -z "$mounted" ] || umount "$mounted" || true; rm -rf "$work"' EXIT
trap '' XFSZ
export TRIBUTARY_MAIL_DIR=$work/mail
ROWS=400

cat >"$work/programme.toml" <<'TOML'
[company]
key = "northwind"
name = "Northwind"
timezone = "UTC"
currency = "USD"
[[groups]]
key = "affiliates"
name = "Affiliates"
TOML
seq 1 $ROWS | awk 'BEGIN { print "customer_key,name,email,partner_key,created_at" } { printf "c%d,Customer %0150d,,,\n", $1, $1 }' >"$work/customers.csv"

prepare() { # FILE
    "$binary" --database "sqlite://$1" init --sandbox --now 2026-03-10T12:00:00Z >/dev/null
    "$binary" --database "sqlite://$1" program apply "$work/programme.toml" >/dev/null 2>&1
}
stored() { "$binary" --database "sqlite://$1" export customers --company northwind --format jsonl | wc -l; }
load() { "$binary" --database "sqlite://$1" import customers "$work/customers.csv" --company northwind >/dev/null 2>"$work/error"; }
load_whole() { # once nothing is in the way
    load "$1" || { cat "$work/error" >&2; exit 1; }
}
check() { "$binary" --database "sqlite://$1" verify >"$work/verify" 2>&1 || { cat "$work/verify" >&2; exit 1; }; }

writes=0 acknowledged=0 refused=0 lost=0 doubled=0 failed=0
report() { # PART FAULTS
    echo "kills | import, $1 | writes $writes | faults $2 | acknowledged $acknowledged | refused $refused | lost $lost | doubled $doubled"
    [ $refused -gt 0 ] || { echo "$1: no write met it" >&2; failed=1; }
    [ $((lost + doubled)) = 0 ] || failed=1
    writes=0 acknowledged=0 refused=0 lost=0 doubled=0
}
judge() { # FILE STATUS
    local rows
    rows=$(stored "$1")
    writes=$((writes + 1))
    if [ "$2" = 0 ]; then
        acknowledged=$((acknowledged + 1))
        [ "$rows" -ge $ROWS ] || lost=$((lost + 1))
    else
        refused=$((refused + 1))
        [ "$rows" = 0 ] || lost=$((lost + 1))
    fi
    [ "$rows" -le $ROWS ] || doubled=$((doubled + 1))
    check "$1"
}

limits=0
size=$(( ($(prepare "$work/size.db"; stat -c %s "$work/size.db") + 1023) / 1024 ))
for more in 0 8 16 24 32 48 64 96 128 192 256 384 512; do
    file=$work/limit-$more.db
    prepare "$file"
    status=0
    (ulimit -f $((size + more)) && load "$file") || status=$?
    judge "$file" $status
    load_whole "$file"
    judge "$file" 0
    limits=$((limits + 1))
done
report "file limits" $limits

disk() { # SIZE
    [ -z "$mounted" ] || umount "$mounted"
    mounted=$work/disk
    mkdir -p "$mounted"
    mount -t tmpfs -o size="$1" tmpfs "$mounted"
}
disks=0
disk 4M
file=$mounted/full.db
prepare "$file"
for left in 4 16 64 128 256; do
    free=$(df -k --output=avail "$mounted" | tail -n 1)
    head -c $(((free > left ? free - left : 0) * 1024)) /dev/zero >"$mounted/ballast"
    status=0
    load "$file" || status=$?
    rm "$mounted/ballast"
    judge "$file" $status
    disks=$((disks + 1))
    [ "$status" != 0 ] || break
done
load_whole "$file"
judge "$file" 0
report "full tmpfs" $disks

mkdir "$work/limited"
python3 "$here/serve-faults.py" "$binary" limit "$work/limited" "$RANDOM" || failed=1
disk 16M
python3 "$here/serve-faults.py" "$binary" disk "$mounted" "$RANDOM" || failed=1
[ $failed = 0 ]
