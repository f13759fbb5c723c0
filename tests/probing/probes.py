"""The table of probes. Each has a name and makes its steps anew for each connection, from the test class `it`."""

import dataclasses
import typing

import peer_probes
import plain_probes
import tls_probes


@dataclasses.dataclass(frozen=True)
class Probe:
    name: str
    steps: typing.Callable


def table():
    probes = [Probe(name, steps) for module in (plain_probes, tls_probes, peer_probes)
              for name, steps in module.probes()]
    names = [probe.name for probe in probes]
    assert len(names) == len(set(names)), "two probes of one name"
    return probes
