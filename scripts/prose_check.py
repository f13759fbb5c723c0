#!/usr/bin/env python3
"""prose_check.py [FILE…]: the form and the words of what people read; all files that git knows, or these.

  column-120      lines of Markdown, C++, Python, shell, CMake and TOML (tables and code blocks of Markdown excepted)
  cell-160        cells of Markdown's tables
  readme-form     the README of a folder under src/: what it is, what it never does, the two files to read first
  path-exists     relative links, and paths and C++ files in backticks
  plain-words     words for which there is a plainer one, in Markdown and in comments
"""

import dataclasses
import io
import pathlib
import re
import subprocess
import sys
import tokenize

COLUMNS = 120
CELL = 160
# Texts of others, data, and inputs of fuzzers.
NOT_OURS = re.compile(r"npm/|fuzz/corpus/|tests/vectors/(?!.*(README\.md|\.py)$)")

# What a reader of a second language stumbles over, and what to write instead (CONTRIBUTING.md, "Rules for prose").
WORDS = {
    r"knock(?:s|ed|ing)?": "reachability probe, to probe",
    r"doors?": "address",
    r"askers?": "client, remote address",
    r"households?": "client prefix",
    r"leads?\s+nowhere": "has no exit",
    r"opinions?": "votes",
    r"patience": "a wait and its length, retry",
    r"spoil(?:s|ed|t|ing)?": "corrupt",
}
# (file, word): why the word is right there.
ALLOWED = {}

OPENINGS = ("**What it is.**", "**What it never does.**", "**Read first.**")
FILE_NAME = re.compile(r"[\w./*-]+\.(?:hpp|cpp|py|txt|md|sh|mjs|yaml|toml|json)")
CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PLACEHOLDER = re.compile(r"[<>…$|\\\"'(:]|(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z]|\.md)")
CPP_TOKEN = re.compile(
    r'R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)", re.S)
HASH_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.M)


@dataclasses.dataclass
class Finding:
    file: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.rule}: {self.text}"


def kind_of(file):
    path = pathlib.PurePosixPath(file)
    if path.name == "CMakeLists.txt":
        return "cmake"
    if file == ".ci/run":
        return "sh"
    return {".md": "md", ".cpp": "cpp", ".hpp": "cpp", ".py": "py", ".sh": "sh", ".bash": "sh", ".cmake": "cmake",
            ".toml": "toml"}.get(path.suffix)


def blank(text, kept):
    """`text` with everything outside of the spans `kept` made spaces; lines stay where they are."""
    out = [c if c == "\n" else " " for c in text]
    for start, end in kept:
        out[start:end] = text[start:end]
    return "".join(out)


