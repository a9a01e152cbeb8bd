#!/usr/bin/env python3
"""Writes a believable programme and its months of sales and refunds as files that `tributary` reads.

generate.py OUT [--seed N] [--months N] [--zone ZONE]      invented history
generate.py OUT --cdnow FILE [--zone ZONE]                 the CDNOW sample (see docs/HISTORY_CHECK.md) as transactions
"""
import argparse
import csv
import datetime as dt
import json
import pathlib
import random
from zoneinfo import ZoneInfo

PROGRAMME = """[company]
key = "history"
name = "History Shop"
timezone = "{zone}"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[groups]]
key = "agencies"
name = "Agencies"

[[offers]]
key = "affiliates-offer"
group = "affiliates"
description = "20 % of every payment in a customer's first 12 months, and $5 for the first"

[[offers.triggers]]
key = "welcome"
event = "transaction"
flat = "5.00"
currency = "USD"
limit = "first purchase"
min_amount = "10.00"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
limit = "12 months"

[[offers]]
key = "agencies-offer"
group = "agencies"
description = "12.5 % of the first three payments after 30 days, capped at $60.00 a month"

[[offers.triggers]]
key = "early"
event = "transaction"
percent = "12.5"
limit = "3 rewards"
hold_days = 30
cap_per_month = "60.00"
currency = "USD"
"""


def rfc3339(at: dt.datetime) -> str:
    return at.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(path: pathlib.Path, header: str, rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def partners(out: pathlib.Path, count: int) -> list[str]:
    keys = [f"p{index:03}" for index in range(count)]
    write(
        out / "partners.csv",
        "partner_key,name,email,first_name,last_name,group",
        [
            (key, f"Partner {index}", f"{key}@example.com", "Pat", f"Number{index}", "agencies" if index % 3 == 2 else "affiliates")
            for index, key in enumerate(keys)
        ],
    )
    return keys


TRANSACTIONS = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of"


def month_of(at: dt.datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m")


def invented(out: pathlib.Path, args, zone: ZoneInfo) -> None:
    rng = random.Random(args.seed)
    keys = partners(out, 12)
    start = dt.datetime(2024, 1, 1, tzinfo=zone)
    months = [(2024 + index // 12, index % 12 + 1) for index in range(args.months)]
    customers, attributions, arrivals = {}, {}, {f"{year}-{month:02}": [] for year, month in months}
    last = dt.datetime(months[-1][0], months[-1][1], 28, 12, tzinfo=zone)
    span = (last - start).total_seconds()
    serial = 0
    for index in range(150):
        joined = start + dt.timedelta(seconds=rng.randrange(int(span)))
        key = f"c{index:04}"
        partner = rng.choice(keys) if rng.random() < 0.9 else ""
        # Now and then nobody wrote down since when.
        dated = rng.random() < 0.8
        row = (key, f"Customer {index}", f"{key}@example.org", partner, rfc3339(joined) if dated else "")
        customers.setdefault(month_of(joined, zone), []).append(row)
        if rng.random() < 0.1:
            later = joined + dt.timedelta(days=rng.randrange(20, 200))
            if later < last:
                row = (key, rng.choice(keys), rfc3339(later))
                attributions.setdefault(month_of(later, zone), []).append(row)
        currency = rng.choice(["USD"] * 6 + ["EUR", "JPY", "KWD"])
        at = joined + dt.timedelta(minutes=rng.randrange(0, 3 * 1440) - (120 if rng.random() < 0.1 else 0))
        for _ in range(rng.randrange(0, 9)):
            if at > last:
                break
            serial += 1
            name = f"t{serial:06}"
            minor = rng.choice([0, rng.randrange(1, 2000), rng.randrange(100, 90000), rng.randrange(100, 90000)])
            if currency == "JPY":
                amount, unit = str(minor), 1
            elif currency == "KWD":
                amount, unit = f"{minor / 1000:.3f}", 1000
            else:
                amount, unit = f"{minor / 100:.2f}", 100
            late = rng.random() < 0.05
            arrival = max(month_of(at + dt.timedelta(days=40 if late else 0), zone), month_of(joined, zone))
            arrivals.setdefault(arrival, []).append((name, key, amount, currency, rfc3339(at), "pro" if serial % 4 == 0 else "", "", ""))
            if minor > 1 and rng.random() < 0.15:
                left = minor
                when = at
                for part in range(rng.randrange(1, 3)):
                    back = left if rng.random() < 0.4 else rng.randrange(1, left + 1)
                    left -= back
                    when = when + dt.timedelta(days=rng.randrange(0, 45), minutes=5)
                    if when > last:
                        break
                    shown = {1: f"-{back}", 100: f"-{back / 100:.2f}", 1000: f"-{back / 1000:.3f}"}[unit]
                    come = max(month_of(when, zone), arrival)
                    arrivals.setdefault(come, []).append((f"{name}-r{part}", key, shown, currency, rfc3339(when), "", "", name))
                    if left == 0:
                        break
            at += dt.timedelta(days=rng.randrange(0, 70), minutes=rng.randrange(1440))
    finish(out, args, zone, start, customers, attributions, arrivals, [f"{year}-{month:02}" for year, month in months])


def cdnow(out: pathlib.Path, args, zone: ZoneInfo) -> None:
    keys = partners(out, 40)
    first, arrivals, order = {}, {}, 0
    with open(args.cdnow, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            order += 1
            # The source has days only: noon of the company's day.
            at = dt.datetime.fromisoformat(row["date"]).replace(hour=12, tzinfo=zone)
            first.setdefault(row["customer_id"], at)
            arrivals.setdefault(month_of(at, zone), []).append(
                (f"cd{order:05}", row["customer_id"], row["amount"], "USD", rfc3339(at), "", "", "")
            )
    customers = {}
    for key, at in first.items():
        partner = keys[int(key) % len(keys)] if int(key) % 11 else ""
        row = (key, f"Customer {key}", f"{key}@example.org", partner, rfc3339(at))
        customers.setdefault(month_of(at, zone), []).append(row)
    finish(out, args, zone, dt.datetime(1997, 1, 1, tzinfo=zone), customers, {}, arrivals, sorted(arrivals))


def finish(out, args, zone, start, customers, attributions, arrivals, months) -> None:
    (out / "programme.toml").write_text(PROGRAMME.format(zone=args.zone), encoding="utf-8")
    steps = []
    for index, month in enumerate(months):
        rows = arrivals.get(month, [])
        # Files do not come sorted.
        random.Random(index).shuffle(rows)
        write(out / f"transactions-{month}.csv", TRANSACTIONS, rows)
        write(out / f"customers-{month}.csv", "customer_key,name,email,partner_key,created_at", customers.get(month, []))
        write(out / f"attributions-{month}.csv", "customer_key,partner_key,from", sorted(attributions.get(month, []), key=lambda row: row[2]))
        year, number = map(int, month.split("-"))
        after = dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
        steps.append({"month": month, "import_at": rfc3339(after - dt.timedelta(hours=1))})
    year, number = map(int, months[-1].split("-"))
    end = dt.datetime(year + number // 12, number % 12 + 1, 20, tzinfo=zone)
    plan = {"company": "history", "zone": args.zone, "start": rfc3339(start), "steps": steps, "end": rfc3339(end)}
    (out / "plan.json").write_text(json.dumps(plan, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--zone", default="America/New_York")
    parser.add_argument("--cdnow")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    (cdnow if args.cdnow else invented)(args.out, args, ZoneInfo(args.zone))


if __name__ == "__main__":
    main()
