#!/usr/bin/env bash
# bench/pages.sh [SECONDS ROUNDS AT_ONCE]: how close two pages are to what an expert would write by hand. Review Rewards and Commissions
# as they are served to somebody signed in, beside their twins (bench/twin: axum, maud and SQL) on the same database.
# Both servers have the same core, the load another; A B B A in each round. Writes docs/benchmarks/pages.md.
# TRIBUTARY_BINARY names the program; otherwise `make server`'s is taken. Needs wrk.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${TRIBUTARY_TEST_POSTGRES:-}" ] || exec scripts/with-postgres.sh "$0" "$@"
seconds="${1:-5}" rounds="${2:-7}" at_once="${3:-4}"
binary="${TRIBUTARY_BINARY:-$(server_bin release)}"
[ -x "$binary" ] || die "No server at $binary. Run make server."
command -v wrk >/dev/null || die "No wrk here. It is in Debian's package of that name."
(cd bench/twin && cargo build --locked --release)
twin="$CARGO_TARGET_DIR/$CARGO_BUILD_TARGET/release/twin"

home="$(mktemp -d)"
# An address that only passes through the server.
no_page=/pkg/none
declare -A url pid
trap 'kill "${pid[@]}" 2>/dev/null || true; rm -rf "$home" "$table" "$progress"' EXIT

# begin NAME COMMAND…: starts a server on the first core at ${url[NAME]}.
begin() {
    local name="$1"
    shift
    taskset -c 0 "$@" >"$home/$name.log" 2>&1 &
    pid[$name]=$!
    for _ in $(seq 300); do
        curl -sf "${url[$name]}/health" >/dev/null && return
        sleep 0.1
    done
    die "The server did not start: $(cat "$home/$name.log")"
}

stop() {
    kill "${pid[@]}"
    wait "${pid[@]}" 2>/dev/null || true
    pid=()
}

ticks() {
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

# rate NAME PATH COOKIE [SCRIPT]: "requests a second, milliseconds of the server's processor for each".
rate() {
    local before requests
    before="$(ticks "${pid[$1]}")"
    taskset -c 1 wrk -t1 -c"$at_once" -d"${seconds}s" -H "cookie: $3" ${4:+-s "$4"} "${url[$1]}$2" >"$home/wrk"
    grep -q "Socket errors" "$home/wrk" && die "$(cat "$home/wrk")"
    # Errors are quick to send.
    [ "$2" = "$no_page" ] || ! grep -q "^ *Non-2xx" "$home/wrk" || die "$1 $2: $(cat "$home/wrk")"
    requests="$(awk '/ requests in / { print $1 }' "$home/wrk")"
    awk -v requests="$requests" -v ticks="$(($(ticks "${pid[$1]}") - before))" -v hz="$(getconf CLK_TCK)" \
        '/^Requests\/sec/ { printf "%.1f %.4f\n", $2, 1000 * ticks / hz / requests }' "$home/wrk"
}

# all_fine NAME PATH COOKIE: refuses to measure what is not the page.
all_fine() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "cookie: $3" "${url[$1]}$2")" = 200 ] || die "No page at ${url[$1]}$2"
}

middle() {
    sort -n | awk '{ all[NR] = $1 } END { printf "%.2f", (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2 }'
}

# statements PATH COOKIE: how many PostgreSQL is sent for one page, where it can be read in its log.
statements() {
    local log psql
    psql=("$TRIBUTARY_TEST_POSTGRES_BIN/psql" -qAt "$TRIBUTARY_TEST_POSTGRES")
    log="$("${psql[@]}" -c 'SHOW unix_socket_directories')/server.log"
    "${psql[@]}" -c "ALTER SYSTEM SET log_statement = 'all'" -c 'SELECT pg_reload_conf()' >/dev/null
    sleep 1
    for name in ours twin; do
        local before
        before="$(wc -l <"$log")"
        curl -s -o /dev/null -H "cookie: $2" "${url[$name]}$1"
        tail -n "+$((before + 1))" "$log" | grep -cE 'LOG:  (execute|statement)' || true
    done | paste -sd ' '
    "${psql[@]}" -c 'ALTER SYSTEM RESET log_statement' -c 'SELECT pg_reload_conf()' >/dev/null
    sleep 1
}

