"""Tests of prose_check.py: a small tree in which each rule is broken once; reports name file, line and rule."""

import pathlib
import tempfile
import unittest

import prose_check

README = """# link

**What it is.** One link to one peer.

**What it never does.** It opens no stream.

**Read first.** `link.hpp` (the interface) and `link.cpp`.

| file | what |
| --- | --- |
| `link.hpp`, `other/far.hpp` | the [map](../../docs/map.md#layers), `src/link/link.hpp`, `docs/decisions/0001` |
"""
FILES = {
    "README.md": "# QNet\n\nSee `src/link` and [the map](docs/map.md), or <https://example.org/>.\n",
    "docs/map.md": "# Map\n\n```\n" + "x" * 200 + "\n```\n\n[one word](https://example.org/" + "y" * 120 + ")\n",
    "docs/decisions/0001-why.md": "# 1. Why\n",
    "src/link/README.md": README,
    "src/link/link.hpp": "// A link.\n",
    "src/link/link.cpp": 'const auto text = "an asker\'s // patience"; // a peer\nint n = 1\'000;\n',
    "src/other/far.hpp": "",
    "scripts/run.py": '"""Runs it."""\n\nknock = "opinions"  # votes\n',
    "scripts/run.sh": "echo knock  # probes\n",
}
LONG = "word " * 25  # 125 columns


