"""A PostgreSQL server of a test's own, behind a Unix socket in its folder."""

import os
import pathlib
import subprocess

from harness import run


class Postgres:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise AssertionError("PostgreSQL is not installed; ./test.sh installs it "
                                 "(Debian: apt-get install postgresql)")
        self.programs = found[-1].parent
        # The server refuses to run as root, and must reach its folder.
        self.as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_other:
            run(["chown", "postgres", self.folder], check=True)
            for parent in self.folder.parents:
                if parent.stat().st_mode & 0o001 == 0:
                    parent.chmod(parent.stat().st_mode | 0o011)
        self.do("initdb", "-D", self.folder / "data", "-U", "qnet", "-A", "trust", "--no-instructions", "-E", "UTF8")
        self.start()
        self.do("createdb", "-h", self.folder, "-U", "qnet", "directory")
        self.url = f"postgres://qnet@/directory?host={self.folder}"

    def do(self, program, *arguments):
        # pg_ctl's server would keep a pipe open.
        with open(self.folder.parent / "postgres.log", "ab") as log:
            done = subprocess.run([*self.as_other, str(self.programs / program), *map(str, arguments)], stdout=log,
                                  stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, timeout=60)
        if done.returncode != 0:
            raise AssertionError((self.folder.parent / "postgres.log").read_text()[-3000:])

    def start(self):
        self.do("pg_ctl", "-D", self.folder / "data", "-w", "-o",
                f"-c listen_addresses='' -c unix_socket_directories={self.folder}", "start")

    def stop(self):
        self.do("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def dump(self):
        """All that it holds, as SQL."""
        return run([*self.as_other, self.programs / "pg_dump", "-h", self.folder, "-U", "qnet", "directory"],
                   check=True).stdout

    def ask(self, sql):
        done = run([*self.as_other, self.programs / "psql", "-h", self.folder, "-U", "qnet", "-At", "-c", sql,
                    "directory"],
                   check=True)
        return done.stdout.decode().strip()
