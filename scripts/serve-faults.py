#!/usr/bin/env python3
"""serve-faults.py TRIBUTARY_BINARY limit|disk FOLDER [SEED]

`tributary serve` on SQLite while its disk fills: four people post forms as a browser does, the disk is full (`disk`: FOLDER is a tmpfs
of its own; `limit`: the file may not grow, SIGXFSZ ignored), has space again, is full again, and the process is killed. What was acknowledged
is there once, what was refused is not there until it is sent again, /health says so meanwhile, pages can be read, and the same process
recovers. Ends with one line of counts; the exit status says whether they are as they must be.
"""

import collections
import concurrent.futures
import html
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

ROUNDS = 6
PEOPLE = 4
# Posts of each person in each part of a round.
POSTS = 25
RECOVERS_WITHIN = 10
PLACE = "/c/northwind"
# What pages say of a form that did not lead on.
SAID = ["This was done already", "Nothing was changed", "known whether", "still being worked on"]
PASSWORD = "a password for full disks"
PROGRAMME = """
[company]
key = "northwind"
name = "Northwind"
timezone = "UTC"
currency = "USD"
[[groups]]
key = "affiliates"
name = "Affiliates"
"""
PARTNERS = "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n"


def fail(words):
    raise SystemExit(f"serve-faults: {words}")


class Form:
    """A form of a page, filled in. `key` is what its effect is found by."""

    def __init__(self, action, page, fields, key):
        self.action, self.page, self.fields, self.key = action, page, fields, key
        # What the person was told last.
        self.told = ""


