"""The path of several relays on the page: its hops with their countries, another exit country, another path, and back
to fast mode. And the buttons' effect is true: it is read from the node as well."""

import unittest

from browser import Browser
from circuit_network import SITE, PrivateCase
from live import WORDS, address_of
from processes import Process


class PrivatePath(PrivateCase):
    def setUp(self):
        self.node = self.client(("--hops", "1"))
        self.fetch(self.node)
        browser = Browser()
        self.addCleanup(browser.stop)
        self.page = browser.page(address_of(self.node))
        self.page.wait_state("connected")

    def stops(self):
        return self.page.evaluate("[...document.querySelectorAll('.stop .role')].map((e) => e.innerText)")

    def wait_stops(self, *roles):
        wanted = [WORDS["page.role.you"], *(WORDS[f"page.role.{role}"] for role in roles), WORDS["page.role.web"]]

        def drawn():
            self.fetch(self.node, check=False)
            return self.stops() == wanted
        self.page.wait(drawn, f"the stops {wanted}")

    def choose(self, country):
        self.page.evaluate(f"""(() => {{
          const field = document.querySelector(".exit-country select");
          field.value = "{country}";
          field.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()""")

    def go_private(self):
        self.page.press_button("Private")
        self.wait_stops("guard", "middle", "exit")

    def test_fast_and_private(self):
        self.wait_stops("only")
        self.go_private()
        self.assertEqual(self.node.status()["hops"], 3)
        self.page.wait_text(".protection", "no relay sees both")
        self.page.wait_text(".happened", "New connections cross 3 relays")
        self.page.press_button("Fast")
        self.wait_stops("only")
        self.assertEqual(self.node.status()["hops"], 1)
        self.page.wait_text(".protection", "sees both who you are and where you go")

    def test_exit_country(self):
        self.go_private()
        for code, name in (("NO", "Norway"), ("SE", "Sweden")):
            self.choose(code)
            self.page.wait(lambda code=code: self.node.status()["exit_countries"] == [code], "it is changed")
            self.page.wait_text(".happened", f"Exits in {name} are used from now on.")

            def there(name=name):
                self.fetch(self.node, check=False)
                return name in self.page.text(".stop:nth-last-child(2)")
            self.page.wait(there, f"an exit in {name} is drawn")
        self.choose("")
        self.page.wait_text(".happened", WORDS["happened.anywhere"])
        self.assertEqual(self.page.findings(), [])

    def test_new_path(self):
        self.go_private()
        # A download that goes on keeps its circuit.
        download = Process(["curl", "-sS", "--limit-rate", "100k", "-o", "/dev/null", "--proxy",
                            f"socks5h://{self.node.proxy()}", f"http://{SITE}/large"], self.node.folder / "curl.log")
        self.addCleanup(download.kill)
        self.page.wait(lambda: any(c["streams"] for c in self.node.status()["circuits"]), "it has a circuit")
        self.page.press_button(WORDS["page.new_path"])
        self.page.wait_text(".happened", WORDS["happened.new_path"])
        self.page.press_button(WORDS["page.other_paths"].split("{")[0].strip())
        self.page.wait_text(".others table", WORDS["page.circuit.old"])


if __name__ == "__main__":
    unittest.main()
