"""Ways to fetch a file over the bad line of lab/line: QNet, trojan, shadowsocks and none. The server's half is in the
far namespace beside nginx, the client's in the near one, as the programs that fetch."""

import dataclasses
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("lab/line", "tests/net", "tests/e2e")]

from harness import COVER_NAME, QNET, TcpServer, run, wait_until  # noqa: E402
from site_host import SiteNginx  # noqa: E402
from trojan_config import trojan_config  # noqa: E402

SINK = 7070
TROJAN, SHADOWSOCKS = (8444, 1090), (8445, 1091)


@dataclasses.dataclass
class Rival:
    name: str
    processes: list
    socks_port: int | None = None

    def curl(self, line, *more):
        proxy = ["--socks5-hostname", f"127.0.0.1:{self.socks_port}"] if self.socks_port else []
        return line.near.command("curl", "-sS", "--max-time", 280, *proxy, *more)

    def stop(self):
        for process in self.processes:
            process.stop()


def listens(side, port):
    """In the namespace; without a connection, which would be a visitor."""
    return bool(side.run("ss", "-Htln", f"sport = :{port}").stdout)


def qnet(line, folder, site, binary=QNET, name="qnet", ports=(8443, 8088, 1088)):
    folder.mkdir()
    listen, status, socks = ports
    both = ["--status-port", status, "--state-dir"]
    far, near = line.far, line.near
    server = far.start(binary, "run", "--helper-mode", "super", "--listen", f"{far.address}:{listen}", "--cover-origin",
                       f"{far.address}:{site.https_port}", "--cover-name", COVER_NAME, "--cover-ca", site.certificate,
                       *both, folder / "exit", "--exit-allow", f"{far.address}:{site.http_port}",
                       "--exit-allow", f"{far.address}:{SINK}",
                       log=folder / "exit.log", env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})
    wait_ready(far, server, status)
    invite = run([binary, "invite", "--state-dir", folder / "exit"], check=True).stdout.decode().split()[-1]
    client = near.start(binary, "run", "--peer", invite, "--socks-port", socks, *both, folder / "client",
                        log=folder / "client.log")
    wait_ready(near, client, status)
    return Rival(name, [client, server], socks)


def other_qnet(line, folder, site, binary):
    return qnet(line, folder, site, binary, "other", (8446, 8089, 1092))


def wait_ready(side, process, status):
    ready = ["curl", "-sf", f"http://127.0.0.1:{status}/ready"]
    wait_until(lambda: not process.running() or side.run(*ready).returncode == 0, "qnet is ready", 40)
    if not process.running():
        raise AssertionError(process.text())


def trojan(line, folder, site):
    folder.mkdir()
    port, socks_port = TROJAN
    server, client = trojan_config(site, line.far.address, port, socks_port)
    return Rival("trojan", pair(line, folder, "trojan", ["trojan"], server, ["trojan"], client), socks_port)


def shadowsocks(line, folder, site):
    folder.mkdir()
    port, socks_port = SHADOWSOCKS
    common = {"server": line.far.address, "server_port": port, "password": "a password", "method": "aes-256-gcm"}
    client = {**common, "local_address": "127.0.0.1", "local_port": socks_port}
    processes = pair(line, folder, "shadowsocks", ["ss-server", "-c"], common, ["ss-local", "-c"], client)
    return Rival("shadowsocks", processes, socks_port)


def pair(line, folder, name, server_command, server, client_command, client):
    """Client and server, each with its settings in a file."""
    processes = []
    for role, side, command, config in (("server", line.far, server_command, server),
                                        ("client", line.near, client_command, client)):
        path = folder / f"{role}.json"
        path.write_text(json.dumps(config))
        processes.append(side.start(*command, path, log=folder / f"{role}.log"))
    port = server.get("local_port") or server["server_port"]
    wait_until(lambda: listens(line.far, port) and listens(line.near, client["local_port"]), f"{name} listens")
    return processes


def direct(*_):
    return Rival("direct", [])


STARTERS = {"qnet": qnet, "other": other_qnet, "trojan": trojan, "shadowsocks": shadowsocks, "direct": direct}


def swallow(connection):
    while connection.recv(1 << 16):
        pass


def start_site(line, folder, sizes):
    """nginx in the far namespace, with a file of each size."""
    site = SiteNginx(folder / "site", line.far)
    for name, size in sizes.items():
        with open(site.root / name, "wb") as file:
            file.truncate(size)
    # nginx answers an upload at once, and reads on for half a minute only.
    site.sink = line.far.inside(lambda: TcpServer(swallow, line.far.address, SINK))
    site.url = f"http://{line.far.address}:{site.http_port}"
    return site
