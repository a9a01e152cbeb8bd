#!/usr/bin/env python3
"""crowd.py URL forms|connections N: what a crowd asks of a running demo company, all at once.

forms: N visitors send a form of 2 MB with 500,000 fields. connections: N connections are opened, each asks for a page of the owner's
and stays open until all have their answer. Prints how they were answered, and how long /health took meanwhile.
"""

import collections
import http.client
import sys
import threading
import time

from load import PEOPLE, Person


def crowd(count, ask):
    answers, lock, ready = collections.Counter(), threading.Lock(), threading.Barrier(count + 1)
    done = threading.Barrier(count + 1)

    def one():
        ready.wait()
        try:
            answer = ask()
        except OSError as error:
            answer = (type(error).__name__, None)
        with lock:
            answers[answer[0]] += 1
        done.wait()
        if answer[1]:
            answer[1].close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    ready.wait()
    return answers, done, threads


def main():
    address, what, count = sys.argv[1].removeprefix("http://"), sys.argv[2], int(sys.argv[3])
    if what == "forms":
        form = "&".join(["a=1"] * 500_000)

        def ask():
            connection = http.client.HTTPConnection(address, timeout=60)
            headers = {"accept": "text/html", "origin": f"http://{address}", "content-type": "application/x-www-form-urlencoded"}
            try:
                connection.request("POST", "/rpc/session/sign-in", form, headers)
            except BrokenPipeError:
                # Refused before all of it was sent.
                pass
            answer = connection.getresponse()
            answer.read()
            return answer.status, connection
    else:
        person = Person(address, PEOPLE["company"])
        person.sign_in()
        # To the person's own company.
        path = person.ask("GET", "/rewards")[0].headers.get("location", "/rewards")

        def ask():
            connection = http.client.HTTPConnection(address, timeout=120)
            connection.request("GET", path, headers={"accept": "text/html", "cookie": person.cookie})
            answer = connection.getresponse()
            answer.read()
            return answer.status, connection

    answers, done, threads = crowd(count, ask)
    started = time.monotonic()
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", "/health")
    connection.getresponse().read()
    health = time.monotonic() - started
    done.wait()
    for thread in threads:
        thread.join()
    print(f"{count} {what}: {dict(answers)}, /health {1000 * health:.0f} ms")


if __name__ == "__main__":
    main()
