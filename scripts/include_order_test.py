#!/usr/bin/env python3
"""The include-order check reports what it is there for, in a tree made for it."""

import pathlib
import tempfile
import unittest

import include_order

CMAKE = """foreach(folder IN ITEMS
    base crypto
    node)
  if(EXISTS "${PROJECT_SOURCE_DIR}/src/${folder}/CMakeLists.txt")
endforeach()
"""


class IncludeOrder(unittest.TestCase):
    def faults(self, files):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "CMakeLists.txt").write_text(CMAKE)
            for path, text in {"src/base/a.hpp": "", "src/node/n.hpp": "", **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return include_order.check(root)

    def test_an_include_of_a_lower_or_the_own_folder_is_clean(self):
        self.assertEqual(self.faults({"src/node/x.cpp": '#include "base/a.hpp"\n#include "node/n.hpp"\n'}), [])

    def test_an_include_of_a_higher_folder_is_told_with_its_place(self):
        self.assertEqual(self.faults({"src/base/b.cpp": '\n#include "node/n.hpp"\n'}),
                         ["src/base/b.cpp:2: `base` may not include `node`, which comes after it in CMakeLists.txt"])

    def test_tests_are_held_to_the_order_too(self):
        self.assertEqual(len(self.faults({"src/base/b_test.cpp": '#include "node/n.hpp"\n'})), 1)

    def test_a_path_that_is_not_from_src_is_told(self):
        self.assertEqual(len(self.faults({"src/base/b.cpp": '#include "a.hpp"\n'})), 1)

    def test_a_folder_that_the_list_does_not_have_is_told(self):
        self.assertEqual(len(self.faults({"src/new/x.cpp": ""})), 1)

    def test_openssl_is_reached_from_crypto_only(self):
        line = "#include <openssl/evp.h>\n"
        self.assertEqual(self.faults({"src/crypto/c.cpp": line}), [])
        self.assertEqual(len(self.faults({"src/node/c.cpp": line})), 1)


if __name__ == "__main__":
    unittest.main()
