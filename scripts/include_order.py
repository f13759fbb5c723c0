#!/usr/bin/env python3
"""include_order.py [SOURCE_FOLDER]: holds the includes under src/ to the rules in docs/architecture.md, "Layers".

The order of folders is SOURCE_FOLDER/layers.txt; which target has a source, and whether it does I/O, is what the
folder's CMakeLists.txt says in qnet_library().
"""

import dataclasses
import pathlib
import re
import sys

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
LIBRARY = re.compile(r"qnet_library\(\s*(\w+)\s+((?:[^()]|\([^()]*\))*)\)")
APART = ("transport", "edge")
WORDS = (*APART, "openssl")
IO_HEADERS = ("boost/asio", "boost/beast")


@dataclasses.dataclass
class Row:
    path: str  # from src/
    place: int
    words: set

    @property
    def group(self):
        return self.path.partition("/")[0]


@dataclasses.dataclass
class Include:
    line: int
    name: str
    ours: bool  # "…", not <…>

    def __str__(self):
        return f'"{self.name}"' if self.ours else f"<{self.name}>"


def is_test(file):
    return "testing" in file.split("/") or file.endswith(("_test.cpp", "_fuzz.cpp"))


class Table:
    """layers.txt. What is wrong with it goes to `report(line, text)`."""

    def __init__(self, text, report):
        self.rows, self.allowed = {}, []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if words[0] == "allow":
                if len(words) == 3:
                    self.allowed.append((words[1], words[2]))
                else:
                    report(number, "`allow` takes a file and the beginning of a header's name")
                continue
            self.add(number, words, report)

    def add(self, number, words, report):
        row = Row(words[0], len(self.rows), set(words[1:]))
        leaf = row.path.rpartition("/")[2]
        if any(other.path.rpartition("/")[2] == leaf for other in self.rows.values()):
            report(number, f"two folders are named {leaf}; the name is the target's and the namespace's")
        groups = [other.group for other in self.rows.values()]
        if row.group in groups and groups[-1] != row.group:
            report(number, f"{row.path} stands apart from the other folders of {row.group}/")
        for word in row.words.difference(WORDS):
            report(number, f"no such word: {word}")
        self.rows[row.path] = row

    def row_of(self, file):
        """Of the folder that has this file; None where no row names it."""
        parts = file.split("/")[:-1]
        for size in range(len(parts), 0, -1):
            if row := self.rows.get("/".join(parts[:size])):
                return row
        return None

    def allows(self, file, header):
        return any(file == name and header.startswith(start) for name, start in self.allowed)


class Targets:
    """Which files are in a target that does I/O, from qnet_library() in each folder's CMakeLists.txt."""

    def __init__(self, source, rows):
        self.does_io = {}  # file: bool, for sources of targets and their headers
        self.only_io = set()  # folders
        self.texts = {}
        for row in rows:
            lists = source / row.path / "CMakeLists.txt"
            text = re.sub(r"#.*", "", lists.read_text()) if lists.is_file() else ""
            self.texts[row.path] = text
            libraries = [(match[1], match[2].split()) for match in LIBRARY.finditer(text)]
            for _, words in libraries:
                self.take(source, row, words)
            if libraries and all("IO" in words for _, words in libraries):
                self.only_io.add(row.path)

    def take(self, source, row, words):
        for word in words:
            if not word.endswith(".cpp"):
                continue
            pattern = re.sub(r"\$\{\w+\}", "*", word)  # a backend that CMake chooses
            for file in (source / row.path).glob(pattern):
                name = file.relative_to(source).as_posix()
                self.does_io[name] = "IO" in words
                self.does_io[name.removesuffix(".cpp") + ".hpp"] = "IO" in words

    def names(self, row, file):
        """Whether the CMakeLists.txt of the folder names the file at all."""
        within = file.removeprefix(row.path + "/")
        return any(re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", r"\\w+", re.escape(word)), within)
                   for word in self.texts[row.path].replace(")", " ").split())


