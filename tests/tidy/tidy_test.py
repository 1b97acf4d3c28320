#!/usr/bin/env python3
"""tidy_test - tools/tidy finds each mistake in a small bad tree, and nothing in a good one.

Usage: tidy_test.py. Each case writes a tree, runs the tool and compares the rules it names.
"""
import os
import subprocess
import sys
import tempfile
import unittest

TIDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "tidy")
LAYERS = "base 0\ngeo 1\ncity 2 geo\nosm 3 geo\ncmd 5 *\nheader zlib.h osm\n"
GOOD_HEADER = "/* point.h - a place. */\n#ifndef GEO_POINT_H\n#define GEO_POINT_H\nint geo_point(void);\n#endif\n"
GOOD = {
    "tools/layers.txt": LAYERS,
    "src/geo/point.h": GOOD_HEADER,
    "src/geo/point.c": '/* point.c - a place. */\n#include "geo/point.h"\nint geo_point(void)\n{\n    return 1;\n}\n',
}


def long_function(lines):
    return "/* x.c - long. */\nint geo_x(void)\n{\n" + "    geo_y();\n" * lines + "    return 1;\n}\n"


def branchy_function(branches):
    return "/* x.c - branchy. */\nint geo_x(int v)\n{\n" + "    if (v)\n        v--;\n" * branches + "    return v;\n}\n"


