#!/usr/bin/env python3
"""A second, independent computation of what a history must come to, in exact fractions, from the files alone.

expect.py DIR REWARDS.jsonl INVOICES.jsonl PAYOUTS.jsonl     compares with what `tributary export` wrote; exit 1 on a difference

It knows only the triggers that generate.py writes and shares no code with the program.
"""
import collections
import csv
import datetime as dt
import json
import pathlib
import sys
import tomllib
from fractions import Fraction
from zoneinfo import ZoneInfo

EXPONENT = {"JPY": 0, "KWD": 3}


def minor(text: str, currency: str) -> int:
    return int(Fraction(text) * 10 ** EXPONENT.get(currency, 2))


def half_even(value: Fraction) -> int:
    return round(value)  # Python rounds fractions half to even.


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def plus_months(at: dt.datetime, months: int, zone: ZoneInfo) -> dt.datetime:
    local = at.astimezone(zone)
    index = local.year * 12 + local.month - 1 + months
    year, month = index // 12, index % 12 + 1
    for day in range(local.day, 27, -1):
        try:
            return local.replace(year=year, month=month, day=day, fold=0)
        except ValueError:
            continue
    return local.replace(year=year, month=month, fold=0)


class World:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.plan = json.loads((folder / "plan.json").read_text())
        programme = tomllib.loads((folder / "programme.toml").read_text())
        self.zone = ZoneInfo(programme["company"]["timezone"])
        self.home = programme["company"]["currency"]
        self.end = instant(self.plan["end"])
        self.offers = collections.defaultdict(list)
        for offer in programme["offers"]:
            self.offers[offer["group"]].append(offer)
        self.group = {row["partner_key"]: row["group"] for row in self.rows("partners.csv")}
        self.spans = collections.defaultdict(list)
        self.sales, self.by_customer = {}, collections.defaultdict(list)
        self.rewards = []
        self.made = collections.Counter()
        self.capped = collections.Counter()

    def rows(self, name):
        with (self.folder / name).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def run(self):
        for step in self.plan["steps"]:
            month, now = step["month"], instant(step["import_at"])
            for row in self.rows(f"customers-{month}.csv"):
                since = instant(row["created_at"]) if row["created_at"] else dt.datetime.min.replace(tzinfo=dt.timezone.utc)
                if row["partner_key"]:
                    self.spans[row["customer_key"]].append((since, row["partner_key"]))
            for row in self.rows(f"attributions-{month}.csv"):
                self.spans[row["customer_key"]].append((instant(row["from"]), row["partner_key"]))
            rows = [(instant(row["occurred_at"]), bool(row["refund_of"]), index, row) for index, row in enumerate(self.rows(f"transactions-{month}.csv"))]
            for at, refund, _, row in sorted(rows, key=lambda entry: entry[:3]):
                (self.refund if refund else self.sale)(row, at, now, month)

    def owner(self, customer, at):
        owner = None
        for since, partner in self.spans[customer]:
            if since <= at:
                owner = partner
        return owner

    def sale(self, row, at, now, month):
        currency, customer = row["currency"], row["customer_key"]
        amount = minor(row["amount"], currency)
        earlier = [sale for sale in self.by_customer[customer] if sale["amount"] > 0 and sale["at"] <= at]
        known = [sale["at"] for sale in self.by_customer[customer] if sale["amount"] > 0] + ([at] if amount > 0 else [])
        sale = {"amount": amount, "at": at, "refunded": 0, "rewards": [], "customer": customer, "currency": currency}
        self.by_customer[customer].append(sale)
        self.sales[row["key"]] = sale
        partner = self.owner(customer, at)
        if partner is None or amount == 0:
            return
        for offer in self.offers[self.group[partner]]:
            for trigger in offer["triggers"]:
                name = (trigger["key"], customer)
                own = trigger.get("currency", self.home)
                if "min_amount" in trigger and (currency != own or amount < minor(trigger["min_amount"], own)):
                    continue
                limit = trigger.get("limit", "unlimited").split()
                if limit[0] == "first" and (earlier or self.made[name]):
                    continue
                if limit[-1] == "months" and not at < plus_months(min(known), int(limit[0]), self.zone):
                    continue
                if limit[-1] == "rewards" and self.made[name] >= int(limit[0]):
                    continue
                if "percent" in trigger:
                    paid, value = currency, half_even(Fraction(amount) * Fraction(trigger["percent"]) / 100)
                else:
                    paid, value = own, minor(trigger["flat"], own)
                if "cap_per_month" in trigger:
                    if currency != own:
                        continue
                    bucket = (trigger["key"], partner, at.astimezone(self.zone).strftime("%Y-%m"))
                    value = min(value, minor(trigger["cap_per_month"], own) - self.capped[bucket])
                    self.capped[bucket] += max(value, 0)
                if value <= 0:
                    continue
                self.made[name] += 1
                ready = None
                if trigger.get("hold_days"):
                    local = at.astimezone(self.zone) + dt.timedelta(days=trigger["hold_days"])
                    ready = local.replace(fold=0).astimezone(dt.timezone.utc)
                    ready = ready if ready > now else None
                reward = {"partner": partner, "customer": customer, "transaction": row["key"], "offer": offer["key"], "trigger": trigger["key"], "source": "transaction",
                          "amount": value, "currency": paid, "month": month, "ready": ready, "taken": 0}
                # Released within the history, it moves into the month of that instant.
                if ready and ready <= self.end:
                    reward["month"] = ready.astimezone(self.zone).strftime("%Y-%m")
                sale["rewards"].append(reward)
                self.rewards.append(reward)

    def refund(self, row, at, now, month):
        sale = self.sales[row["refund_of"]]
        sale["refunded"] -= minor(row["amount"], row["currency"])
        self.by_customer[row["customer_key"]].append({"amount": -1, "at": at})
        for reward in sale["rewards"]:
            due = half_even(Fraction(reward["amount"] * sale["refunded"], sale["amount"]))
            back = due - reward["taken"]
            if back == 0:
                continue
            reward["taken"] = due
            follows = reward["ready"] is not None and now < reward["ready"] <= self.end
            self.rewards.append({**reward, "transaction": row["key"], "source": "refund", "amount": -back, "month": reward["month"] if follows else max(month, reward["month"])})

    def settle(self):
        """Invoices and payouts: negative balances are carried into the next month that has lines."""
        months = collections.defaultdict(lambda: collections.defaultdict(int))
        end = self.end.astimezone(self.zone).strftime("%Y-%m")
        for reward in self.rewards:
            # Still on hold at the end, it is on no invoice.
            if reward["month"] < end and not (reward["ready"] and reward["ready"] > self.end):
                months[(reward["month"], reward["currency"])][reward["partner"]] += reward["amount"]
        balance, payouts = collections.Counter(), {}
        for (month, currency), totals in sorted(months.items()):
            for partner, total in totals.items():
                due = total + balance[partner, currency]
                balance[partner, currency] = min(due, 0)
                if due > 0:
                    payouts[month, currency, partner] = due
        return months, payouts


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def compare(what, expected, found) -> bool:
    expected, found = collections.Counter(expected), collections.Counter(found)
    if expected == found:
        print(f"{what}: {sum(found.values())} agree")
        return True
    print(f"{what}: {sum((expected - found).values())} missing, {sum((found - expected).values())} too many", file=sys.stderr)
    for sign, rest in (("missing", expected - found), ("too many", found - expected)):
        for entry in sorted(rest, key=repr)[:8]:
            print(f"  {sign}: {entry}", file=sys.stderr)
    return False