class ProseCheck(unittest.TestCase):
    def findings(self, changes=None, allowed=None):
        """Of the small tree with these files changed; None takes a file away."""
        files = {name: text for name, text in {**FILES, **(changes or {})}.items() if text is not None}
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [str(one) for one in prose_check.Check(folder, files, allowed or {}).run()]

    def assert_one(self, findings, *parts):
        self.assertEqual(len(findings), 1, findings)
        for part in parts:
            self.assertIn(part, findings[0])

    def test_the_small_tree_is_clean(self):
        self.assertEqual(self.findings(), [])

    def test_a_long_line_of_text_is_told_with_its_number(self):
        self.assert_one(self.findings({"docs/map.md": f"# Map\n\n{LONG}\n"}), "docs/map.md:3: column-120: wrap")

    def test_columns_are_characters_not_bytes(self):
        self.assertEqual(self.findings({"docs/map.md": "ä b c " * 20 + "\n"}), [])

    def test_a_long_line_of_a_source_is_told(self):
        for name in ("a.cpp", "a.hpp", "a.py", "a.sh", "a.bash", "a.cmake", "CMakeLists.txt", "a.toml"):
            start = "//" if name.endswith("pp") else "#"
            self.assert_one(self.findings({f"src/link/{name}": f"\n{start} {LONG}\n"}), f"{name}:2: column-120")

    def test_a_table_that_clang_format_leaves_alone_may_be_wide(self):
        table = f"// clang-format off\n// {LONG}\n// clang-format on\n"
        self.assertEqual(self.findings({"src/link/a.cpp": table}), [])
        self.assert_one(self.findings({"src/link/a.cpp": table + f"// {LONG}\n"}), "a.cpp:4:")

    def test_a_cell_of_more_than_160_characters_is_told(self):
        row = "| a | {} |\n"
        self.assertEqual(self.findings({"docs/map.md": row.format("x" * 160)}), [])
        self.assert_one(self.findings({"docs/map.md": "\n" + row.format("x" * 161)}), "docs/map.md:2: cell-160")

    def test_a_pipe_in_a_cell_does_not_end_it(self):
        self.assert_one(self.findings({"docs/map.md": "| " + "x" * 100 + r" \| " + "y" * 100 + " |\n"}), "cell-160")

    def test_a_readme_without_one_of_the_three_parts_is_told(self):
        for opening in prose_check.OPENINGS:
            self.assert_one(self.findings({"src/link/README.md": README.replace(opening, "Also.")}),
                            "src/link/README.md:1: readme-form: begin with")

    def test_the_parts_stand_in_order_and_first(self):
        parts = README.split("\n\n")
        for order in ([0, 2, 1, 3, 4], [0, 1, 3, 2, 4], [0, 4, 1, 2, 3]):
            self.assert_one(self.findings({"src/link/README.md": "\n\n".join(parts[i] for i in order) + "\n"}),
                            "readme-form: begin with")

    def test_a_readme_names_two_files_to_read_first(self):
        self.assert_one(self.findings({"src/link/README.md": README.replace(" and `link.cpp`", "")}), "exactly two")
        self.assert_one(self.findings({"src/link/README.md": README.replace("`link.cpp`", "`link.cpp`, `README.md`")}),
                        "exactly two")

    def test_a_file_to_read_first_is_in_the_folder_itself(self):
        changes = {"src/link/README.md": README.replace("`link.cpp`", "`pair.hpp`"), "src/link/testing/pair.hpp": ""}
        self.assert_one(self.findings(changes), "**Read first.** names `pair.hpp`")

    def test_readmes_outside_of_src_have_no_form(self):
        self.assertEqual(self.findings({"tests/README.md": "# Tests\n\nSome.\n"}), [])

    def test_a_row_of_layers_without_a_readme_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "src/link").mkdir(parents=True)
            pathlib.Path(folder, "src/layers.txt").write_text("# order\nlink\nallow link/a.cpp boost/\n")
            found = [str(one) for one in prose_check.folders_without_readme(pathlib.Path(folder))]
            self.assert_one(found, "src/layers.txt:2: readme-form: write src/link/README.md")
            pathlib.Path(folder, "src/link/README.md").write_text(README)
            self.assertEqual(list(prose_check.folders_without_readme(pathlib.Path(folder))), [])

    def test_a_link_to_nothing_is_told(self):
        self.assert_one(self.findings({"docs/map.md": "# Map\n\n[gone](gone.md#part)\n"}),
                        "docs/map.md:3: path-exists: the link gone.md#part")

    def test_a_path_to_nothing_is_told(self):
        for word in ("src/gone", "src/link/gone.cpp", "link/gone.hpp", "docs/decisions/0002",
                     "src/link/{link,gone}.hpp", "gone.hpp", "src/*/gone.cpp", "scripts/gone.sh"):
            self.assert_one(self.findings({"docs/map.md": f"# Map\n\nText `{word} --flag`.\n"}),
                            f"docs/map.md:3: path-exists: `{word}` names no file")

    def test_a_bare_name_in_a_readme_under_src_is_of_that_folder(self):
        self.assert_one(self.findings({"src/link/README.md": README + "\nSee `far.hpp`.\n"}), "`far.hpp` names no file")
        self.assertEqual(self.findings({"src/link/README.md": README + "\nSee `pair.hpp`.\n",
                                        "src/link/testing/pair.hpp": ""}), [])
        self.assertEqual(self.findings({"docs/map.md": "See `far.hpp`.\n"}), [])

    def test_paths_may_have_stars_braces_and_placeholders(self):
        words = "`src/*/link.hpp`, `*.hpp`, `src/link/link.{hpp,cpp}`, `src/NAME/x.cpp`, `src/link/`, `link/link.cpp`"
        self.assertEqual(self.findings({"docs/map.md": words + "\n"}), [])

    def test_words_are_told_in_markdown_and_in_comments(self):
        for name, text in {
            "docs/map.md": "\nThe Asker waits.\n",
            "src/link/a.cpp": 'const char* s = R"(\n)"; /* the\n asker */',
            "src/link/a.hpp": "int a;\n\nint b = 65'536; ///< of an asker\n",
            "scripts/a.py": 'asker = 1\ndef f():\n    """For an asker."""\n',
            "scripts/a.sh": "asker\n\nb # asker\n",
            "CMakeLists.txt": "\n\n# asker\n",
            "data/a.toml": "a = 1\n\nb = 2 # asker\n",
        }.items():
            line = 2 if name == "docs/map.md" else 3
            self.assert_one(self.findings({name: text}),
                            f'{name}:{line}: plain-words: do not write "asker"; write: client')

    def test_each_word_has_its_forms(self):
        for word in ("knocked", "doors", "askers", "household", "lead nowhere", "opinions", "patience", "spoilt"):
            self.assert_one(self.findings({"docs/map.md": f"Text {word}.\n"}), f'"{word}"')

    def test_words_are_whole_words(self):
        self.assertEqual(self.findings({"docs/map.md": "A backdoor, a tasker, Knockout, indoors.\n"}), [])

    def test_a_phrase_is_found_across_lines_of_a_comment(self):
        self.assert_one(self.findings({"src/link/a.hpp": "// It leads\n/// nowhere.\n"}), 'a.hpp:1:', '"leads nowhere"')

    def test_a_word_may_be_allowed_in_one_file(self):
        text = {"docs/map.md": "Port knocking.\n"}
        self.assertEqual(self.findings(text, {("docs/map.md", "knocking"): "the name of the method"}), [])
        self.assertEqual(len(self.findings(text, {("docs/map.md", "knocked"): "another word"})), 2)
        self.assert_one(self.findings(None, {("docs/map.md", "knocking"): ""}), "take it off ALLOWED")

    def test_files_of_others_are_left_alone(self):
        self.assertEqual(self.findings({
            "npm/README.md": "The asker.\n", "fuzz/corpus/template/a.toml": "# " + LONG + "\n",
            "tests/vectors/rfc/notes.md": "The asker.\n"}), [])
        self.assert_one(self.findings({"tests/vectors/rfc/README.md": "The asker.\n"}), "rfc/README.md:1:")


if __name__ == "__main__":
    unittest.main()
