#!/usr/bin/env python3
"""pages.py NAME FEW MANY ADDRESSES ROUNDS: the time a browser waits for each page of two servers, one with few and one with many rows.

ADDRESSES: a file with lines "screen<TAB>name<TAB>path among few<TAB>path among many". A B B A per round; the first round warms
up. Prints a row of Markdown per screen, every page on stderr; fails where a page is not answered or has no row of a table.
"""

import statistics
import sys
import time

from load import Person

EMAIL, PASSWORD = "owner@bench.example", "a long bench password"


def quantile(values, share):
    values = sorted(values)
    return values[round((len(values) - 1) * share)]


def within(few, many, times, more):
    """What is allowed among very many rows: so many times what it takes among few, or so many seconds more."""
    return many <= max(few * times, few + more)


def visit(person, path):
    started = time.perf_counter()
    answer, content = person.ask("GET", path)
    took = time.perf_counter() - started
    if answer.status != 200 or not content:
        raise SystemExit(f"{answer.status} {path}")
    return took


def main():
    name, few, many, addresses, rounds = *sys.argv[1:5], int(sys.argv[5])
    sides = [Person(address.removeprefix("http://"), EMAIL, PASSWORD) for address in (few, many)]
    for person in sides:
        person.sign_in()
    screens = {}
    with open(addresses, encoding="utf-8") as file:
        pages = [line.rstrip("\n").split("\t") for line in file]
    samples = [([], []) for _ in pages]
    for turn in range(rounds + 1):
        for (_, _, path_few, path_many), (times_few, times_many) in zip(pages, samples):
            a = visit(sides[0], path_few)
            b, c = visit(sides[1], path_many), visit(sides[1], path_many)
            d = visit(sides[0], path_few)
            if turn > 0:
                times_few += [a, d]
                times_many += [b, c]
    for (screen, page, _, _), (times_few, times_many) in zip(pages, samples):
        screens.setdefault(screen, []).append((statistics.median(times_few), statistics.median(times_many), page, times_few, times_many))
    for screen, measured in screens.items():
        p95_few = quantile([took for *_, times, _ in measured for took in times], 0.95)
        p95_many = quantile([took for *_, times in measured for took in times], 0.95)
        measured.sort(key=lambda page: page[0] - page[1])
        worst_few, worst_many = measured[0][:2]
        above = sum(not within(few, many, 4, 0.1) for few, many, *_ in measured)
        verdict = "" if within(p95_few, p95_many, 2, 0.025) else " **above**"
        print(
            f"| {name} | {screen} | {len(measured)} | {p95_few * 1e3:.1f} ms | {p95_many * 1e3:.1f} ms "
            f"| {p95_many / p95_few:.2f}, {(p95_many - p95_few) * 1e3:+.1f} ms{verdict} | {worst_few * 1e3:.1f} → {worst_many * 1e3:.1f} ms "
            f"| {worst_many / worst_few:.2f}, {(worst_many - worst_few) * 1e3:+.1f} ms | {above} |"
        )
        for few, many, page, *_ in measured:
            print(
                f"{name} served {(many - few) * 1e3:+8.1f} ms, {many / few:6.2f} = {many * 1e3:7.2f} / {few * 1e3:6.2f} ms, {screen}: {page}",
                file=sys.stderr,
            )


main()
