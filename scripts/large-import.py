#!/usr/bin/env python3
"""Imports a large file of transactions and says how long it took and how much memory it needed at most.

large-import.py TRIBUTARY_BINARY DATABASE_URL [MEGABYTES [refused]]      the database must be empty; 200 MB are the default
With "refused" the file's last row is wrong: it must be named, and nothing imported. That takes a minute.
Ends with 1 when the import fails, is not exactly once, leaves books that do not hold, or needs more than 384 MB.
"""
import os, random, resource, subprocess, sys, tempfile, time

BINARY, URL = sys.argv[1], sys.argv[2]
MEGABYTES = float(sys.argv[3]) if len(sys.argv) > 3 else 200
REFUSED = sys.argv[4:] == ["refused"]
PARTNERS, CUSTOMERS = 2_000, 200_000
MEMORY_MAX_MB = 384

PROGRAMME = """[company]
key = "large"
name = "Large"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[offers]]
key = "standard"
description = "20 % of every payment in a customer's first 12 months"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
limit = "12 months"
min_amount = "10.00"
"""


def run(*arguments, code=0):
    """The command's output, its seconds and the most memory it had, in MB."""
    started = time.monotonic()
    stderr = subprocess.STDOUT if code else None
    child = subprocess.Popen([BINARY, "--database", URL, *arguments], stdout=subprocess.PIPE, stderr=stderr, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != code:
        sys.exit(f"{' '.join(arguments)}: failed: {out}")
    return out.strip(), time.monotonic() - started, usage.ru_maxrss / 1024


def write(path, head, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(head + "\n")
        for row in rows:
            file.write(row)


def sales():
    """Two years of sales in no order, every fortieth given back in part."""
    chance = random.Random(1)
    size, number = 0, 0
    while size < MEGABYTES * 1_000_000:
        number += 1
        day = chance.randrange(700)
        date = f"{2024 + day // 360}-{day % 360 // 30 + 1:02}-{day % 28 + 1:02}T{chance.randrange(24):02}:{number % 60:02}:00Z"
        customer = chance.randrange(CUSTOMERS)
        row = f"sale-{number:09},customer-{customer:06},{chance.randrange(500, 30000) / 100:.2f},USD,{date},plan-{number % 7},software,\n"
        if number % 40 == 0:
            row += f"refund-{number:09},customer-{customer:06},-1.00,USD,2026-01-02T00:00:00Z,,,sale-{number:09}\n"
        size += len(row)
        yield row


with tempfile.TemporaryDirectory() as folder:
    at = lambda name: os.path.join(folder, name)
    with open(at("programme.toml"), "w", encoding="utf-8") as file:
        file.write(PROGRAMME)
    write(at("partners.csv"), "partner_key,name,email,first_name,last_name,group", (f"partner-{n},,,,,\n" for n in range(PARTNERS)))
    write(at("customers.csv"), "customer_key,name,email,partner_key,created_at",
          (f"customer-{n:06},,,partner-{n % PARTNERS},2023-12-01T00:00:00Z\n" for n in range(CUSTOMERS)))
    write(at("sales.csv"), "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of", sales())
    run("init", "--sandbox", "--now", "2026-02-01T00:00:00Z")
    run("program", "apply", at("programme.toml"))
    if REFUSED:
        for kind in ["partners", "customers"]:
            run("import", kind, at(f"{kind}.csv"), "--company", "large")
        path = at("sales.csv")
        with open(path, "rb") as file:
            wrong = sum(1 for _ in file) + 1
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write("sale-wrong,customer-000000,1.999,USD,2026-01-02T00:00:00Z,,,\n")
        out, seconds, megabytes = run("import", "transactions", path, "--company", "large", code=1)
        left = run("export", "transactions", "--company", "large", "--format", "jsonl")[0]
        passed = f"row {wrong}, amount" in out and not left and megabytes <= MEMORY_MAX_MB
        print(f"{out[-300:]}\n{os.path.getsize(path) / 1e6:.0f} MB refused in {seconds:.0f} s, {megabytes:.0f} MB of memory at most")
        print(f"large files: {int(passed)} passed, {int(not passed)} failed")
        sys.exit(0 if passed else 1)
    failed = False
    for kind in ["partners", "customers", "sales"]:
        noun = "transactions" if kind == "sales" else kind
        out, seconds, megabytes = run("import", noun, at(f"{kind}.csv"), "--company", "large")
        size = os.path.getsize(at(f"{kind}.csv")) / 1e6
        print(f"{out}: {size:.0f} MB in {seconds:.0f} s, {megabytes:.0f} MB of memory at most", flush=True)
    failed |= megabytes > MEMORY_MAX_MB
    again, seconds, megabytes = run("import", "transactions", at("sales.csv"), "--company", "large")
    print(f"again, {again}: {seconds:.0f} s, {megabytes:.0f} MB of memory at most", flush=True)
    failed |= "nothing changed" not in again or megabytes > MEMORY_MAX_MB
    _, seconds, megabytes = run("verify")
    print(f"verify: every invariant holds: {seconds:.0f} s, {megabytes:.0f} MB of memory at most", flush=True)
    sys.exit(1 if failed else 0)
