"""Tests of include_order.py: a small tree in which each rule is broken once; reports name file, line and rule."""

import pathlib
import tempfile
import unittest

import include_order

TABLE = """
low/base
low/crypto    openssl
low/net
middle/link
middle/mirror  transport
middle/site    transport
top/peer
top/peer_list
allow low/crypto/head.cpp boost/beast/http/
"""
FILES = {
    "low/base/CMakeLists.txt": "qnet_library(base SOURCES bytes.cpp)",
    "low/base/bytes.cpp": '#include "low/base/bytes.hpp"\n#include <vector>\n',
    "low/base/bytes.hpp": "#pragma once\n",
    "low/base/testing/random.hpp": "#pragma once\n",
    "low/crypto/CMakeLists.txt":
        "qnet_library(crypto  # comment (with brackets)\n  SOURCES hash.cpp head.cpp kem_${BACKEND}.cpp)",
    "low/crypto/hash.cpp": '#include <openssl/evp.h>\n#include "low/base/bytes.hpp"\n',
    "low/crypto/head.cpp": "#include <boost/beast/http/parser.hpp>\n",
    "low/crypto/kem_c.cpp": "",
    "low/net/CMakeLists.txt": "qnet_library(net IO SOURCES tcp.cpp)",
    "low/net/tcp.cpp": '#include "low/net/tcp.hpp"\n',
    "low/net/tcp.hpp": "#include <boost/asio/ip/tcp.hpp>\n",
    "low/net/buffer.hpp": "#pragma once\n",
    "middle/link/CMakeLists.txt": "qnet_library(link SOURCES rules.cpp)\nqnet_library(link_io IO SOURCES link.cpp)",
    "middle/link/rules.cpp": '#include "middle/link/limits.hpp"\n',
    "middle/link/limits.hpp": "#pragma once\n",
    "middle/link/link.cpp": '#include "middle/link/read.hpp"\n',
    "middle/link/read.hpp": '#include "low/net/tcp.hpp"\n',
    "middle/mirror/CMakeLists.txt": "qnet_library(mirror SOURCES gate.cpp)\nqnet_test(mirror SOURCES gate_test.cpp)",
    "middle/mirror/gate.cpp": '#include "middle/link/limits.hpp"\n',
    "middle/mirror/gate.hpp": "#pragma once\n",
    "middle/mirror/gate_test.cpp":
        '#include <openssl/ssl.h>\n#include "low/base/testing/random.hpp"\n#include "low/net/tcp.hpp"\n',
    "middle/site/CMakeLists.txt": "qnet_library(site SOURCES gate.cpp)",
    "middle/site/gate.cpp": "",
    "top/peer/CMakeLists.txt": "qnet_library(peer SOURCES id.cpp)",
    "top/peer/id.cpp": "",
    "top/peer_list/CMakeLists.txt": "qnet_library(peer_list SOURCES list.cpp)",
    "top/peer_list/list.cpp": '#include "top/peer_list/list.hpp"\n',
    "top/peer_list/list.hpp": "#pragma once\n",
}


