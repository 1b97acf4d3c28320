#!/usr/bin/env python3
"""setup_test - tools/setup installs what is missing and nothing else, or says what to run.

Each case runs the script in a small tree with stand-ins for dpkg-query, apt-get, id, node and npm,
which write down how they were called.
"""
import os
import shutil
import subprocess
import tempfile
import unittest

SETUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "setup")
PACKAGES = "# list\nrun  gcc    compiler\nrun  cmake  build\nnode nodejs page\nnode npm    page\ntest pmccabe tidy\n"


class Setup(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        os.makedirs(os.path.join(self.root, "tools"))
        os.makedirs(os.path.join(self.root, "bin"))
        shutil.copy(SETUP, os.path.join(self.root, "tools", "setup"))
        self.write("tools/packages.txt", PACKAGES)
        self.command("apt-get", "")
        self.command("npm", "mkdir -p node_modules")
        self.node(20)
        self.installed("gcc", "cmake", "pmccabe")
        self.user(0)

    def write(self, path, text):
        with open(os.path.join(self.root, path), "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, name, body):
        self.write(f"bin/{name}", f'#!/bin/sh\necho "{name} $*" >>"{self.root}/calls"\n{body}\n')
        os.chmod(os.path.join(self.root, "bin", name), 0o755)

    def installed(self, *names):
        self.command("dpkg-query", "".join(f"echo 'installed {name}'\n" for name in names))

    def user(self, number):
        self.command("id", f"echo {number}")

    def node(self, version):
        self.command("node", f"echo {version}")

    def run_setup(self, tier):
        path = os.path.join(self.root, "bin") + ":" + os.environ["PATH"]
        done = subprocess.run(["sh", os.path.join(self.root, "tools", "setup"), tier],
                              env={**os.environ, "PATH": path}, capture_output=True, check=False)
        calls = []
        if os.path.exists(os.path.join(self.root, "calls")):
            with open(os.path.join(self.root, "calls"), encoding="utf-8") as file:
                calls = [line.strip() for line in file if line.startswith(("apt-get", "npm"))]
            os.remove(os.path.join(self.root, "calls"))
        return done.returncode, done.stderr.decode(), calls

    def test_where_all_is_there_it_is_silent_and_installs_nothing(self):
        self.assertEqual(self.run_setup("test"), (0, "", []))

    def test_root_gets_what_is_missing_and_only_that(self):
        self.installed("gcc")
        status, _, calls = self.run_setup("test")
        self.assertEqual(status, 0)
        self.assertIn("update", calls[0])
        self.assertIn("install -y --no-install-recommends cmake pmccabe", calls[1])
        self.assertNotIn("gcc", calls[1])

    def test_running_needs_no_test_packages(self):
        self.installed("gcc", "cmake")
        self.assertEqual(self.run_setup("run"), (0, "", []))

    def test_without_root_it_names_the_exact_command(self):
        self.installed("gcc")
        self.user(1000)
        status, message, calls = self.run_setup("run")
        self.assertEqual(status, 1)
        self.assertIn("sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake", message)
        self.assertEqual(calls, [])

    def test_an_old_node_is_replaced_by_debians(self):
        self.node(16)
        status, _, calls = self.run_setup("run")
        self.assertEqual(status, 0)
        self.assertIn("nodejs npm", calls[1])

    def test_npm_packages_follow_the_lock_file(self):
        os.makedirs(os.path.join(self.root, "web"))
        self.write("web/package-lock.json", "{}")
        _, _, first = self.run_setup("run")
        self.assertEqual([call.split()[:2] for call in first], [["npm", "ci"]])
        self.assertEqual(self.run_setup("run"), (0, "", []))
        self.write("web/package-lock.json", '{"a": 1}')
        _, _, third = self.run_setup("run")
        self.assertEqual([call.split()[:2] for call in third], [["npm", "ci"]])


if __name__ == "__main__":
    unittest.main()
