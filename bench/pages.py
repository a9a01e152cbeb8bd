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
    samples = [([], [], []) for _ in pages]
    for turn in range(rounds + 1):
        for (_, _, path_few, path_many), (times_few, times_many, ratios) in zip(pages, samples):
            a = visit(sides[0], path_few)
            b, c = visit(sides[1], path_many), visit(sides[1], path_many)
            d = visit(sides[0], path_few)
            if turn > 0:
                times_few += [a, d]
                times_many += [b, c]
                ratios.append((b + c) / (a + d))
    for (screen, page, _, _), (times_few, times_many, ratios) in zip(pages, samples):
        screens.setdefault(screen, []).append((statistics.median(ratios), page, times_few, times_many))
    for screen, measured in screens.items():
        p95_few = quantile([took for _, _, times, _ in measured for took in times], 0.95)
        p95_many = quantile([took for _, _, _, times in measured for took in times], 0.95)
        ratios = [ratio for ratio, *_ in measured]
        above = [sum(ratio > limit for ratio in ratios) for limit in (1.2, 1.5)]
        print(
            f"| {name} | {screen} | {len(measured)} | {p95_few * 1e3:.1f} ms | {p95_many * 1e3:.1f} ms | **{p95_many / p95_few:.2f}** "
            f"| {statistics.median(ratios):.2f}, {quantile(ratios, 0.95):.2f}, {max(ratios):.2f} | {above[0]} | {above[1]} |"
        )
        for ratio, page, times_few, times_many in sorted(measured, reverse=True):
            few_ms, many_ms = statistics.median(times_few) * 1e3, statistics.median(times_many) * 1e3
            print(f"{name} served {ratio:6.2f} = {many_ms:7.2f} / {few_ms:6.2f} ms, {screen}: {page}", file=sys.stderr)


main()
