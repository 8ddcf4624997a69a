#!/usr/bin/env python3
"""A deliberate violation of every house rule is caught, and what is allowed passes."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent
LAYERS = """
layers = [["base"], ["http", "net", "blob"], ["query"]]
sideways = [["blob", "net", "the S3 store speaks HTTP"]]
[third_party]
"boost/beast" = ["http"]
"""


def run(tool: str, files: dict[str, str]) -> tuple[int, str]:
    """Runs the tool over a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, TOOLS / tool, "--root", folder], text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr


class Layers(unittest.TestCase):
    def check(self, files: dict[str, str]) -> tuple[int, str]:
        return run("check_layers.py", {"src/layers.toml": LAYERS, **files})

    def assert_caught(self, message: str, files: dict[str, str]):
        status, output = self.check(files)
        self.assertEqual(status, 1, output)
        self.assertIn(message, output)

    def test_an_include_of_a_lower_layer_passes(self):
        status, output = self.check({"src/query/a.cc": '#include "base/text.h"\n#include "query/a.h"\n'})
        self.assertEqual(status, 0, output)

    def test_a_listed_edge_passes(self):
        status, output = self.check({"src/blob/a.cc": '#include "net/client.h"\n'})
        self.assertEqual(status, 0, output)

    def test_an_include_of_a_higher_layer_is_caught(self):
        self.assert_caught(
            "src/base/a.h:2: base may not include query", {"src/base/a.h": '#pragma once\n#include "query/a.h"\n'}
        )

    def test_an_edge_nobody_listed_is_caught(self):
        self.assert_caught("net may not include blob", {"src/net/a.cc": '#include "blob/store.h"\n'})

    def test_a_private_header_of_another_module_is_caught(self):
        self.assert_caught("is private to http", {"src/query/a.cc": '#include "http/internal/parser.h"\n'})

    def test_a_third_party_header_outside_its_module_is_caught(self):
        self.assert_caught("stays behind http", {"src/query/a.cc": "#include <boost/beast/core.hpp>\n"})

    def test_a_folder_in_no_layer_is_caught(self):
        self.assert_caught("in no layer", {"src/utils/a.cc": ""})

    def test_a_cmake_dependency_upwards_is_caught(self):
        self.assert_caught(
            "base may not depend on query",
            {
                "src/base/CMakeLists.txt": "clew_module(NAME base DEPS query)",
                "src/query/CMakeLists.txt": "clew_module(NAME query DEPS base)",
            },
        )

    def test_edges_that_close_a_cycle_are_caught(self):
        edges = LAYERS.replace('HTTP"]]', 'HTTP"], ["net", "blob", "back again"]]')
        self.assert_caught("closes a cycle", {"src/layers.toml": edges})


class Tidy(unittest.TestCase):
    def assert_caught(self, rule: str, path: str, text: str):
        status, output = run("tidy.py", {path: text})
        self.assertEqual(status, 1, output)
        self.assertIn(f": {rule}: ", output)

    def assert_clean(self, path: str, text: str):
        status, output = run("tidy.py", {path: text})
        self.assertEqual(status, 0, output)

    def test_rules_catch_what_they_are_for(self):
        long_function = "int f() {\n" + "  g();\n" * 80 + "}\n"
        for rule, path, text in [
            ("file_size", "src/base/a.cc", "int a;\n" * 701),
            ("function_size", "src/base/a.cc", long_function),
            ("banned_call", "src/http/a.cc", 'auto v = std::getenv("HOME");\n'),
            ("banned_call", "src/http/a.cc", "std::this_thread::sleep_for(1s);\n"),
            ("banned_call", "src/http/a_test.cc", "std::this_thread::sleep_for(1s);\n"),
            ("banned_call", "src/http/a.cc", "std::cerr << 1;\n"),
            ("banned_call", "src/http/a.cc", "std::thread(f).detach();\n"),
            ("banned_call", "src/http/a.cc", "throw 1;\n"),
            ("unfinished", "src/http/a.cc", "// TODO later\n"),  # tidy: unfinished, a sample
            ("tenant", "src/query/sql/a.sql", "-- name: a\nSELECT name FROM observations WHERE id = 1\n"),
            ("tenant", "src/query/a.cc", 'auto sql = "SELECT 1 FROM scores";\n'),
            ("machine", "README.md", "see /home/somebody/clew\n"),  # tidy: machine, a sample
            ("machine", "a.json", '{"resolved": "https://x.example/p.tgz"}\n'),  # tidy: machine, a sample
            ("link", "README.md", "[gone](docs/gone.md)\n"),
            ("pragma_once", "src/base/a.h", "int a;\n"),
            ("readme", "src/base/CMakeLists.txt", "clew_module(NAME base)\n"),
            ("large_file", "a.bin", "x" * 1_000_001),
        ]:
            with self.subTest(rule=rule, path=path):
                self.assert_caught(rule, path, text)

    def test_what_is_allowed_passes(self):
        for path, text in [
            ("src/config/a.cc", 'auto v = std::getenv("HOME");\n'),
            ("src/cmd/a.cc", 'std::printf("x");\n'),
            ("src/http/a.cc", '// a comment may say throw and sleep_for(1)\nauto s = "std::cout";\n'),
            (
                "src/query/sql/a.sql",
                "-- name: a\nSELECT name FROM observations WHERE project_id = {project_id:String}\n",
            ),
            ("README.md", "[here](README.md#top) `[not](a-link)` [web](https://example.org)\n"),
        ]:
            with self.subTest(path=path, text=text):
                self.assert_clean(path, text)

    def test_a_suppression_needs_the_rule_and_a_reason(self):
        call = "std::cerr << 1;"
        self.assert_clean("src/http/a.cc", f"{call}  // tidy: banned_call, the logger is not up yet\n")
        self.assert_caught("banned_call", "src/http/a.cc", f"{call}  // tidy: file_size, another rule\n")
        self.assert_caught("banned_call", "src/http/a.cc", f"{call}  // tidy: banned_call\n")


if __name__ == "__main__":
    unittest.main()