class IncludeOrder(unittest.TestCase):
    def errors(self, changes=None, table=TABLE):
        """Of the small tree with these files changed."""
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "src"
            for name, text in {"layers.txt": table, **FILES, **(changes or {})}.items():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                (source / name).write_text(text)
            return include_order.Check(source).run()

    def assert_one(self, errors, *parts):
        self.assertEqual(len(errors), 1, errors)
        for part in parts:
            self.assertIn(part, errors[0])

    def test_the_small_tree_is_in_order(self):
        self.assertEqual(self.errors(), [])

    def test_a_later_group_is_refused(self):
        errors = self.errors({"low/base/bytes.cpp": '// text\n#include "middle/link/limits.hpp"\n'})
        self.assert_one(errors, 'src/low/base/bytes.cpp:2: "middle/link/limits.hpp"', "middle/link is a later group")

    def test_a_later_folder_of_the_same_group_is_refused(self):
        errors = self.errors({"low/base/bytes.hpp": '#include "low/crypto/hash.hpp"\n', "low/crypto/hash.hpp": ""})
        self.assert_one(errors, "src/low/base/bytes.hpp:1:", "low/crypto is a later folder than low/base")

    def test_a_folder_whose_name_begins_like_another_is_another(self):
        errors = self.errors({"top/peer/id.cpp": '#include "top/peer_list/list.hpp"\n'})
        self.assert_one(errors, "top/peer_list is a later folder than top/peer")

    def test_order_holds_for_tests_too(self):
        errors = self.errors({"middle/mirror/gate_test.cpp": '#include "top/peer_list/list.hpp"\n'})
        self.assert_one(errors, "gate_test.cpp:1:", "later group")

    def test_tests_may_use_testing_folders_of_later_folders(self):
        self.assertEqual(self.errors({
            "middle/mirror/gate_test.cpp": '#include "top/peer_list/testing/lists.hpp"\n',
            "top/peer_list/testing/lists.hpp": ""}), [])

    def test_a_testing_folder_is_refused_to_what_is_no_test(self):
        errors = self.errors({"low/crypto/hash.cpp": '#include "low/base/testing/random.hpp"\n'})
        self.assert_one(errors, "hash.cpp:1:", "for tests only")

    def test_transports_never_include_each_other(self):
        errors = self.errors({"middle/site/gate.cpp": '#include "middle/mirror/gate.hpp"\n'})
        self.assert_one(errors, "site/gate.cpp:1:", "both `transport`")

    def test_openssl_is_refused_outside_of_crypto(self):
        errors = self.errors({"middle/mirror/gate.hpp": "#include <openssl/ssl.h>\n"})
        self.assert_one(errors, "src/middle/mirror/gate.hpp:1: <openssl/ssl.h>", "only crypto uses OpenSSL")

    def test_asio_is_refused_in_a_target_without_io(self):
        errors = self.errors({"middle/link/rules.cpp": "\n\n#include <boost/asio/post.hpp>\n"})
        self.assert_one(errors, "rules.cpp:3: <boost/asio/post.hpp>", "without I/O")

    def test_asio_is_refused_in_the_header_of_a_target_without_io(self):
        errors = self.errors({"low/base/bytes.hpp": "#  include <boost/asio/buffer.hpp>\n"})
        self.assert_one(errors, "bytes.hpp:1:", "without I/O")

    def test_a_header_of_an_io_target_is_refused_in_a_target_without_io(self):
        errors = self.errors({"middle/link/rules.cpp": '#include "low/net/tcp.hpp"\n'})
        self.assert_one(errors, 'rules.cpp:1: "low/net/tcp.hpp"', "header of an IO target")

    def test_any_header_of_a_folder_with_io_targets_only_is_an_io_header(self):
        errors = self.errors({"middle/link/rules.cpp": '#include "low/net/buffer.hpp"\n'})
        self.assert_one(errors, "rules.cpp:1:", "header of an IO target")

    def test_io_by_way_of_a_header_without_a_source_is_refused(self):
        errors = self.errors({"middle/mirror/gate.cpp": '#include "middle/link/read.hpp"\n'})
        self.assert_one(errors, 'gate.cpp:1: "middle/link/read.hpp"', 'by way of "low/net/tcp.hpp"')

    def test_an_exception_holds_for_its_file_and_headers_only(self):
        errors = self.errors({"low/crypto/head.cpp": "#include <boost/beast/websocket.hpp>\n"})
        self.assert_one(errors, "head.cpp:1: <boost/beast/websocket.hpp>")
        errors = self.errors({"low/crypto/hash.cpp": "#include <boost/beast/http/parser.hpp>\n"})
        self.assert_one(errors, "hash.cpp:1: <boost/beast/http/parser.hpp>")

    def test_an_include_that_is_not_spelled_from_src_is_refused(self):
        errors = self.errors({"top/peer_list/list.cpp": '#include "list.hpp"\n'})
        self.assert_one(errors, "list.cpp:1:", "no such file under src/")

    def test_a_source_of_no_target_is_reported(self):
        self.assert_one(self.errors({"top/peer/other.cpp": ""}), "other.cpp:1: no target of top/peer/CMakeLists.txt")

    def test_a_folder_without_a_row_is_reported(self):
        self.assert_one(self.errors({"top/naming/name.hpp": ""}), "naming/name.hpp:1: its folder has no row")

    def test_faults_of_the_table_are_reported_with_their_line(self):
        self.assert_one(self.errors(table=TABLE + "top/gone\n"), "top/gone is listed, but is no folder")
        self.assert_one(self.errors({"top/link/a.hpp": ""}, TABLE + "top/link\n"),
                        "layers.txt:11: two folders are named link")
        self.assert_one(self.errors({"low/late/a.hpp": ""}, TABLE + "low/late\n"),
                        "low/late stands apart from the other folders of low/")
        self.assert_one(self.errors(table=TABLE.replace("  transport", "  transprot", 1)), "no such word: transprot")
        self.assert_one(self.errors(table=TABLE + "allow low/base/bytes.cpp\n"), "layers.txt:11: `allow` takes")

    def test_a_flat_table_works_the_same(self):
        table = "base\nnet\n"
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "src"
            for name, text in {
                "layers.txt": table, "base/a.hpp": '#include "net/b.hpp"\n', "net/b.hpp": '#include "base/a.hpp"\n',
            }.items():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                (source / name).write_text(text)
            self.assert_one(include_order.Check(source).run(), "src/base/a.hpp:1:", "net is a later folder than base")


if __name__ == "__main__":
    unittest.main()
