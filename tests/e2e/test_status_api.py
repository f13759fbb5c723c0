"""The status port's API, each answer against docs/spec/openapi.yaml."""

import contextlib
import http.client
import json
import unittest

import jsonschema

from directory_api import SPEC, resolve, schema_of
from harness import Network, wait_until

PATHS = {path: item for path, item in SPEC["paths"].items() if not path.startswith("/api/")}


class StatusApi(Network):
    def key(self, node):
        return (node.folder / "state" / f"api-token-{node.status_port}").read_text()

    def ask(self, node, method, path, body=None, key=None, **fields):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        connection = http.client.HTTPConnection("127.0.0.1", node.status_port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body, {**headers, **fields})
            answer = connection.getresponse()
            text = b"" if path == "/events" else answer.read()
            if path == "/events":
                while not text.endswith(b"\n\n"):
                    text += answer.fp.read1(1 << 16) if answer.chunked is False else answer.read1(1 << 16)
            return answer.status, answer.headers, text

    def check(self, node, method, path, *more, **fields):
        """An answer of the specification; gives its status and body."""
        status, headers, body = self.ask(node, method, path, *more, **fields)
        what = f"{method} {path} gave {status}: {body[:300]}"
        described = PATHS[path.partition("?")[0]][method.lower()]["responses"].get(str(status))
        self.assertIsNotNone(described, f"{what}, which the specification has not")
        content = resolve(described)["content"]
        kind = headers["Content-Type"].partition(";")[0]
        self.assertIn(kind, content, what)
        if kind == "application/json":
            jsonschema.validate(json.loads(body), {**content[kind]["schema"], "components": SPEC["components"]})
        return status, body

    def test_each_path_that_is_read_answers_as_specified_in_every_mode(self):
        for node in (self.client, self.exit):
            for path, item in PATHS.items():
                if "get" in item:
                    status, _ = self.check(node, "GET", path, None, self.key(node))
                    self.assertIn(status, (200, 404, 405), path)

    def test_a_client_and_an_exit_tell_what_is_theirs(self):
        client, relay = (json.loads(self.check(node, "GET", "/status")[1]) for node in (self.client, self.exit))
        self.assertEqual((client["mode"], client["state"], client["hops"]), ("client", "connected", 1))
        self.assertNotIn("exit", client)
        self.assertEqual(relay["abuse_contact"], "abuse@example.org")
        self.assertIn("exit_connections", relay["limits"])
        self.assertGreater(relay["exit"]["total"], 0)
        self.assertEqual(self.check(self.client, "GET", "/proxy.pac")[0], 200)
        self.assertEqual(self.check(self.exit, "GET", "/proxy.pac")[0], 404)

    def test_events_bring_a_status_at_once(self):
        _, headers, text = self.ask(self.client, "GET", "/events")
        self.assertEqual(headers["Content-Type"], "text/event-stream")
        lines = text.decode().splitlines()
        start = next(line for line in lines if line.startswith("data: "))
        self.assertIn("event: status", lines)
        jsonschema.validate(json.loads(start.removeprefix("data: ")), schema_of("Status"))

    def test_what_changes_something_needs_the_key(self):
        for path, item in PATHS.items():
            for method in ("get", "post"):
                if "security" in item.get(method, {}) and path != "/invite":
                    self.assertEqual(self.check(self.client, method.upper(), path, "{}")[0], 401, path)
                    self.assertEqual(self.check(self.client, method.upper(), path, "{}", "wrong")[0], 401, path)

    def test_a_client_is_disconnected_and_connected(self):
        key = self.key(self.client)
        site = "http://site.qnet-test.example/"
        self.assertEqual(self.check(self.client, "POST", "/stop", None, key)[0], 200)
        self.assertEqual(self.client.status()["state"], "disconnected")
        self.assertNotEqual(self.curl(site, check=False).returncode, 0)
        self.assertEqual(self.client.get("/ready")[0], 503)
        self.assertEqual(self.check(self.client, "POST", "/start", None, key)[0], 200)
        self.client.wait_ready()

    def test_new_paths_and_settings_are_taken(self):
        key = self.key(self.client)
        self.assertEqual(self.check(self.client, "POST", "/circuit/new", None, key)[0], 200)
        status, body = self.check(self.client, "POST", "/config", json.dumps({"log_level": "debug"}), key)
        self.assertEqual((status, json.loads(body)["log_level"]), (200, "debug"))
        self.assertEqual(self.check(self.client, "POST", "/mode", '{"hops": 3}', key)[0], 400)  # it has no operators
        self.client.wait_ready()
        wait_until(lambda: any(one["code"] == "new_path" for one in self.client.status()["happened"]), "it is told")

    def test_an_invite_is_taken_and_kept(self):
        key = self.key(self.client)
        self.assertEqual(self.check(self.client, "POST", "/invite", '{"link": "qnet://x"}', key)[0], 400)
        link = json.dumps({"link": self.exit.invite()})
        self.assertEqual(self.check(self.client, "POST", "/invite", link, key)[0], 200)
        self.assertIn("qnet://", (self.client.folder / "state" / "invites").read_text())

    def test_other_pages_and_other_names_get_nothing(self):
        for fields in ({"Origin": "http://evil.example"}, {"Host": "evil.example"},
                       {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}):
            self.assertEqual(self.ask(self.client, "GET", "/status", **fields)[0], 403, fields)
            self.assertEqual(self.ask(self.client, "POST", "/stop", None, self.key(self.client), **fields)[0], 403)

    def test_a_directory_is_asked_here_too(self):
        status, _, body = self.ask(self.exit, "GET", "/api/relays/by-country")
        self.assertEqual(status, 200)
        jsonschema.validate(json.loads(body), schema_of("Listing"))
        status, _, body = self.ask(self.client, "GET", "/api/relays/by-country")
        self.assertEqual(status, 404)
        jsonschema.validate(json.loads(body), schema_of("Error"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