def python_comments(text):
    """Spans of comments and of strings that stand alone, as docstrings do."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    before = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        alone = before in (None, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and alone):
            yield starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type


def prose_of(kind, text):
    """What of a file is written for people: all of Markdown, the comments of a source."""
    if kind == "md":
        return text
    if kind == "py":
        return blank(text, python_comments(text))
    if kind == "cpp":
        prose = blank(text, [m.span() for m in CPP_TOKEN.finditer(text) if m["comment"]])
        return re.sub(r"//[/!]?<?", lambda marker: " " * len(marker[0]), prose)
    return blank(text, [m.span() for m in HASH_COMMENT.finditer(text)]).replace("#", " ")


class Markdown:
    """The lines of a page, each with what it is: "code", "table" or "text"."""

    def __init__(self, text):
        self.lines = []  # (number, what, line)
        fence = None
        for number, line in enumerate(text.splitlines(), 1):
            mark = re.match(r"\s*(```+|~~~+)", line)
            if fence:
                self.lines.append((number, "code", line))
                if mark and mark[1].startswith(fence):
                    fence = None
            elif mark:
                fence = mark[1]
                self.lines.append((number, "code", line))
            else:
                self.lines.append((number, "table" if line.lstrip().startswith("|") else "text", line))

    def without_code(self):
        return "\n".join("" if what == "code" else line for _, what, line in self.lines)


class Check:
    def __init__(self, root, files, allowed=None):
        self.root = pathlib.Path(root)
        self.files = sorted(file for file in files if not NOT_OURS.match(file))
        self.allowed = ALLOWED if allowed is None else allowed
        self.used = set()  # of what is allowed
        self.names = {pathlib.PurePosixPath(file).name for file in files}
        self.findings = []

    def tell(self, file, line, rule, text):
        self.findings.append(Finding(file, line, rule, text))

    def run(self):
        for file in self.files:
            kind = kind_of(file)
            path = self.root / file
            if kind is None or not path.is_file():
                continue
            text = path.read_text()
            self.check_words(file, prose_of(kind, text))
            if kind == "md":
                self.check_markdown(file, text)
            else:
                self.check_columns(file, text)
        for file, word in self.allowed:
            if file in self.files and (file, word) not in self.used:
                self.tell(file, 1, "plain-words", f'"{word}" is allowed here and does not occur; take it off ALLOWED')
        return self.findings

    def check_words(self, file, prose):
        for pattern, instead in WORDS.items():
            for match in re.finditer(rf"\b(?:{pattern})\b", prose, re.I):
                word = " ".join(match[0].lower().split())
                if (file, word) in self.allowed:
                    self.used.add((file, word))
                    continue
                self.tell(file, prose.count("\n", 0, match.start()) + 1, "plain-words",
                          f'do not write "{word}"; write: {instead}')

    def check_columns(self, file, text):
        table = False  # clang-format leaves these lines as they are, because they are a table
        for number, line in enumerate(text.splitlines(), 1):
            if "clang-format off" in line:
                table = True
            elif "clang-format on" in line:
                table = False
            if len(line) > COLUMNS and not table:
                self.tell(file, number, "column-120", f"wrap this line of {len(line)} columns")

    def check_markdown(self, file, text):
        page = Markdown(text)
        for number, what, line in page.lines:
            if what == "table":
                self.check_cells(file, number, line)
            elif what == "text" and len(line) > COLUMNS and len(line.split()) > 2:  # a link alone cannot be wrapped
                self.tell(file, number, "column-120", f"wrap this line of {len(line)} columns")
        prose = page.without_code()
        self.check_links(file, prose)
        self.check_paths(file, prose)
        if re.fullmatch(r"src/(.*/)?README\.md", file):
            self.check_form(file, prose)

    def check_cells(self, file, number, line):
        for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
            if len(cell.strip()) > CELL:
                self.tell(file, number, "cell-160", f"shorten this cell of {len(cell.strip())} characters, or make a "
                          f"list or a section of the table: {cell.strip()[:40]}…")

    def check_links(self, file, prose):
        for match in LINK.finditer(prose):
            target = match[1].partition("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not (self.root / file).parent.joinpath(target).exists():
                self.tell(file, prose.count("\n", 0, match.start()) + 1, "path-exists",
                          f"the link {match[1]} names no file; correct it")

    def check_paths(self, file, prose):
        top = {path.name for path in self.root.iterdir() if path.is_dir() and path.name != "build"}
        for match in CODE_SPAN.finditer(prose):
            for word in match[2].split():
                word = word.rstrip(".,;")
                if PLACEHOLDER.search(word):
                    continue
                is_path = "/" in word and (word.split("/")[0] in top or word.endswith((".cpp", ".hpp", ".py")))
                is_source = FILE_NAME.fullmatch(word) and word.endswith((".cpp", ".hpp"))
                if (is_path or is_source) and not all(self.exists(file, one) for one in spread(word)):
                    self.tell(file, prose.count("\n", 0, match.start()) + 1, "path-exists",
                              f"`{word}` names no file; correct it")

    def exists(self, file, word):
        """From the top, from src/, or from the page's own folder; a name without a folder, anywhere in that folder."""
        if "/" not in word and file.startswith("src/"):
            return next((self.root / file).parent.rglob(word), None) is not None
        if "/" not in word:
            return any(pathlib.PurePosixPath(name).match(word) for name in self.names)
        if re.fullmatch(r"docs/decisions/\d{4}", word):  # as decisions are quoted
            word += "-*.md"
        bases = (self.root, self.root / "src", (self.root / file).parent)
        return any(next(base.glob(word.rstrip("/")), None) for base in bases)

    def check_form(self, file, prose):
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", prose) if part.strip()]
        body = [part for part in paragraphs if not part.startswith("# ")]
        found = [opening for part in body for opening in OPENINGS if part.startswith(opening)]
        if found != list(OPENINGS) or not body[0].startswith(OPENINGS[0]):
            self.tell(file, 1, "readme-form", "begin with a paragraph " + OPENINGS[0] + ", and have, once each and in "
                      "this order, paragraphs that begin with " + " and ".join(OPENINGS[1:]))
            return
        first = next(part for part in body if part.startswith(OPENINGS[2]))
        named = [match[2] for match in CODE_SPAN.finditer(first) if FILE_NAME.fullmatch(match[2])]
        for name in named:
            if "/" not in name and not (self.root / file).parent.joinpath(name).is_file():
                self.tell(file, 1, "readme-form", f"**Read first.** names `{name}`, which is no file of this folder")
        if len(named) != 2:
            self.tell(file, 1, "readme-form", "name exactly two files, in backticks, under **Read first.**")


def spread(word):
    """`a/{b,c}` is `a/b` and `a/c`."""
    match = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", word)
    return [match[1] + one + match[3] for one in match[2].split(",")] if match else [word]


def folders_without_readme(root):
    """Rows of src/layers.txt whose folder has none."""
    for number, line in enumerate((root / "src/layers.txt").read_text().splitlines(), 1):
        words = line.partition("#")[0].split()
        if words and words[0] != "allow" and not (root / "src" / words[0] / "README.md").is_file():
            yield Finding("src/layers.txt", number, "readme-form", f"write src/{words[0]}/README.md")


def main():
    root = pathlib.Path(__file__).resolve().parents[1]
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    findings = [*folders_without_readme(root), *Check(root, listed).run()]
    only = {str(pathlib.Path(name).resolve().relative_to(root)) for name in sys.argv[1:]}
    findings = [finding for finding in findings if not only or finding.file in only]
    print("\n".join(map(str, findings)), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
