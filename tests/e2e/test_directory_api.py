"""The directory's HTTP API, against docs/spec/openapi.yaml and with registrations of a second implementation."""

import hashlib
import json
import os
import re
import time
import unittest

import jsonschema
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from directory_api import PATHS, TOKEN, DirectoryApi, schema_of
from directory_documents import (Relay, base64url, keys_of, snapshot_header, snapshot_list, unbase64url,
                                 verified_descriptor)
from harness import free_port, run, wait_until


class Api(DirectoryApi):
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
        time.sleep(5.2)  # the shortest interval between two registrations of one peer
        self.assertEqual(self.register(relay, whole=False).json()["state"], "listed")
        time.sleep(5.2)
        gone = self.register(relay, whole=False, goodbye=True)
        self.assertEqual((gone.status, gone.json()["state"]), (200, "gone"))
        wait_until(lambda: relay.peer_id not in self.listed("SE"), "it is gone", 5, 0.5)

    def test_a_relay_with_circuit_keys_and_a_family_is_listed_with_both(self):
        day, now = 86400, int(time.time())
        keys = [[os.urandom(32), now - day, now + day], [os.urandom(32), now, now + 2 * day]]
        relay = self.real_relay(country="IS", circuit_keys=keys, family=Ed25519PrivateKey.generate())
        self.register_again(relay)
        row = self.wait_listed(relay, "IS")
        self.assertEqual([one["key"] for one in row["circuit_keys"]], [key.hex() for key, _, _ in keys])
        self.assertEqual(row["family"], relay.family_proof(relay.fields["family"])[0].hex())
        self.assertEqual(verified_descriptor(unbase64url(row["descriptor"]))[14], keys)

        stranger = self.unreachable_relay()
        proof = relay.family_proof(relay.fields["family"])  # of another relay than the one that shows it
        self.expect_error(self.register(stranger, descriptor=stranger.descriptor(family=proof)), 401, "signature")
        one_too_many = stranger.descriptor(circuit_keys=[*keys, [os.urandom(32), now + 1, now + 2]])
        self.expect_error(self.register(stranger, descriptor=one_too_many), 400)

    def test_neither_silent_addresses_nor_web_sites_nor_others_keys_are_listed(self):
        """Registers them before a relay that answers: when that one is listed, they have been checked."""
        common = {"capabilities": 1, "country": "FI"}
        impostors = [Relay(port=free_port(), **common), Relay(port=self.cover.https_port, **common),
                     Relay(port=self.node.listen_port, noise_key=os.urandom(32), **common),
                     # Another relay's key and address, signed by an identity of one's own.
                     Relay(port=self.node.listen_port, noise_key=keys_of(self.node)["noise_key"], **common)]
        for impostor in impostors:
            self.assertEqual(self.register(impostor).json()["state"], "checking")
        good = self.real_relay(**common)
        self.register_again(good)
        self.wait_listed(good, "FI")
        end = time.monotonic() + 4
        while time.monotonic() < end:
            self.assertEqual(set(self.listed("FI")), {good.peer_id})
            time.sleep(0.5)
        self.assertGreaterEqual(self.node.status()["directory"]["waiting"], len(impostors))

    def test_refuses_strangers_replays_and_wrong_clocks(self):
        relay, stranger = self.unreachable_relay(), Relay()
        forged = stranger.registration(descriptor=relay.descriptor())
        self.expect_error(self.post(forged), 400, "not the one that was signed")
        good = relay.registration()
        broken = bytearray(good)
        broken[60] ^= 1
        self.assertIn(self.post(bytes(broken)).status, (400, 401))
        self.assertEqual(self.post(good).status, 200)
        self.expect_error(self.post(good), 401, "sequence")
        # Five minutes are allowed; half a minute is for a slow machine.
        for off in (-330, 330):
            late = self.unreachable_relay()
            self.expect_error(self.register(late, at=int(time.time()) + off), 401, "clock")
        for off in (-270, 270):
            self.assertEqual(self.register(self.unreachable_relay(), at=int(time.time()) + off).status, 200)
        self.expect_error(self.register(self.unreachable_relay(), whole=False), 404, "descriptor")

    def test_refuses_one_key_that_registers_all_the_time(self):
        relay = self.unreachable_relay()
        self.assertEqual(self.register(relay).status, 200)
        self.expect_error(self.register(relay), 429)

    def test_readable_fields_must_say_what_was_signed(self):
        relay = self.unreachable_relay(country="SE")
        host, port = relay.fields["addresses"][0]
        good = {"registration": base64url(relay.registration()), "peer_id": relay.peer_id,
                "addrs": [f"/ip4/{host}/tcp/{port}"], "country": "SE", "capabilities": ["relay"]}
        jsonschema.validate(good, schema_of("Registration"))
        for name, lie in (("peer_id", Relay().peer_id), ("addrs", ["/ip4/127.0.0.1/tcp/1"]), ("country", "NO"),
                          ("capabilities", ["exit"])):
            answer = self.ask("POST", "/api/relay/register", json.dumps({**good, name: lie}).encode())
            self.expect_error(answer, 400, name)
        self.assertEqual(self.ask("POST", "/api/relay/register", json.dumps(good).encode()).status, 200)

    def test_sql_in_fields_is_text_or_refused(self):
        evil = "x'); DROP TABLE relays; --"
        for fields in ({"software": evil[:32]}, {"cover_name": evil}, {"addresses": [[evil, 1]]}, {"country": "';"}):
            answer = self.register(self.unreachable_relay(**fields))
            self.assertEqual(answer.status, 200 if "software" in fields else 400, answer.body)
        answer = self.ask("GET", "/api/relays/by-country?country=SE%27%3B--")
        self.expect_error(answer, 400)
        self.assertEqual(self.register(self.unreachable_relay()).status, 200)

    def test_pruning_is_for_operators(self):
        self.assertEqual(self.ask("GET", "/api/relays/prune").status, 200)
        proxied = {"X-Forwarded-For": "198.51.100.1"}
        answer = self.ask("GET", "/api/relays/prune", headers=proxied)
        self.expect_error(answer, 401, "operator")
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        wrong = {**proxied, "Authorization": "Bearer " + TOKEN[:-1]}
        self.expect_error(self.ask("GET", "/api/relays/prune", headers=wrong), 401)
        right = {**proxied, "Authorization": "Bearer " + TOKEN}
        self.assertEqual(self.ask("GET", "/api/relays/prune", headers=right).status, 200)

    def test_unknown_paths_and_methods_say_what_there_is(self):
        self.expect_error(self.ask("GET", "/"), 404, "/api/relay/register")
        self.expect_error(self.ask("GET", "/api/relay/register"), 405, "POST")
        for path in ("/api/relays/prune", "/api/relays/by-country", "/api/directory/snapshot"):
            self.expect_error(self.ask("DELETE", path), 405, "GET")
            self.assertEqual(self.ask("HEAD", path).status, 200)

    def test_the_specification_has_every_route_and_no_other(self):
        """A refusal names every route: it is made from the table of routes."""
        hint = self.ask("GET", "/").json()["hint"]
        routes = set(re.findall(r"\b([A-Z]+) (/[^\s,]*?)\.?(?=[\s,]|$)", hint))
        methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}  # OpenAPI 3.1 §4.8.9
        described = {(method.upper(), path) for path, item in PATHS.items() for method in methods & item.keys()}
        self.assertEqual(routes, described)
        for method, path in sorted(described):
            body = b"{}" if method == "POST" else None
            self.assertNotIn(self.ask(method, path, body).status, (404, 405), f"{method} {path}")
            allowed = self.ask("TRACE", path).headers["Allow"].split(", ")
            self.assertEqual(set(allowed) - {"HEAD"}, {verb for verb, known in described if known == path})

    def test_a_snapshot_is_signed_whole_conditional_and_packed(self):
        relay = self.real_relay(country="DK")
        self.register_again(relay)
        self.wait_listed(relay)

        def snapshot_with_it():
            answer = self.ask("GET", "/api/directory/snapshot", remote_address=self.another_remote_address())
            self.assertEqual(answer.status, 200)
            # The peer there lets nobody measure it: once the directory has tried, it has the lowest rate.
            rates = [entry[3] for entry in snapshot_list(answer.body) if entry[0][1] == relay.public]
            return answer if rates == [1] else None
        whole = wait_until(snapshot_with_it, "a list with the relay and its rate is published", 20, 0.5)
        header = snapshot_header(unbase64url(whole.headers["QNet-Snapshot"]))
        self.assertEqual(header["format"], 2)
        self.assertEqual(header["digest"], hashlib.sha256(whole.body).digest())
        self.assertEqual(header["expires"] - header["issued"], 3 * 3600)
        self.assertLess(abs(header["issued"] - time.time()), 60)
        self.assertEqual(self.node.status()["peer_id"], Relay.peer_id_of(header["directory"]))
        relays = snapshot_list(whole.body)
        self.assertEqual(len(relays), header["count"])
        keys = [entry[0][1] for entry in relays]
        self.assertEqual(keys, sorted(set(keys)))
        found = next(entry for entry in relays if entry[0][1] == relay.public)
        # Its address is in the descriptor.
        self.assertEqual(found[1:], ("DK", 1, 1, b""))

        packed = self.ask("GET", "/api/directory/snapshot", headers={"Accept-Encoding": "gzip, zstd"})
        self.assertEqual(packed.headers["Content-Encoding"], "zstd")
        self.assertEqual(packed.headers["ETag"], whole.headers["ETag"])
        self.assertEqual(run(["zstd", "-d", "-c"], input=packed.body, check=True).stdout, whole.body)
        self.assertIsNone(whole.headers["Content-Encoding"])
        self.assertIn("Accept-Encoding", whole.headers["Vary"])
        again = self.ask("GET", "/api/directory/snapshot", headers={"If-None-Match": whole.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        renewed = snapshot_header(unbase64url(again.headers["QNet-Snapshot"]))
        self.assertEqual(renewed["digest"], header["digest"])
        self.assertGreaterEqual(renewed["version"], header["version"])
        other = self.ask("GET", "/api/directory/snapshot", headers={"If-None-Match": '"0123456789abcdef"'})
        self.assertEqual(other.status, 200)


if __name__ == "__main__":
    unittest.main()