# compare KIND: a row for each page.
compare() {
    local name path cookie sent ours other ours_ms other_ms span
    while IFS=$'\t' read -r name path cookie; do
        for server in ours twin; do
            all_fine "$server" "$path" "$cookie"
            rate "$server" "$path" "$cookie" >/dev/null
        done
        sent="—"
        [ "$1" = PostgreSQL ] && sent="$(statements "$path" "$cookie" | sed 's/ / and /')"
        : >"$home/all"
        for round in $(seq "$rounds"); do
            for server in ours twin twin ours; do
                echo "$round $server $(rate "$server" "$path" "$cookie")" | tee -a "$home/all" >&2
            done
        done
        # Per round: ours ÷ twin's, by requests and by processor, and the twin's second turn ÷ its first.
        awk '{ rate[$1, $2] += $3; cpu[$1, $2] += $4; if ($2 == "twin") { if (first[$1]) again[$1] = $3 / first[$1]; else first[$1] = $3 }; last = $1 }
            END { for (r = 1; r <= last; r++) print rate[r, "ours"] / rate[r, "twin"], cpu[r, "twin"] / cpu[r, "ours"], again[r] }' \
            "$home/all" >"$home/ratios"
        ours="$(awk '$2 == "ours" { print $3 }' "$home/all" | middle)" other="$(awk '$2 == "twin" { print $3 }' "$home/all" | middle)"
        ours_ms="$(awk '$2 == "ours" { print $4 }' "$home/all" | middle)" other_ms="$(awk '$2 == "twin" { print $4 }' "$home/all" | middle)"
        # column N: of the ratios, in order.
        column() { cut -d' ' -f"$1" "$home/ratios" | sort -n; }
        span="$(column 1 | awk 'NR == 1 { least = $1 } END { printf "%.2f–%.2f", least, $1 }')"
        echo "| $1 | $name | ${ours%.*} | ${other%.*} | **$(column 1 | middle)** ($span) | $ours_ms and $other_ms ms | $(column 2 | middle)" \
            "| $(column 3 | middle) | $sent |"
    done <"$home/pages"
}

# asks PLACE WHAT: a script for wrk that asks a server function as the client does.
asks() {
    python3 - "$1" "$2" "${url[ours]}" "$build" <<'PY'
import sys
place, after, origin, build = sys.argv[1:]
packed = chr(0x100 + len(place)) + place + "\u0100" * int(after)
body = "".join(f"\\{byte:03}" if byte < 48 or byte > 126 or byte == 92 else chr(byte) for byte in packed.encode())
print(f'wrk.method, wrk.body = "POST", "{body}"')
print('wrk.headers["Accept"] = "text/x-packed"')
print(f'wrk.headers["Content-Type"], wrk.headers["X-Build"], wrk.headers["Origin"] = "text/x-packed", "{build}", "{origin}"')
PY
}

