"""The directory's HTTP API against docs/spec/openapi.yaml, with registrations of a second implementation."""

import base64
import contextlib
import http.client
import json
import socket
import time
import unittest

import jsonschema
import yaml

import harness
from directory_documents import Relay, base64url
from harness import COVER_NAME, Nginx, Node, free_port, temporary_folder, wait_until

SPEC = yaml.safe_load((harness.ROOT / "docs" / "spec" / "openapi.yaml").read_text())
TOKEN = "a-token-for-the-operator"


def schema_of(name):
    return {"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]}


def resolve(node):
    while "$ref" in node:
        target = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


class Answer:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    def json(self):
        return json.loads(self.body)


class DirectoryApi(unittest.TestCase):
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.folder, cls.stack = temporary_folder(_Cleanups(cls))
        cls.cover = Nginx(cls.folder / "cover")
        cls.stack.callback(cls.cover.stop)
        cls.port = free_port()
        cls.node = cls.start_node("directory", "bootstrap", ["--directory-http", f"127.0.0.1:{cls.port}",
                                                             "--directory-private", "--directory-token", TOKEN])

    @classmethod
    def start_node(cls, name, mode, flags):
        node = Node(cls.folder / name, mode, ["--cover-origin", f"127.0.0.1:{cls.cover.https_port}", "--cover-name",
                                              COVER_NAME, *flags])
        cls.stack.callback(node.process.stop)
        node.wait_ready()
        return node

    def setUp(self):
        # Each test is another asker: 100 requests a minute are for one.
        DirectoryApi.last_asker = getattr(DirectoryApi, "last_asker", 0) + 1
        self.asker = f"127.0.7.{DirectoryApi.last_asker}"

    def ask(self, method, path, body=None, headers=None, asker=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10,
                                                source_address=(asker or self.asker, 0))
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = Answer(connection.getresponse())
        self.check(method, path, answer)
        return answer

    def check(self, method, path, answer):
        """Every answer is one that the specification has."""
        item = SPEC["paths"].get(path.split("?")[0])
        if item is None or method.lower() not in item:
            jsonschema.validate(answer.json(), schema_of("Error"))
            return
        described = item[method.lower()]["responses"].get(str(answer.status))
        self.assertIsNotNone(described, f"{method} {path} gave {answer.status}, which the specification has not")
        content = resolve(described).get("content", {})
        if "application/json" in content:
            self.assertEqual(answer.headers["Content-Type"], "application/json")
            jsonschema.validate(answer.json(), {**content["application/json"]["schema"],
                                                "components": SPEC["components"]})

    def register(self, relay, **more):
        return self.ask("POST", "/api/relay/register", relay.body(**more))

    def expect_error(self, answer, status, words=""):
        self.assertEqual(answer.status, status, answer.body)
        jsonschema.validate(answer.json(), schema_of("Error"))
        self.assertIn(words, answer.body.decode())

    def real_relay(self, **more):
        """Documents of another key for the directory's own door: it answers there under the Noise key."""
        link = self.node.invite().removeprefix("qnet://")
        raw = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        # [1, peer key (34 bytes with its head), Noise key, …]
        return Relay(port=self.node.listen_port, noise_key=raw[2 + 34 + 2:2 + 34 + 2 + 32], cover_name=COVER_NAME, **more)

    def wait_listed(self, relay, country=None):
        path = "/api/relays/by-country" + (f"?country={country}" if country else "")

        def listed():
            rows = self.ask("GET", path, asker="127.0.8.1").json()["relays"]
            return next((row for row in rows if row["peer_id"] == relay.peer_id), None)
        return wait_until(listed, "the relay is listed", 20, 0.7)

    def test_a_relay_registers_is_checked_and_listed_and_goes(self):
        relay = self.real_relay(country="SE", capabilities=3, ports=[80, 443], bandwidth=12_500_000)
        answer = self.register(relay)
        self.assertEqual((answer.status, answer.json()["state"]), (200, "checking"))
        row = self.wait_listed(relay, "SE")
        self.assertEqual(row["addrs"], [f"/ip4/127.0.0.1/tcp/{self.node.listen_port}"])
        self.assertEqual((row["country"], row["country_source"]), ("SE", "declared"))
        self.assertEqual(row["capabilities"], ["relay", "exit"])
        self.assertEqual(row["descriptor"], base64url(relay.descriptor()))
        self.assertEqual(self.ask("GET", "/api/relays/by-country?country=NO").json(), {"count": 0, "relays": []})
        time.sleep(max(0, 5.2 - 0))  # the shortest interval between two registrations of one peer
        self.assertEqual(self.register(relay, whole=False).json()["state"], "listed")
        time.sleep(5.2)
        self.assertEqual(self.register(relay, whole=False, goodbye=True).status, 200)
        rows = wait_until(lambda: not [row for row in self.ask("GET", "/api/relays/by-country?country=SE").json()["relays"]
                                       if row["peer_id"] == relay.peer_id], "it is gone", 5, 0.5)
        self.assertTrue(rows)

    def test_a_relay_that_does_not_answer_is_never_listed(self):
        relay = Relay(port=free_port(), country="FI")
        self.assertEqual(self.register(relay).status, 200)
        waiting = self.node.status()["directory"]["waiting"]
        self.assertGreaterEqual(waiting, 1)
        self.assertEqual(self.ask("GET", "/api/relays/by-country?country=FI").json()["count"], 0)

    def test_refuses_strangers_replays_and_wrong_clocks(self):
        relay, stranger = Relay(port=free_port()), Relay()
        forged = stranger.registration(descriptor=relay.descriptor())
        self.expect_error(self.post(forged), 400, "not the one that was signed")
        good = relay.registration()
        broken = bytearray(good)
        broken[60] ^= 1
        self.assertIn(self.post(bytes(broken)).status, (400, 401))
        self.assertEqual(self.post(good).status, 200)
        self.expect_error(self.post(good), 401, "sequence")
        for off in (-301, 301):
            late = Relay(port=free_port())
            self.expect_error(self.register(late, at=int(time.time()) + off), 401, "clock")
        self.expect_error(self.register(Relay(port=free_port()), whole=False), 404, "descriptor")

    def post(self, registration):
        return self.ask("POST", "/api/relay/register", json.dumps({"registration": base64url(registration)}).encode())

    def test_refuses_one_key_that_registers_all_the_time(self):
        relay = Relay(port=free_port())
        self.assertEqual(self.register(relay).status, 200)
        answer = self.register(relay)
        self.expect_error(answer, 429)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_refuses_bodies_that_are_no_registrations(self):
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"registration": 5}', b'{"registration": "!"}',
                     b'{"registration": "AAAA"}', b"[" * 5000, b"\xff\xfe", b'{"registration": "' + b"A" * 9000 + b'"}'):
            answer = self.ask("POST", "/api/relay/register", body)
            self.assertIn(answer.status, (400, 413), body[:40])
        self.expect_error(self.ask("POST", "/api/relay/register", b" " * 20_000), 413)

    def test_readable_fields_must_say_what_was_signed(self):
        relay = Relay(port=free_port(), country="SE")
        good = {"registration": base64url(relay.registration()), "peer_id": relay.peer_id,
                "addrs": [f"/ip4/127.0.0.1/tcp/{relay.fields['addresses'][0][1]}"], "country": "SE",
                "capabilities": ["relay"]}
        jsonschema.validate(good, schema_of("Registration"))
        for name, lie in (("peer_id", Relay().peer_id), ("addrs", ["/ip4/127.0.0.1/tcp/1"]), ("country", "NO"),
                          ("capabilities", ["exit"])):
            answer = self.ask("POST", "/api/relay/register", json.dumps({**good, name: lie}).encode())
            self.expect_error(answer, 400, name)
        self.assertEqual(self.ask("POST", "/api/relay/register", json.dumps(good).encode()).status, 200)

    def test_sql_in_fields_is_text_or_refused(self):
        evil = "x'); DROP TABLE relays; --"
        for fields in ({"software": evil[:32]}, {"cover_name": evil}, {"addresses": [[evil, 1]]}, {"country": "';"}):
            relay = Relay(port=free_port(), **fields) if "addresses" not in fields else Relay(**fields)
            answer = self.register(relay)
            self.assertEqual(answer.status, 200 if "software" in fields else 400, answer.body)
        answer = self.ask("GET", "/api/relays/by-country?country=SE%27%3B--")
        self.expect_error(answer, 400)
        self.assertEqual(self.register(Relay(port=free_port())).status, 200)

    def test_countries_that_nobody_has_cost_nothing(self):
        before = self.node.process.resident()
        for number in range(676):
            code = chr(65 + number // 26) + chr(65 + number % 26)
            answer = self.ask("GET", f"/api/relays/by-country?country={code}", asker=f"127.0.9.{number // 90}")
            self.assertEqual(answer.status, 200)
        for wrong in ("se", "SWE", "S", "", "S1", "%00%00"):
            self.expect_error(self.ask("GET", f"/api/relays/by-country?country={wrong}"), 400)
        # The instrumented build keeps freed memory for a while; 676 listings of it would not be as much.
        self.assertLess(self.node.process.resident() - before, 64 << 20)

    def test_one_address_may_ask_a_hundred_times_a_minute(self):
        answers = [self.ask("GET", "/api/relays/by-country?country=AQ").status for _ in range(105)]
        self.assertEqual(answers, [200] * 100 + [429] * 5)
        self.assertEqual(self.ask("GET", "/api/relays/by-country?country=AQ", asker="127.0.7.250").status, 200)

    def test_pruning_is_for_operators(self):
        self.assertEqual(self.ask("GET", "/api/relays/prune").status, 200)
        proxied = {"X-Forwarded-For": "198.51.100.1"}
        self.expect_error(self.ask("GET", "/api/relays/prune", headers=proxied), 401, "operator")
        wrong = {**proxied, "Authorization": "Bearer " + TOKEN[:-1]}
        self.expect_error(self.ask("GET", "/api/relays/prune", headers=wrong), 401)
        right = {**proxied, "Authorization": "Bearer " + TOKEN}
        self.assertEqual(self.ask("GET", "/api/relays/prune", headers=right).status, 200)

    def test_unknown_paths_and_methods_say_what_there_is(self):
        self.expect_error(self.ask("GET", "/"), 404, "/api/relay/register")
        self.expect_error(self.ask("GET", "/api/relay/register"), 405, "POST")
        self.expect_error(self.ask("DELETE", "/api/relays/prune"), 405, "GET")

    def test_a_snapshot_is_conditional_and_packed(self):
        whole = self.ask("GET", "/api/directory/snapshot")
        self.assertEqual(whole.status, 200)
        packed = self.ask("GET", "/api/directory/snapshot", headers={"Accept-Encoding": "gzip, zstd"})
        self.assertEqual(packed.headers["Content-Encoding"], "zstd")
        self.assertEqual(packed.headers["ETag"], whole.headers["ETag"])
        again = self.ask("GET", "/api/directory/snapshot", headers={"If-None-Match": whole.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertRegex(again.headers["QNet-Snapshot"], "^[A-Za-z0-9_-]+$")

    def test_modes_without_a_directory_have_nothing_there(self):
        port = free_port()
        self.start_node("relay", "relay", ["--directory-http", f"127.0.0.1:{port}"])
        for method, path in (("GET", "/api/relays/by-country"), ("POST", "/api/relay/register"), ("GET", "/api/relays/prune")):
            self.expect_error(self.ask(method, path, port=port), 404, "serves no directory")

    def test_slow_loris_holds_nobody_else_up_and_is_ended(self):
        slow = []
        for number in range(40):
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=5, source_address=("127.0.6.1", 0))
                connection.sendall(b"POST /api/relay/register HTTP/1.1\r\nHost: x\r\nContent-Length: 9")
                slow.append(connection)
        self.assertEqual(self.ask("GET", "/api/relays/by-country?country=AQ").status, 200)
        for connection in slow:
            connection.settimeout(20)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                while connection.recv(4096):
                    pass  # the answer to those who were too many; then the end, within the request's time


class _Cleanups:
    """What temporary_folder() wants of a test, for a class."""

    def __init__(self, cls):
        self.addCleanup = cls.addClassCleanup


if __name__ == "__main__":
    unittest.main()