class Check:
    def __init__(self, source):
        self.source = source
        self.errors = []
        self.table = Table((source / "layers.txt").read_text(), lambda line, text: self.tell("layers.txt", line, text))
        self.targets = Targets(source, self.table.rows.values())
        self.includes = {}
        for file in sorted(source.rglob("*")):
            if file.suffix in (".cpp", ".hpp"):
                self.includes[file.relative_to(source).as_posix()] = self.read(file)
        self.reaches = {}  # file: the headers on the way to Asio or an I/O target's header, or None

    @staticmethod
    def read(file):
        found = []
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if match := INCLUDE.match(line):
                found.append(Include(number, match[1] or match[2], match[1] is not None))
        return found

    def tell(self, file, line, text):
        self.errors.append(f"{self.source.name}/{file}:{line}: {text}")

    def run(self):
        for path in self.table.rows:
            if not (self.source / path).is_dir():
                self.tell("layers.txt", 1, f"{path} is listed, but is no folder")
        for file, includes in self.includes.items():
            row = self.table.row_of(file)
            if row is None:
                self.tell(file, 1, "its folder has no row in layers.txt")
                continue
            if file.endswith(".cpp") and not self.targets.names(row, file):
                self.tell(file, 1, f"no target of {row.path}/CMakeLists.txt names it")
            for include in includes:
                self.check(file, row, include)
        return self.errors

    def check(self, file, row, include):
        if include.ours:
            self.check_order(file, row, include)
        elif include.name.startswith("openssl/") and "openssl" not in row.words and not is_test(file):
            self.tell(file, include.line, f"{include}: only crypto uses OpenSSL; exceptions have the word `openssl` "
                      "in layers.txt and a reason in docs/dependencies.md")
        if self.targets.does_io.get(file) is False and not is_test(file):
            self.check_io(file, include)

    def check_order(self, file, row, include):
        theirs = self.table.row_of(include.name)
        if include.name not in self.includes or theirs is None:
            self.tell(file, include.line, f"{include}: no such file under src/; includes name the path from there")
            return
        testing = is_test(include.name)
        if testing and not is_test(file):
            self.tell(file, include.line, f"{include}: is for tests only")
        if theirs is row or testing:
            return
        if theirs.place > row.place:
            kind = "group" if "/" in theirs.path and theirs.group != row.group else "folder"
            self.tell(file, include.line, f"{include}: {theirs.path} is a later {kind} than {row.path} in layers.txt")
        for word in APART:
            if word in row.words & theirs.words:
                self.tell(file, include.line, f"{include}: {row.path} and {theirs.path} are both `{word}`, "
                          "and those never include each other")

    def check_io(self, file, include):
        if self.table.allows(file, include.name):
            return
        way = self.way_to_io(include)
        if way is None:
            return
        by = f" (by way of {', '.join(way[1:])})" if len(way) > 1 else ""
        self.tell(file, include.line, f"{include}: a target without I/O includes neither Asio, Beast nor a header of "
                  f"an IO target{by}")

    def way_to_io(self, include):
        """The includes that lead to I/O, this one first; None where they do not."""
        if not include.ours:
            return [str(include)] if include.name.startswith(IO_HEADERS) else None
        if (does_io := self.targets.does_io.get(include.name)) is not None:
            return [str(include)] if does_io else None  # what is wrong in a header without I/O is told there
        row = self.table.row_of(include.name)
        if row and row.path in self.targets.only_io and not is_test(include.name):
            return [str(include)]
        if include.name not in self.reaches:
            self.reaches[include.name] = None  # a circle ends here
            for inner in self.includes.get(include.name, ()):
                if way := self.way_to_io(inner):
                    self.reaches[include.name] = way
                    break
        way = self.reaches[include.name]
        return [str(include), *way] if way else None


def main():
    here = pathlib.Path(__file__).resolve().parents[1]
    errors = Check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "src").run()
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