class Tidy(unittest.TestCase):
    def rules(self, files, build=False):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**GOOD, **files}.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            arguments = [sys.executable, TIDY, root]
            if build:
                arguments.append(self.compiled(root, files))
            done = subprocess.run(arguments, capture_output=True, check=False)
            out = done.stdout.decode()
            self.assertEqual(done.stderr.decode(), "")
            self.assertEqual(done.returncode, 1 if out else 0)
            return [line.split(": ")[1] for line in out.splitlines()]

    def compiled(self, root, files):
        for path in files:
            if not path.endswith(".c"):
                continue
            module = path.split("/")[1]
            folder = os.path.join(root, "build", "src", module)
            os.makedirs(folder, exist_ok=True)
            made = os.path.join(folder, os.path.basename(path) + ".o")
            subprocess.run(["gcc", "-Isrc", "-fPIC", "-w", "-c", path, "-o", made], cwd=root, check=True)
            subprocess.run(["ar", "rcs", os.path.join(folder, f"libm_{module}.a"), made], check=True)
        return os.path.join(root, "build")

    def finds(self, rule, path, text, build=False):
        self.assertEqual(self.rules({path: text}, build), [rule])

    def test_a_good_tree_has_no_mistakes(self):
        self.assertEqual(self.rules({}), [])

    def test_a_lower_layer_may_not_include_a_higher_one(self):
        self.finds("layers", "src/geo/a.c", '/* a.c - up. */\n#include "city/city.h"\n')

    def test_a_module_may_not_include_a_neighbour_that_is_not_listed(self):
        self.finds("layers", "src/osm/a.c", '/* a.c - across. */\n#include "city/city.h"\n')

    def test_a_folder_without_a_layer_is_named(self):
        self.finds("layers", "src/new/a.c", "/* a.c - no layer. */\n")

    def test_a_third_party_header_has_one_owner(self):
        self.finds("owner", "src/geo/a.c", "/* a.c - zlib. */\n#include <zlib.h>\n")
        self.assertEqual(self.rules({"src/osm/a.c": "/* a.c - zlib. */\n#include <zlib.h>\n"}), [])

    def test_locks_live_in_base_alone(self):
        self.finds("owner", "src/city/a.c", "/* a.c - lock. */\n#include <pthread.h>\n")

    def test_banned_calls_are_found_outside_comments_and_text(self):
        self.finds("banned", "src/geo/a.c", "/* a.c - bad. */\nint geo_a(char *t)\n{\n    return atoi(t);\n}\n")
        good = '/* a.c - atoi() is named only. */\nconst char *geo_a(void)\n{\n    return "atoi(t)";\n}\n'
        self.assertEqual(self.rules({"src/geo/a.c": good}), [])

    def test_printing_is_for_sub_commands(self):
        text = "/* a.c - prints. */\nvoid X_a(void)\n{\n    printf(\"x\");\n}\n"
        self.finds("banned", "src/geo/a.c", text)
        self.assertEqual(self.rules({"src/cmd/a.c": text}), [])

    def test_a_function_of_61_lines_is_too_long_and_one_of_60_is_not(self):
        self.finds("function", "src/geo/x.c", long_function(57))
        self.assertEqual(self.rules({"src/geo/x.c": long_function(56)}), [])

    def test_complexity_13_is_too_much_and_12_is_not(self):
        self.finds("function", "src/geo/x.c", branchy_function(12))
        self.assertEqual(self.rules({"src/geo/x.c": branchy_function(11)}), [])

    def test_exceptions_hold_and_may_only_shrink(self):
        files = {"src/geo/x.c": long_function(57), "tools/limits.txt": "src/geo/x.c geo_x 61 2\n"}
        self.assertEqual(self.rules(files), [])
        files["src/geo/x.c"] = long_function(60)
        self.assertEqual(self.rules(files), ["limits"])
        files["src/geo/x.c"] = long_function(20)
        self.assertEqual(self.rules(files), ["limits"])
        self.assertEqual(self.rules({"tools/limits.txt": "src/geo/gone.c geo_gone 61 2\n"}), ["limits"])

    def test_commented_out_code_is_found_and_prose_is_not(self):
        self.finds("dead-code", "src/geo/a.c", "/* a.c - dead. */\n// x = 1;\n// return x;\n")
        self.assertEqual(self.rules({"src/geo/a.c": "/* a.c - prose.\n * For each item, go on;\n * then stop. */\n"}), [])

    def test_unfinished_words_are_found(self):
        self.finds("unfinished", "src/geo/a.c", "/* a.c - TO" + "DO later. */\n")

    def test_a_machines_paths_are_found(self):
        self.finds("foreign", "docs/a.md", "see /ro" + "ot/thing\n")

    def test_a_header_compiles_alone(self):
        self.finds("header", "src/geo/a.h", "/* a.h - lacks its type. */\n#ifndef GEO_A_H\n#define GEO_A_H\nint geo_a(struct wgs p, uint8_t n);\n#endif\n")

    def test_an_include_guard_is_the_path(self):
        self.finds("guard", "src/geo/a.h", "/* a.h - guard. */\n#ifndef A_H\n#define A_H\n#endif\n")

    def test_a_fuzz_target_has_a_corpus(self):
        self.finds("corpus", "fuzz/geo_a_fuzz.c", "/* geo_a_fuzz.c - reads. */\n")

    def test_a_test_is_named_so_that_the_build_finds_it(self):
        self.finds("test-name", "tests/unit/points.c", "/* points.c - lost. */\n")
        self.finds("test-name", "tests/unit/nobody_point_test.c", "/* a test of no module. */\n")

    def test_a_file_of_701_lines_is_too_long(self):
        self.finds("file", "src/geo/a.c", "/* a.c - long. */\n" + "\n" * 700)

    def test_a_file_opens_with_what_it_is_for(self):
        self.finds("file", "src/geo/a.c", "int geo_a;\n")

    def test_an_external_name_begins_with_its_module(self):
        self.finds("name", "src/geo/a.c", "/* a.c - name. */\nint distance(void)\n{\n    return 1;\n}\n", build=True)

    def test_in_base_a_name_begins_with_its_file(self):
        text = "/* map.c - name. */\nint base_map(void)\n{\n    return 1;\n}\n"
        self.finds("name", "src/base/map.c", text, build=True)
        self.assertEqual(self.rules({"src/base/map.c": text.replace("base_map", "map_new")}, build=True), [])

    def test_a_pure_layer_asks_nothing_of_the_system(self):
        text = "/* a.c - reads. */\nint X_a(void)\n{\n    return getpid();\n}\n"
        self.finds("purity", "src/geo/a.c", text.replace("X", "geo"), build=True)
        self.assertEqual(self.rules({"src/osm/a.c": text.replace("X", "osm")}, build=True), [])

    def test_state_that_can_change_is_found_and_tables_are_not(self):
        text = "/* a.c - state. */\nint geo_a(void)\n{\n    static int calls;\n    return calls++;\n}\n"
        self.finds("global", "src/geo/a.c", text, build=True)
        table = '/* a.c - table. */\nconst char *geo_a(int i)\n{\n    static const char *const names[] = {"a", "b"};\n    return names[i];\n}\n'
        self.assertEqual(self.rules({"src/geo/a.c": table}, build=True), [])


if __name__ == "__main__":
    unittest.main()