# pieces KIND: where the time of a page goes, from requests that do more and more of it.
pieces() {
    local kind="$1" name path cookie place ask build function
    while IFS=$'\t' read -r name path cookie; do
        place="$(cut -d/ -f1-3 <<<"$path")"
        build="$(curl -s -H "cookie: $cookie" "${url[ours]}$path" | sed -n 's/.*data-build="\([^"]*\)".*/\1/p' | head -n 1)"
        asks "$place" 0 >"$home/viewer.lua"
        asks "$place" 4 >"$home/list.lua"
        asks "$place" 1 >"$home/jumps.lua"
        function=rewards/list
        [ "$name" = Commissions ] && function=portal/commissions
        ask() { rate ours "$@" | cut -d' ' -f2; }
        for _ in 1 2 3; do
            echo "$(ask "$no_page" "$cookie")" \
                "$(ask "/${path##*/}" tributary=AAAAAAAAAAAAAAAAAAAAAA)" \
                "$(ask "/${path##*/}" "$cookie")" \
                "$(ask /rpc/session/viewer "$cookie" "$home/viewer.lua")" \
                "$(ask /rpc/sandbox/jumps "$cookie" "$home/jumps.lua")" \
                "$(ask "/rpc/$function" "$cookie" "$home/list.lua")" \
                "$(ask "$path" "$cookie")" | tee -a "$progress.$kind.$name" >&2
        done
        for column in 1 2 3 4 5 6 7; do cut -d' ' -f"$column" "$progress.$kind.$name" | sort -n | sed -n 2p; done | paste -sd ' ' |
            awk -v kind="$kind" -v name="$name" '{
                jumps = name == "Commissions" ? 0 : $5 - $3
                printf "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", kind, name, $1, $2 - $1, $3 - $2, $4 - $3, jumps, $6 - $3,
                    $7 - $6 - ($4 - $3) - jumps }'
        rm -f "$progress.$kind.$name"
    done <"$home/pages"
}

: >"$home/same"
for kind in SQLite PostgreSQL; do
    database="sqlite://$home/demo.db"
    [ "$kind" = PostgreSQL ] && database="$TRIBUTARY_TEST_POSTGRES"
    "$binary" --database "$database" demo >/dev/null
    port=$((20000 + RANDOM % 30000))
    url=([ours]="http://127.0.0.1:$port" [twin]="http://127.0.0.1:$((port + 1))")
    begin ours "$binary" --database "$database" serve --listen "127.0.0.1:$port" --mail-dir "$home/mail"
    begin twin "$twin" "$database" "127.0.0.1:$((port + 1))"
    python3 bench/same_page.py "${url[ours]}" "${url[twin]}" "$home/pages" | tee "$home/same" >&2
    compare "$kind" | tee -a "$table" >&2
    pieces "$kind" | tee -a "$home/pieces" >&2
    stop
done

{
    echo "# Pages against a twin written by hand"
    echo
    echo "Two pages of the demo company, as somebody signed in gets them, and the same pages written by hand in axum and maud over sqlx"
    echo "(\`bench/twin\`; what it asks the database is in \`bench/twin/src/queries.rs\`). Both servers run on the same core, one at a time has"
    echo "work; wrk has the other, and PostgreSQL runs on both. $at_once kept connections, $seconds s at a time, ours, twin, twin, ours per round,"
    echo "$rounds rounds. Where the twin again ÷ twin isn't within 0.95–1.05, the machine had too much else to do, and only the processor's time counts."
    echo "Goal: 0.5 of the twin's rate; no worse than 0.35."
    echo
    echo "| database | page | ours /s | twin /s | ours ÷ twin (least–most) | processor for a page | twin's ÷ ours, processor | twin again ÷ twin | statements, ours and twin |"
    echo "|---|---|---|---|---|---|---|---|---|"
    cat "$table"
    echo
    echo "The same page? Marks are elements with their attributes, and texts."
    echo
    cat "$home/same"
    echo
    echo "Where our time goes, in milliseconds of the server's processor for a page. Each column is the difference between requests that do"
    echo "more and more of it: an address without a page; a session that doesn't exist; an address that leads on to the person's own company;"
    echo "the server functions that the page calls, asked as the client asks them, with the packing of their answers; the page."
    echo
    echo "| database | page | HTTP | session | who, and what they may | frame | clock's menu | list | rendering and the rest |"
    echo "|---|---|---|---|---|---|---|---|---|"
    cat "$home/pieces"
    about bench/pages.sh "$@"
} | tee docs/benchmarks/pages.md
