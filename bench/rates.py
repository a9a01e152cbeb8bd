#!/usr/bin/env python3
"""rates.py URL SECONDS AT_ONCE PID: how many pages a second a running demo company shows to its owner, over kept connections.

Reads the company's lists and details in turn. Prints "RATE CPU": pages a second, and milliseconds of the server's processor for each.
"""

import http.client
import os
import sys
import threading
import time

from load import PEOPLE, Person

STARTS = ["/", "/rewards", "/partners", "/customers", "/invoices", "/offers", "/settings/audit"]


def processor(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    address, seconds, at_once, pid = sys.argv[1].removeprefix("http://"), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    person = Person(address, PEOPLE["company"])
    person.sign_in()
    # To the person's own company, where pages are by company.
    paths = [person.ask("GET", path)[0].headers.get("location", path) for path in STARTS]
    counts, end = [0] * at_once, time.monotonic() + seconds

    def read(own):
        connection = http.client.HTTPConnection(address, timeout=60)
        while time.monotonic() < end:
            path = paths[(own + counts[own]) % len(paths)]
            connection.request("GET", path, headers={"accept": "text/html", "cookie": person.cookie})
            answer = connection.getresponse()
            if answer.status != 200 or b"</html>" not in answer.read():
                wrong.append(f"{answer.status} {path}")
                return
            counts[own] += 1

    wrong = []
    threads = [threading.Thread(target=read, args=[own]) for own in range(at_once)]
    started, before = time.monotonic(), processor(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pages, took = sum(counts), time.monotonic() - started
    if wrong or not all(counts):
        raise SystemExit(", ".join(wrong) or "a reader had no page")
    print(f"{pages / took:.1f} {1000 * (processor(pid) - before) / pages:.2f}")


main()
