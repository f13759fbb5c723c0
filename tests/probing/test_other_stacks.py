"""No probe tells a relay from its cover origin, whichever TLS library that has: the whole table with six of them.

What a library takes of a client, and where it stops, is measured by the relay. So each class also says what is to be
found: another version of the library may have other limits.
"""

import os
import re
import unittest

import other_stacks
import test_probing


class OtherStack:
    """What each class does besides. They name the origin, its certificate's size, and what the relay finds of it."""

    known_must_show = False  # a server may not care whether TCP's urgent byte comes
    # Each probe whose answers differ gets more rounds. An answer of chance that one side gave once, while many were
    # asked at once, cannot be waited for at the other: so they begin afresh, twice.
    rounds, attempts = 1, 3
    certificate_size = 0
    finds = {}
    has_time_limit = True

    @classmethod
    def make_origin(cls):
        return cls.origin_kind(cls.folder / "origin", cls.certificate_size)

    @classmethod
    def longest_wait_is_known(cls):
        """The origin's limits have been measured, too."""
        kept = [dict(re.findall(r"^(\w+) = (.*)$", file.read_text(), re.M))
                for file in (cls.folder / "relay" / "state" / "mirror").glob("*.toml")]
        return kept and all(profile[name] == value for profile in kept for name, value in cls.finds.items()) and (
            not cls.has_time_limit or all(profile["stall_after_ms"] != "0" for profile in kept))

    # One table is enough: these ask what does not depend on the origin's TLS.
    test_a_change_at_every_offset_of_a_genuine_hello = None
    test_a_flood_of_mixed_connections_gets_the_origins_answers = None
    test_tickets_come_though_the_record_behind_finished_is_held_back = None


KIB = 1024
OPENSSL = {"change_cipher_specs": "32", "cancellations": "4", "last_type": "23", "judges_versions": "true",
           "empty_records_first": "true"}


class NginxWithOpenSsl30(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.NginxOpenSsl, 16.1 * KIB
    finds = {**OPENSSL, "read_ahead": "16709"}


@unittest.skipUnless("QNET_TEST_NODE" in os.environ, "no web server with X25519MLKEM768 for this processor")
class NodeWithOpenSsl35(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.Node24, 8 * KIB
    finds = {**OPENSSL, "read_ahead": "65536"}


class CaddyWithGo(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.Caddy, 16.1 * KIB
    finds = {"change_cipher_specs": "16", "cancellations": "0", "last_type": "255", "judges_versions": "false",
             "empty_records_first": "false"}  # how much it reads depends on the hello's length


class GnuTls(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.GnuTls, 2 * KIB
    finds = {"change_cipher_specs": "200", "cancellations": "0", "last_type": "24",
             "judges_versions": "true", "empty_records_first": "false", "read_ahead": "0", "early_end": "[19]"}


class BoringSsl(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.BoringSsl, 8 * KIB
    finds = {"change_cipher_specs": "32", "cancellations": "0", "last_type": "255", "judges_versions": "true",
             "empty_records_first": "true", "read_ahead": "0"}


class Nss(OtherStack, test_probing.Probing):
    origin_kind, certificate_size = other_stacks.Nss, 2 * KIB
    has_time_limit, longest_wait = False, 2.5
    finds = {"change_cipher_specs": "1", "cancellations": "0", "last_type": "255", "judges_versions": "false",
             "empty_records_first": "true", "read_ahead": "0"}


if __name__ == "__main__":
    unittest.main(verbosity=2)
