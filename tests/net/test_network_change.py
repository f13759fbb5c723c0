"""A client notices that it is in another network, by the kernel's messages and without a sleep: new connections take a
new session at once. A change beside its way to the outside is none."""

import unittest

from host_network import HostNetwork
from hosts import ip
from harness import wait_until

SAID = "in another network"


class NetworkChange(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2))
        self.relay_host, self.client_host = (self.switch.host(number) for number in (11, 41))
        self.route()
        self.client = self.start_exit_and_client(self.relay_host, self.client_host)

    def route(self):
        """The client's way to what is outside the switch, where nobody is."""
        ip("-n", self.client_host.name, "route", "replace", "default", "via", "10.78.0.254", "dev", "eth0")

    def sources(self):
        """The addresses from which the client has connections to its relay."""
        text = self.client_host.run("ss", "-Htn", "state", "established", "dport", "=", ":443").stdout.decode()
        return {line.split()[2].rpartition(":")[0] for line in text.splitlines()}

    def test_a_client_with_a_new_address_takes_a_new_session(self):
        self.assertNotIn(SAID, self.client.text())
        self.client_host.move_to(43)
        self.route()
        wait_until(lambda: SAID in self.client.text(), "the client notices it", 20, 0.2)
        wait_until(lambda: self.client_host.address in self.sources(), "it has a new session", 20, 0.2)

    def test_a_device_beside_the_way_outside_is_no_change(self):
        ip("-n", self.client_host.name, "link", "add", "name", "container0", "type", "bridge")
        ip("-n", self.client_host.name, "addr", "add", "172.31.0.1/16", "dev", "container0")
        ip("-n", self.client_host.name, "link", "set", "container0", "up")
        # What comes after it shows that it was looked at.
        self.client_host.move_to(43)
        self.route()
        wait_until(lambda: SAID in self.client.text(), "the client notices its own", 20, 0.2)
        self.assertEqual(self.client.text().count(SAID), 1)


if __name__ == "__main__":
    unittest.main()
