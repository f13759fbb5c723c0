#!/usr/bin/env python3
"""The status page in Chromium, served by the demo: its size, how soon it is painted, how soon a change is on the
screen, and what the helper spends while the page is open, beside the same helper without it in the same run.

Needs ./run.sh --build-only, and QNET_PAGE_MODULES: the folder of build/npm with puppeteer-core, made by a build with
tests.
"""

import argparse
import contextlib
import http.client
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "page")]

from browser import Browser  # noqa: E402: it makes the e2e harness known
from live import address_of, key_of  # noqa: E402
from processes import cpu_seconds  # noqa: E402
from scratch import scratch  # noqa: E402
from test_views import Demo, wait_until  # noqa: E402

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# When the hero's class changes, by the clock that this program reads too.
WATCH = """window.seen = {}; new MutationObserver(() => {
  window.seen[document.querySelector(".hero").className.split(" ")[1]] ??= Date.now();
}).observe(document.querySelector("main"), { subtree: true, attributes: true, attributeFilter: ["class"] })"""


def post(demo, path):
    connection = http.client.HTTPConnection("127.0.0.1", demo.status_port, timeout=5)
    with contextlib.closing(connection):
        connection.request("POST", path, headers={"Authorization": f"Bearer {key_of(demo)}"})
        assert connection.getresponse().status == 200


def size(demo):
    connection = http.client.HTTPConnection("127.0.0.1", demo.status_port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        return len(connection.getresponse().read())


def painted(browser, demo):
    page = browser.page()
    page.goto(address_of(demo))
    milliseconds = wait_until(lambda: page.evaluate(PAINTED), "it is painted")
    page.leave()
    return milliseconds


def to_screen(page, demo, path, state):
    """From the request to the words on the page."""
    page.evaluate(WATCH)
    began = time.time()
    post(demo, path)
    seen = page.wait(lambda: page.evaluate(f"window.seen.{state}"), f"the page says {state}")
    return seen - began * 1000


def spent(demo, seconds):
    before = cpu_seconds(demo.process.pid)
    time.sleep(seconds)
    return (cpu_seconds(demo.process.pid) - before) / seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=30, help="for each measurement of the helper's CPU")
    options = arguments.parse_args()
    with scratch() as (folder, stack):
        demo = Demo(folder / "demo")
        stack.callback(demo.process.stop)
        wait_until(demo.browse, "a page comes through the demo", 60)
        print(f"compressed: {size(demo)} bytes of {90 * 1024}")
        alone = spent(demo, options.seconds)
        browser = Browser()
        stack.callback(browser.stop)
        paints = [painted(browser, demo) for _ in range(options.rounds)]
        print(f"first paint: median {statistics.median(paints):.0f} ms, most {max(paints):.0f} ms")
        page = browser.page(address_of(demo))
        page.wait_state("connected")
        watched = spent(demo, options.seconds)
        print(f"the demo's CPU: {alone:.2%} of a core alone, {watched:.2%} with the page open")
        changes = []
        for _ in range(options.rounds):
            changes.append(to_screen(page, demo, "/stop", "disconnected"))
            post(demo, "/start")
            wait_until(demo.browse, "a page comes through the demo", 60)
            page.wait_state("connected")
        print(f"a change to the screen: median {statistics.median(changes):.0f} ms, most {max(changes):.0f} ms")


if __name__ == "__main__":
    main()
