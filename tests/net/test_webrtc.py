"""WebRTC goes past Chromium's proxy: a page learns the address that the proxy hides. The flag that the README gives
keeps it inside. Firefox with a proxy keeps it inside by itself."""

import pathlib
import re
import socket
import sys
import threading
import unittest

from host_network import HostNetwork
from harness import COVER_NAME, QNET, run, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import client_hellos  # noqa: E402

SITE = "calls.qnet.test"
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
PAGE = b"""<!doctype html><title>Calls</title><script>
const found = new Set();
const call = new RTCPeerConnection({iceServers: [{urls: "stun:10.78.0.12:3478"},
  {urls: "turn:10.78.0.12:3478?transport=udp", username: "a", credential: "b"}]});
call.onicecandidate = ({candidate}) => candidate ? found.add(candidate.address) : fetch("/gathered");
call.createDataChannel("talk");
call.createOffer().then(offer => call.setLocalDescription(offer));
</script>
"""


def readme_word(pattern):
    return re.search(pattern, README.read_text(encoding="utf-8")).group(1)


class StunServer:
    """Counts what comes, and answers nothing."""

    def __init__(self, host):
        self.packets = 0
        self.socket = host.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.socket.bind((host.address, 3478))
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while self.socket.recvfrom(2048):
            self.packets += 1


class WebRtc(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2), PAGE)
        self.relay_host, self.client_host, stun_host = (self.switch.host(number) for number in (11, 41, 12))
        self.stun = StunServer(stun_host)
        self.start_on(self.relay_host, "relay", QNET, "run", "--state-dir", self.folder / "relay", "--helper-mode",
                      "exit", "--listen", "0.0.0.0:443", *self.cover(), "--exit-allow",
                      f"{SITE}:80={self.site_host.address}:{self.site.http_port}",
                      env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})
        invite = [QNET, "invite", "--state-dir", self.folder / "relay", "--advertise",
                  f"{self.relay_host.address}:443", "--cover-name", COVER_NAME]
        wait_until(lambda: run(invite).returncode == 0, "the relay has its keys", 30)
        self.start_on(self.client_host, "client", QNET, "run", "--state-dir", self.folder / "client", "--peer",
                      run(invite, check=True).stdout.decode().strip())
        self.proxied = ["curl", "-s", "--max-time", "10", "--socks5-hostname", "127.0.0.1:1088", f"http://{SITE}/"]
        wait_until(lambda: b"Calls" in self.client_host.run(*self.proxied).stdout, "the client carries a page", 60)

    def gathered(self):
        return "/gathered" in (self.site.folder / "access.log").read_text(encoding="utf-8")

    def visit(self, browser):
        self.stack.callback(browser.stop)
        wait_until(self.gathered, "the page has all addresses that it gets", 90, 0.2)
        return self.stun.packets

    def chromium(self, *flags):
        words = [word for word in client_hellos.CHROMIUM if word != "--no-proxy-server"]
        return self.visit(client_hellos.Browser(self.client_host.command(
            *words, *flags, "--proxy-server=socks5://127.0.0.1:1088", f"http://{SITE}/")))

    def firefox(self, url=f"http://{SITE}/", **proxy):
        preferences = {**client_hellos.FIREFOX_PREFERENCES, **{f"network.proxy.{key}": value
                                                               for key, value in proxy.items()}}
        text = "".join(f'user_pref("{key}", {value});\n' for key, value in preferences.items())
        return self.visit(client_hellos.Browser(
            self.client_host.command("firefox-esr", "--headless", "--no-remote", "--profile", "PROFILE", url),
            [("user.js", text)]))

    def test_chromium_without_the_flag_tells_the_address_past_the_proxy(self):
        self.assertGreater(self.chromium(), 0)

    def test_chromium_with_the_flag_of_the_readme_keeps_it_inside(self):
        self.assertEqual(self.chromium(readme_word(r"(--[a-z-]*webrtc-ip-handling-policy=\w+)")), 0)

    def test_firefox_without_a_proxy_asks_the_server_for_its_address(self):
        # What the two below are compared with.
        self.assertGreater(self.firefox(f"http://{self.site_host.address}:{self.site.http_port}/", type="0"), 0)

    def test_firefox_with_the_socks_proxy_keeps_it_inside(self):
        self.assertEqual(self.firefox(type="1", socks='"127.0.0.1"', socks_port="1088", socks_remote_dns="true"), 0)

    def test_firefox_with_the_automatic_configuration_keeps_it_inside(self):
        self.assertEqual(self.firefox(type="2", autoconfig_url='"http://127.0.0.1:8088/proxy.pac"'), 0)


if __name__ == "__main__":
    unittest.main()
