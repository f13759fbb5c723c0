"""Differences that are known: each has its reason, the probes that show it, and what it changes in an observation.

With all of these taken away relay and origin must agree, and each must still be seen in some probe: a difference that
vanishes fails the test as one that is new does, because both change what docs/threat-model.md must say.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Known:
    name: str
    reason: str
    applies: typing.Callable     # to a probe's name
    excuse: typing.Callable      # (seen, first byte, end) without the difference


def held(name):
    return name.startswith("held hello")


ALERTS = ("an alert", "close_notify", "user_canceled", "user_canceled, 4 times", "user_canceled and an alert",
          "user_canceled and a random Finished", "a warning", "an alert of no known level", "ChangeCipherSpec and an alert",
          "an alert in a record of version 0x0301")


def any_patience(entry):
    seen, first, end = entry
    if seen.ending == "open" or end == "when the origin gives up":
        return dataclasses.replace(seen, ending="waits", after_fin="-"), first, "later"
    return entry


KNOWN = (
    Known("patience with a held hello", "a relay waits 60 s for the second flight, nginx's default, whatever the origin's "
          "client_header_timeout is", held, any_patience),
    Known("alerts to a held hello", "OpenSSL ends without an alert of its own when it is sent one, and ignores "
          "user_canceled; a relay answers every record that is not the second flight by an alert",
          lambda name: name in [f"held hello, answered, then {alert}" for alert in ALERTS],
          lambda entry: "anything"),
    Known("urgent data", "TCP's urgent byte is not carried: the origin sees a connection without it",
          lambda name: name.startswith("an urgent byte"), lambda entry: "anything"),
)
