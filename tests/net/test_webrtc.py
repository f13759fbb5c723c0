"""WebRTC goes past Chromium's proxy: a page learns the address that the proxy hides. The flag that the README gives
keeps it inside. Firefox with a proxy keeps it inside by itself."""

import contextlib
import pathlib
import re
import socket
import unittest

from host_network import HostNetwork
import client_hellos
from harness import wait_until

SITE = "calls.qnet.test"
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
PAGE = b"""<!doctype html><title>Calls</title><script>
const call = new RTCPeerConnection({iceServers: [{urls: "stun:10.78.0.12:3478"},
  {urls: "turn:10.78.0.12:3478?transport=udp", username: "a", credential: "b"}]});
call.onicecandidate = ({candidate}) => candidate || fetch("/gathered");
call.createDataChannel("talk");
call.createOffer().then(offer => call.setLocalDescription(offer));
</script>
"""


class StunServer:
    """Answers nothing."""

    def __init__(self, host):
        self.socket = host.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.socket.bind((host.address, 3478))
        self.socket.setblocking(False)

    def packets(self):
        """How many have come since it was asked last."""
        number = 0
        with contextlib.suppress(BlockingIOError):
            while self.socket.recvfrom(2048):
                number += 1
        return number


class WebRtc(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2), PAGE)
        relay_host, self.client_host, stun_host = (self.switch.host(number) for number in (11, 41, 12))
        self.stun = StunServer(stun_host)
        self.stack.callback(self.stun.socket.close)
        self.start_exit_and_client(relay_host, self.client_host, "--exit-allow",
                                   f"{SITE}:80={self.site_host.address}:{self.site.http_port}")

    def gathered(self):
        return "/gathered" in (self.site.folder / "access.log").read_text(encoding="utf-8")

    def visit(self, browser):
        self.stack.callback(browser.stop)
        wait_until(self.gathered, "the page has all addresses that it gets", 90, 0.2)
        return self.stun.packets()

    def chromium(self, *flags):
        return self.visit(client_hellos.Browser(self.client_host.command(
            *client_hellos.CHROMIUM, *flags, "--proxy-server=socks5://127.0.0.1:1088", f"http://{SITE}/")))

    def firefox(self, url=f"http://{SITE}/", **proxy):
        preferences = {f"network.proxy.{key}": value for key, value in proxy.items()}
        return self.visit(client_hellos.firefox_with(preferences, url, self.client_host.command))

    def test_chromium_without_the_flag_tells_the_address_past_the_proxy(self):
        self.assertGreater(self.chromium(), 0)

    def test_chromium_with_the_flag_of_the_readme_keeps_it_inside(self):
        flag = re.search(r"--[a-z-]*webrtc-ip-handling-policy=\w+", README.read_text(encoding="utf-8")).group()
        self.assertEqual(self.chromium(flag), 0)

    def test_firefox_without_a_proxy_asks_the_server_for_its_address(self):
        # What the two below are compared with.
        self.assertGreater(self.firefox(f"http://{self.site_host.address}:{self.site.http_port}/", type="0"), 0)

    def test_firefox_with_the_socks_proxy_keeps_it_inside(self):
        self.assertEqual(self.firefox(type="1", socks='"127.0.0.1"', socks_port="1088", socks_remote_dns="true"), 0)

    def test_firefox_with_the_automatic_configuration_keeps_it_inside(self):
        self.assertEqual(self.firefox(type="2", autoconfig_url='"http://127.0.0.1:8088/proxy.pac"'), 0)


if __name__ == "__main__":
    unittest.main()
