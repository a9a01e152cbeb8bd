#!/usr/bin/env python3
"""load.py URL PAGES AT_ONCE: signs in to a running demo company and reads its screens, so many pages, so many at once.

Half of it is the company's owner, half a partner; one page in thirty is a new sign-in. Follows the links of each list to some
of its rows, pages and sorts. Prints how many pages of each kind were answered and fails where one was not.
"""

import collections
import http.client
import itertools
import re
import sys
import threading
import urllib.parse

PASSWORD = "northwind-demo"
PEOPLE = {"company": "mia.bennett@northwind.example", "partner": "priya@northern-workshop.example"}
COMPANY = [
    "/", "/rewards", "/rewards?status=pending", "/rewards?month=all&sort=amount", "/rewards?month=all&sum=all", "/partners",
    "/partners?sort=-signups", "/partners?sort=group", "/partners?search=no", "/customers", "/customers?search=an", "/invoices", "/payouts",
    "/offers", "/offers/new", "/settings", "/settings/audit", "/settings/import", "/search?q=north", "/more",
]
PARTNER = ["/partner", "/partner/commissions", "/partner/payouts", "/partner/customers", "/commissions", "/payouts", "/customers"]


class Person:
    def __init__(self, address, email, password=PASSWORD):
        self.address, self.email, self.password, self.cookie = address, email, password, ""

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"accept": "text/html", "accept-encoding": "gzip", "cookie": self.cookie, "origin": f"http://{self.address}"}
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def sign_in(self):
        form = urllib.parse.urlencode({"email": self.email, "password": self.password, "next": ""})
        answer, _ = self.ask("POST", "/rpc/session/sign-in", form)
        cookie = answer.headers.get("set-cookie")
        if answer.status != 303 or not cookie:
            raise SystemExit(f"{self.email} could not sign in: {answer.status}")
        self.cookie = cookie.split(";")[0]


def links(address, person, starts):
    """The pages themselves, and what they lead to: a few rows, pages and sorts of each."""
    import gzip

    found = []
    for path in starts:
        answer, content = person.ask("GET", path)
        if answer.status == 303:
            # To the person's own company or partner.
            path = answer.headers["location"]
            answer, content = person.ask("GET", path)
        if answer.status != 200:
            continue
        found.append(path)
        text = gzip.decompress(content) if answer.headers.get("content-encoding") == "gzip" else content
        hrefs = [href.replace("&amp;", "&") for href in re.findall(r'href="([^"#]+)"', text.decode())]
        base = path.split("?")[0]
        hrefs = [urllib.parse.urljoin(base, href) for href in hrefs if not href.startswith(("/pkg", "http", "mailto", "/export", "/sign"))]
        hrefs = [href for href in dict.fromkeys(hrefs) if "." not in href.split("?")[0].rsplit("/", 1)[-1]]
        inside = [href for href in hrefs if href.startswith(base) and href != path]
        found.extend(inside[:: max(1, len(inside) // 6)][:6])
    return list(dict.fromkeys(found))


def main():
    address, pages, at_once = sys.argv[1].removeprefix("http://"), int(sys.argv[2]), int(sys.argv[3])
    people = {name: Person(address, email) for name, email in PEOPLE.items()}
    for person in people.values():
        person.sign_in()
    walks = {name: links(address, people[name], COMPANY if name == "company" else PARTNER) for name in people}
    walk = [(people[name], path) for name in walks for path in walks[name]]
    work = itertools.islice(enumerate(itertools.cycle(walk)), pages)
    seen, failed, lock = collections.Counter(), [], threading.Lock()

    def visit():
        while True:
            with lock:
                job = next(work, None)
            if job is None:
                return
            number, (person, path) = job
            try:
                if number % 30 == 0:
                    Person(address, person.email).sign_in()
                answer, content = person.ask("GET", path)
                with lock:
                    seen[answer.status] += 1
                    if answer.status >= 400 or not content:
                        failed.append(f"{answer.status} {path}")
            except (OSError, http.client.HTTPException, SystemExit) as error:
                with lock:
                    failed.append(f"{error} {path}")

    threads = [threading.Thread(target=visit) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"{len(failed)} of {pages} pages failed, the first: {failed[:5]}")
    print(f"{pages} pages ({len(walk)} different ones), {at_once} at once, {dict(seen)}")


if __name__ == "__main__":
    main()
