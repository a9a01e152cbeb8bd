#!/usr/bin/env python3
"""same_page.py URL TWIN FILE: signs in to a running demo company, fetches each page from it and from its twin, and compares them.

Writes a line for each page into FILE: "name<TAB>path<TAB>cookie". Prints Markdown: how long both are, and what differs in what people
see and in the marks around it. Fails where the text differs.
"""

import difflib
import html.parser
import re
import sys

from load import PEOPLE, Person

PAGES = [("Review Rewards", "company", "/rewards"), ("Commissions", "partner", "/commissions")]
# Of itself and its children, nothing is seen.
UNSEEN = {"script", "style"}


class Marks(html.parser.HTMLParser):
    """A page as the browser reads it: elements with their attributes in order, and texts."""

    def __init__(self, page):
        super().__init__()
        self.found, self.texts, self.within = [], [], None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in UNSEEN:
            self.within = tag
            return
        named = {name: value or "" for name, value in attributes}
        if named.get("name") == "form_token":
            named["value"] = ""
        # Nothing is the same as no class, and their order says nothing.
        classes = sorted(named.pop("class", "").split())
        if classes:
            named["class"] = " ".join(classes)
        self.found.append(f"<{tag} {sorted(named.items())}>")

    def handle_endtag(self, tag):
        if tag in UNSEEN:
            self.within = None
        else:
            self.found.append(f"</{tag}>")

    def handle_data(self, data):
        if self.within is None and data:
            # The framework's marks part a text in two.
            if self.found and self.found[-1].startswith("text "):
                self.found[-1] += data
                self.texts[-1] += data
            else:
                self.found.append(f"text {data}")
                self.texts.append(data)


def bare(page):
    """Without what only hydration needs."""
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.S)
    return re.sub(r"<!--.*?-->|<!>", "", page, flags=re.S)


def fetch(address, cookie, path):
    person = Person(address.removeprefix("http://"), "")
    person.cookie = cookie
    answer, content = person.ask("GET", path)
    if answer.status != 200:
        raise SystemExit(f"{answer.status} {address}{path}: {content[:300]}")
    if answer.headers.get("content-encoding") == "gzip":
        import gzip

        content = gzip.decompress(content)
    return content.decode()


def main():
    ours, twin, pages = sys.argv[1:4]
    different = 0
    print("| page | ours, bytes | without hydration | twin, bytes | texts | marks that differ |")
    print("|---|---|---|---|---|---|")
    with open(pages, "w", encoding="utf-8") as file:
        for name, who, path in PAGES:
            person = Person(ours.removeprefix("http://"), PEOPLE[who])
            person.sign_in()
            answer, _ = person.ask("GET", path)
            path = answer.headers.get("location", path)
            # The twin's first answer reads what it keeps.
            fetch(twin, person.cookie, path)
            served, written = fetch(ours, person.cookie, path), fetch(twin, person.cookie, path)
            own, other = Marks(bare(served)), Marks(written)
            if own.texts != other.texts:
                different += 1
                print(*difflib.unified_diff(own.texts, other.texts, "ours", "twin", lineterm="", n=1), sep="\n", file=sys.stderr)
            marks = [line for line in difflib.ndiff(own.found, other.found) if line[0] in "+-"] if own.found != other.found else []
            if marks:
                print(*marks, sep="\n", file=sys.stderr)
            lengths = [len(text.encode()) for text in (served, bare(served), written)]
            same = "the same" if own.texts == other.texts else "**differ**"
            print(f"| {name} | {lengths[0]:,} | {lengths[1]:,} | {lengths[2]:,} | {same} | {len(marks)} |")
            print(f"{name}\t{path}\t{person.cookie}", file=file)
    if different:
        raise SystemExit("The pages say different things.")


main()
