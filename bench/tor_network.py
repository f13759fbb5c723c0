"""A private Tor network on loopback, with Debian's tor: three authorities that are relays and exits, and a client."""

import pathlib
import subprocess

from harness import Process, free_port, wait_until

COMMON = """
TestingTorNetwork 1
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
TestingV3AuthInitialVotingInterval 20
TestingV3AuthInitialVoteDelay 4
TestingV3AuthInitialDistDelay 4
Sandbox 0
NumCPUs 2
Schedulers {scheduler}
"""

AUTHORITY = """
DataDirectory {folder}
Nickname authority{number}
Address 127.0.0.1
ORPort 127.0.0.1:{onion_port}
DirPort 127.0.0.1:{directory_port}
SocksPort 0
AssumeReachable 1
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
V3AuthNIntervalsValid 2
ContactInfo nobody@example.org
ExitRelay 1
ExitPolicy accept 127.0.0.0/8:*
ExitPolicyRejectPrivate 0
TestingMinExitFlagThreshold 0
TestingDirAuthVoteExit *
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
Log notice file {folder}/log
"""

CLIENT = """
DataDirectory {folder}
SocksPort 127.0.0.1:{socks_port}
ClientRejectInternalAddresses 0
ClientDNSRejectInternalAddresses 0
EnforceDistinctSubnets 0
Log notice file {folder}/log
"""


class TorNetwork:
    """`Vanilla` is the fastest of Tor's schedulers."""

    def __init__(self, stack, folder, scheduler="Vanilla"):
        self.folder, self.common = pathlib.Path(folder), COMMON.format(scheduler=scheduler)
        self.socks_port = free_port()
        authorities = [self.authority(number) for number in (1, 2, 3)]
        named = "".join(line for _, line in authorities)
        self.processes = [self.start(stack, path, named) for path, _ in authorities]
        path = self.write("client", CLIENT.format(folder=self.made("client"), socks_port=self.socks_port))
        self.processes.append(self.start(stack, path, named))
        log = path.parent / "log"
        wait_until(lambda: log.exists() and "Bootstrapped 100%" in log.read_text(), "Tor is ready", 180, 0.5)

    def made(self, name):
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return folder

    def write(self, name, text):
        path = self.made(name) / "torrc"
        path.write_text(text + self.common)
        return path

    def authority(self, number):
        """Its file, and the line by which others know it."""
        folder, name = self.made(f"authority{number}"), f"authority{number}"
        onion_port, directory_port = free_port(), free_port()
        keys = self.made(f"{name}/keys")
        subprocess.run(["tor-gencert", "--create-identity-key", "-m", "12", "-a", f"127.0.0.1:{directory_port}",
                        "-i", "authority_identity_key", "-s", "authority_signing_key", "-c", "authority_certificate",
                        "--passphrase-fd", "0"], cwd=keys, input=b"x\n", check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        words = (keys / "authority_certificate").read_text().split()
        v3 = words[words.index("fingerprint") + 1]
        path = self.write(name, AUTHORITY.format(folder=folder, number=number, onion_port=onion_port,
                                                 directory_port=directory_port))
        unknown = f"x orport={onion_port} v3ident={v3} 127.0.0.1:{directory_port} {'0' * 40}"
        told = subprocess.run(["tor", "--list-fingerprint", "-f", path, "--DirAuthority", unknown], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().splitlines()[-1]
        fingerprint = told.split(maxsplit=1)[1].replace(" ", "")
        return path, (f"DirAuthority {name} orport={onion_port} v3ident={v3} 127.0.0.1:{directory_port} "
                      f"{fingerprint}\n")

    @staticmethod
    def start(stack, path, named):
        path.write_text(path.read_text() + named)
        process = Process(["tor", "-f", path], path.parent / "output")
        stack.callback(process.stop)
        return process