class Server:
    def __init__(self, binary, file, folder):
        self.binary, self.url, self.folder = binary, f"sqlite://{file}", folder
        self.port = None
        self.process = None

    def command(self, *arguments, **more):
        done = subprocess.run([self.binary, "--database", self.url, *arguments], capture_output=True, text=True, **more)
        if done.returncode != 0:
            fail(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        log = open(self.folder / "serve.log", "ab")
        environment = dict(os.environ, TRIBUTARY_MAIL_DIR=str(self.folder / "mail"))
        # Ignored signals stay ignored in the process: at the limit, a write fails instead of ending it.
        self.process = subprocess.Popen(
            [self.binary, "--database", self.url, "serve", "--listen", f"127.0.0.1:{self.port}"],
            stdout=log,
            stderr=log,
            env=environment,
            restore_signals=False,
            preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        )
        for _ in range(300):
            try:
                if self.health() == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        fail("the server did not start")

    def ask(self, method, path, body=None, cookie=None, accept="text/html", referer=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Accept": accept, "Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{self.port}"}
        if cookie:
            headers["Cookie"] = cookie
        if referer:
            headers["Referer"] = f"http://127.0.0.1:{self.port}{referer}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(body)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def health(self):
        return self.ask("GET", "/health")[0]

    def sign_in(self):
        form = {"email": "owner@northwind.example", "password": PASSWORD}
        status, headers, body = self.ask("POST", "/rpc/session/sign-in", form, accept="application/json")
        if status != 200:
            fail(f"signing in: {status} {body}")
        return headers["Set-Cookie"].split(";")[0]


class Books:
    """What is known of every form that was sent."""

    def __init__(self):
        self.acknowledged, self.refused, self.open = set(), {}, {}
        self.answers = collections.Counter()
        self.lost = self.doubled = 0

    def note(self, form, outcome):
        self.answers[outcome] += 1
        for known in (self.refused, self.open):
            known.pop(form.key, None)
        if outcome == "acknowledged":
            self.acknowledged.add(form.key)
        elif outcome == "refused":
            self.refused[form.key] = form
        else:
            self.open[form.key] = form


def fill_in(server, cookie, key):
    """A form as the page shows it, with a value that is found again."""
    if key.startswith("c"):
        action, page = "/rpc/customers/create", f"{PLACE}/customers/new"
        fields = {"customer_key": key, "name": f"Customer {key} {'x' * 150}", "email": "", "partner_key": ""}
    else:
        action, page = "/rpc/partners/manual-reward", f"{PLACE}/partners/acme/manual-reward"
        fields = {"partner_key": "acme", "description": f"For {key} {'x' * 150}", "amount": "5.00", "currency": "USD"}
    status, _, body = server.ask("GET", page, cookie=cookie)
    # A form that was refused is shown with the status of its refusal.
    if status not in (200, 503):
        fail(f"{page} can't be read: {status} {body[:300]}")
    _, _, form = body.partition(f'action="{action}"')
    form = form.partition("</form>")[0]
    for name in ("place", "form_token"):
        value = re.search(rf'name="{name}" value="([^"]*)"', form)
        if not value:
            fail(f"no {name} in the form of {page}")
        fields[name] = html.unescape(value.group(1))
    return Form(action, page, fields, key)


def told_by_page(server, cookie, form, headers):
    """What the page says that the browser is led to."""
    there = headers["Location"].split("?")[0]
    flashes = [text.split(";")[0] for text in headers.get_all("Set-Cookie") or [] if text.startswith("tributary-flash=")]
    try:
        _, _, body = server.ask("GET", there, cookie="; ".join([cookie, *flashes]))
    except (OSError, http.client.HTTPException):
        return "open"
    body = html.unescape(body)
    said = [words for words in SAID if words in body]
    form.told = f"led to {there}: {said}"
    if there != form.page or "This was done already" in said:
        return "acknowledged"
    if not said:
        fail(f"nobody says what became of {form.key} at {there}")
    return "refused" if said == ["Nothing was changed"] else "open"


def send(server, cookie, form, plain):
    """What the person is told: "acknowledged", "refused", or "open" where they are told that it isn't known, or nothing."""
    try:
        accept = "text/html" if plain else "application/json"
        status, headers, body = server.ask("POST", form.action, form.fields, cookie, accept, form.page)
    except (OSError, http.client.HTTPException):
        return "open"
    if plain and status == 303:
        return told_by_page(server, cookie, form, headers)
    form.told = f"{status} {body[:300]}"
    if status == 200:
        return "acknowledged"
    # After a kill, a form that was done says for a minute that it is still being worked on.
    if "known whether" in body or (status == 409 and "Busy" in body):
        return "open"
    if status in (500, 503):
        return "refused"
    fail(f"{form.action} {form.key}: {status} {body[:300]}")


def post(server, cookies, books, keys, count):
    """Four people at once, each until the server is gone."""

    def one(person):
        told = []
        for number in range(count):
            try:
                form = fill_in(server, cookies[person], key_of(next(keys)))
            except (OSError, http.client.HTTPException):
                break
            told.append((form, send(server, cookies[person], form, plain=(number + person) % 2 == 0)))
        return told

    with concurrent.futures.ThreadPoolExecutor(PEOPLE) as people:
        for told in people.map(one, range(PEOPLE)):
            for form, outcome in told:
                books.note(form, outcome)


def send_again(server, cookies, books):
    """As their pages hold them."""
    for form in [*books.refused.values(), *books.open.values()]:
        books.note(form, send(server, cookies[0], form, plain=False))


def key_of(number):
    return f"{'c' if number % 2 else 'r'}{number}."


class Disk:
    """A tmpfs of its own, filled up by another file."""

    def __init__(self, folder, server):
        self.ballast = folder / "ballast"

    def full(self, left):
        with open(self.ballast, "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass
            ballast.truncate(max(0, ballast.tell() - left))

    def free(self):
        self.ballast.unlink(missing_ok=True)


class Limit:
    """How large any file of the process may grow."""

    def __init__(self, folder, server):
        self.server = server

    def full(self, left):
        # SQLite's log is written from its beginning again and again, up to 4 MB: this is reached soon.
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (512 * 1024 + left, resource.RLIM_INFINITY))

    def free(self):
        # A process that was killed has no limit any more.
        if self.server.process.returncode is None:
            resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def stored(server):
    """How often the effect of each form is there."""
    found = collections.Counter()
    for noun, field in (("customers", "customer_key"), ("rewards", "description")):
        for line in server.command("export", noun, "--company", "northwind", "--format", "jsonl").splitlines():
            text = json.loads(line)[field] or ""
            found.update(re.findall(r"\b[cr]\d+\.", text))
    return found


def judge(server, books):
    found = stored(server)
    books.lost += sum(found[key] == 0 for key in books.acknowledged)
    books.doubled += sum(count > 1 for count in found.values())
    ghosts = [key for key in books.refused if found[key] > 0]
    if ghosts:
        fail(f"refused, and there all the same: {ghosts[:5]}")
    # Done, and the process ended before it kept the answer.
    for key in [key for key, form in books.open.items() if "Busy" in form.told]:
        if found[key] != 1:
            fail(f"{key} is said to be done and is there {found[key]} times")
        books.acknowledged.add(key)
        del books.open[key]
    server.command("verify")


def wait_for(condition, words):
    for _ in range(RECOVERS_WITHIN * 20):
        if condition():
            return
        time.sleep(0.05)
    fail(words)


def main():
    binary, kind, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    chance = random.Random(seed)
    server = Server(binary, folder / "books.db", folder)
    server.command("init", "--sandbox", "--now", "2026-03-10T12:00:00Z")
    for name, text in (("programme.toml", PROGRAMME), ("partners.csv", PARTNERS)):
        (folder / name).write_text(text)
    server.command("program", "apply", str(folder / "programme.toml"))
    server.command("import", "partners", str(folder / "partners.csv"), "--company", "northwind")
    user = ["user", "add", "--company", "northwind", "--role", "owner", "--email", "owner@northwind.example", "--password-stdin"]
    server.command(*user, input=PASSWORD)
    books, keys, faults, restarts = Books(), itertools.count(1), 0, 0
    server.start()
    cookies = [server.sign_in() for _ in range(PEOPLE)]
    disk = (Disk if kind == "disk" else Limit)(folder, server)
    try:
        for number in range(ROUNDS):
            begun = server.process.pid
            post(server, cookies, books, keys, 3)
            # Full, and full again while it is: the second refusal is where writes were lost once.
            for _ in range(2):
                refused_before = books.answers["refused"] + books.answers["open"]
                disk.full(chance.randrange(0, 48 * 1024))
                faults += 1
                post(server, cookies, books, keys, POSTS)
                if books.answers["refused"] + books.answers["open"] == refused_before:
                    fail("the disk was not full")
                if server.health() != 503:
                    fail("/health does not say that nothing can be saved")
                disk.free()
                wait_for(lambda: server.health() == 200, "/health does not recover")
            send_again(server, cookies, books)
            if books.refused or books.open:
                told = [f"{form.key} {form.told}" for form in [*books.refused.values(), *books.open.values()]]
                fail(f"{len(told)} forms did not pass when there was space again: {told[:5]}")
            post(server, cookies, books, keys, POSTS)
            if books.refused or books.open:
                fail("refused without a fault")
            if server.process.poll() is not None or server.process.pid != begun:
                fail("the server ended")
            # Full once more, and killed in the middle of it, or a moment after there is space again.
            disk.full(chance.randrange(0, 48 * 1024))
            faults += 1
            with concurrent.futures.ThreadPoolExecutor(1) as apart:
                posting = apart.submit(post, server, cookies, books, keys, POSTS)
                time.sleep(chance.uniform(0.05, 0.6))
                if number % 2:
                    disk.free()
                    time.sleep(chance.uniform(0, 0.1))
                server.process.kill()
                server.process.wait()
                posting.result()
            disk.free()
            restarts += 1
            judge(server, books)
            server.start()
            send_again(server, cookies, books)
            judge(server, books)
        server.process.terminate()
        server.process.wait(60)
        judge(server, books)
    finally:
        if server.process and server.process.poll() is None:
            server.process.kill()
            server.process.wait()
    answers = books.answers
    part = "full tmpfs" if kind == "disk" else "file limits"
    print(f"serve, {part}: {answers['open']} answers were open, {restarts} kills (seed {seed})")
    print(
        f"kills | serve, {part} | writes {sum(answers.values())} | faults {faults + restarts} | acknowledged {answers['acknowledged']} "
        f"| refused {answers['refused']} | lost {books.lost} | doubled {books.doubled}"
    )
    sys.exit(1 if books.lost + books.doubled else 0)


if __name__ == "__main__":
    main()
