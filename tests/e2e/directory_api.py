"""A base for tests: one directory with an HTTP API. Every answer is checked against docs/spec/openapi.yaml."""

import contextlib
import http.client
import json
import unittest

import jsonschema
import yaml

import harness
from directory_documents import Relay, base64url, keys_of
from harness import COVER_NAME, Nginx, Node, free_port, temporary_folder, wait_until

SPEC = yaml.safe_load((harness.ROOT / "docs" / "spec" / "openapi.yaml").read_text())
# The status port has the others.
PATHS = {path: item for path, item in SPEC["paths"].items() if path.startswith("/api/")}
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
    remote_addresses = 0
    unreachable = 0

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
        # Each test has a remote address of its own: one may make 100 requests a minute.
        self.remote_address = self.another_remote_address()

    @staticmethod
    def another_remote_address():
        DirectoryApi.remote_addresses += 1
        return f"127.7.{DirectoryApi.remote_addresses // 200}.{1 + DirectoryApi.remote_addresses % 200}"

    def ask(self, method, path, body=None, headers=None, remote_address=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10,
                                                source_address=(remote_address or self.remote_address, 0))
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = Answer(connection.getresponse())
        self.check(method, path, answer)
        return answer

    def check(self, method, path, answer):
        """Checks that the answer is one of the specification's."""
        what = f"{method} {path} gave {answer.status}"
        if answer.status in (429, 503):
            self.assertRegex(answer.headers["Retry-After"] or "", "^[1-9][0-9]*$", f"{what} without Retry-After")
        item = PATHS.get(path.split("?")[0])
        if item is None:
            self.assertGreaterEqual(answer.status, 400, what)
            return self.check_error(answer)
        if method == "HEAD":
            self.assertEqual(answer.body, b"", what)
            method = "GET"
        described = item.get(method.lower())
        if described is None:
            self.assertEqual(answer.status, 405, what)
            self.assertTrue(answer.headers["Allow"], f"{what} without Allow")
            return self.check_error(answer)
        described = described["responses"].get(str(answer.status))
        self.assertIsNotNone(described, f"{what}, which the specification has not")
        described = resolve(described)
        for name, header in described.get("headers", {}).items():
            header = resolve(header)
            self.assertTrue(answer.headers[name] or not header.get("required"), f"{what} without {name}")
            if answer.headers[name]:
                jsonschema.validate(answer.headers[name], header["schema"])
        content = described.get("content", {})
        if answer.body or content:
            self.assertIn(answer.headers["Content-Type"], content or (), what)
        if "application/json" in content and answer.body:
            jsonschema.validate(answer.json(), {**content["application/json"]["schema"],
                                                "components": SPEC["components"]})

    def check_error(self, answer):
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        jsonschema.validate(answer.json(), schema_of("Error"))

    def expect_error(self, answer, status, *words):
        self.assertEqual(answer.status, status, answer.body)
        error = answer.json()
        self.assertTrue(error["hint"])
        for word in words:
            self.assertIn(word, error["error"] + " " + error["hint"])

    def register(self, relay, **more):
        return self.ask("POST", "/api/relay/register", relay.body(**more))

    def register_again(self, relay):
        """The directory's own keys serve several tests; registrations of one key have five seconds between them."""
        wait_until(lambda: self.register(relay).status == 200, "the relay is taken", 10, 1)

    def post(self, registration):
        return self.ask("POST", "/api/relay/register", json.dumps({"registration": base64url(registration)}).encode())

    def real_relay(self, **more):
        """The directory itself as a relay: it answers at its own address, under its own keys."""
        return Relay(port=self.node.listen_port, cover_name=COVER_NAME, **keys_of(self.node), **more)

    @staticmethod
    def unreachable_relay(**more):
        """Each at a host of its own: one host has sixteen slots."""
        DirectoryApi.unreachable += 1
        number = DirectoryApi.unreachable
        return Relay(host=f"127.8.{number // 200}.{1 + number % 200}", port=9, **more)

    def listed(self, country=None):
        path = "/api/relays/by-country" + (f"?country={country}" if country else "")
        relays = self.ask("GET", path, remote_address=self.another_remote_address()).json()["relays"]
        return {row["peer_id"]: row for row in relays}

    def wait_listed(self, relay, country=None):
        return wait_until(lambda: self.listed(country).get(relay.peer_id), "the relay is listed", 20, 0.7)


class _Cleanups:
    """The methods of a test that temporary_folder() needs, for a class."""

    def __init__(self, cls):
        self.addCleanup = cls.addClassCleanup
