"""Real browsers for tests, driven by browser.mjs: Chromium by Playwright, Firefox by WebDriver BiDi."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from processes import need, wait_until  # noqa: E402

PROGRAMS = {"chromium": "chromium", "firefox": "firefox-esr"}
HERE = pathlib.Path(__file__).resolve().parent


class BrowserError(AssertionError):
    """What the browser, or the script in its page, said."""


class Browser:
    """One browser process. `args` are Chromium's; Firefox takes its look when it starts."""

    def __init__(self, kind="chromium", args=(), permissions=(), scheme="light", locale="en-US", still=False):
        program = shutil.which(PROGRAMS[kind])
        need(None if program else f"{PROGRAMS[kind]} is not installed")
        modules = os.environ.get("QNET_PAGE_MODULES")
        need(None if modules else "QNET_PAGE_MODULES is not set; ctest sets it")
        self.look = {"width": 1280, "height": 900, "scheme": scheme, "locale": locale, "still": still}
        self.child = subprocess.Popen(["node", HERE / "browser.mjs", kind, program], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.pages = 0
        self.call("launch", args=list(args), permissions=list(permissions), look=self.look)

    def call(self, what, **words):
        self.child.stdin.write(json.dumps({"do": what, **words}) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise BrowserError(f"the browser's driver ended with {self.child.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{what} {words}:\n{answer['error']}")
        return answer["value"]

    def page(self, url=None, **look):
        self.pages += 1
        page = Page(self, f"page-{self.pages}")
        page.call("open", look={**self.look, **look})
        if url:
            page.goto(url)
        return page

    def stop(self):
        if self.child.poll() is None:
            self.child.stdin.close()
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.child.stdout.close()


class Page:
    def __init__(self, browser, name):
        self.browser, self.name = browser, name

    def call(self, what, **words):
        return self.browser.call(what, page=self.name, **words)

    def goto(self, url):
        self.call("goto", url=url)

    def evaluate(self, expression):
        return self.call("evaluate", text=expression)

    def click(self, selector):
        self.call("click", selector=selector)

    def press(self, key):
        self.call("press", key=key)

    def type(self, text):
        self.call("type", text=text)

    def upload(self, selector, file):
        self.call("upload", selector=selector, file=str(file))

    def resize(self, width, height=900):
        self.call("resize", width=width, height=height)

    def screenshot(self, file, whole=True):
        self.call("screenshot", file=str(file), whole=whole)

    def heard(self):
        return self.call("heard")

    def leave(self):
        self.call("leave")

    def text(self, selector="body"):
        """What stands there for people; empty while it is not there."""
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def exists(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}) !== null")

    def wait(self, condition, what, seconds=60):
        try:
            return wait_until(condition, what, seconds, 0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()}") from None

    def wait_text(self, selector, words, seconds=60):
        self.wait(lambda: words in self.text(selector), f"{words!r} in {selector}", seconds)

    def wait_state(self, state, seconds=60):
        """The state that the page shows in its largest words, as its key: "connected"."""
        self.wait(lambda: self.exists(f".hero.{state}"), f"the page says {state}", seconds)

    def findings(self):
        """What axe-core says, of serious or above."""
        return self.call("axe")

    def overflow(self):
        """By how many pixels one must scroll sideways."""
        return self.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def press_button(self, words):
        """The button with these words, or else one that begins with them."""
        name = json.dumps(words)
        self.wait(lambda: self.evaluate(f"""(() => {{
          document.querySelector("[data-wanted]")?.removeAttribute("data-wanted");
          const shown = [...document.querySelectorAll("button, summary, label.choice")]
            .filter((b) => b.getClientRects().length > 0);
          const button = shown.find((b) => b.innerText.trim() === {name})
            ?? shown.find((b) => b.innerText.trim().startsWith({name}));
          button?.setAttribute("data-wanted", "");
          return button !== undefined;
        }})()"""), f"the button {words!r} is there")
        self.click("[data-wanted]")