def main() -> int:
    folder, rewards, invoices, payouts = sys.argv[1:5]
    world = World(pathlib.Path(folder))
    world.run()
    months, paid = world.settle()
    if not world.rewards or not paid:
        print("nothing was computed: the history is empty", file=sys.stderr)
        return 1
    exported = lines(invoices)
    number = {entry["number"]: entry for entry in exported}
    good = compare(
        "rewards",
        [(r["partner"], r["customer"], r["transaction"], r["offer"], r["trigger"], r["source"], r["amount"], r["currency"], r["month"]) for r in world.rewards],
        [(r["partner_key"], r["customer_key"], r["transaction_key"], r["offer_key"], r["trigger_key"], r["source"], r["amount"], r["currency"], r["invoice_month"]) for r in lines(rewards)],
    )
    good &= compare(
        "invoice lines per partner",
        [(month, currency, partner, total) for (month, currency), totals in months.items() for partner, total in totals.items()],
        [(e["month"], e["currency"], p["partner_key"], p["total"]) for e in exported for p in e["partners"]],
    )
    good &= compare(
        "invoice totals",
        [(month, currency, sum(totals.values())) for (month, currency), totals in months.items()],
        [(e["month"], e["currency"], e["total"]) for e in exported],
    )
    good &= compare(
        "payouts",
        [(month, currency, partner, amount) for (month, currency, partner), amount in paid.items()],
        [(number[p["invoice_number"]]["month"], p["currency"], p["partner_key"], p["amount"]) for p in lines(payouts)],
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
