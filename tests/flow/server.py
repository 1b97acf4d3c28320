"""server.py - starts and ends `yancheng serve` for the whole-program tests."""
import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request


def expect(condition, what, seen=None):
    if condition:
        return
    print("FAILED:", what)
    if seen is not None:
        print(seen)
    sys.exit(1)


def new_city(program, people=2000):
    """A small made city's folder, gone when the returned object is."""
    home = tempfile.TemporaryDirectory(prefix="yc-flow-")
    subprocess.run([program, "city", "new", os.path.join(home.name, "city"), "--population", str(people),
                    "--seed", "1"], check=True, capture_output=True)
    return home, os.path.join(home.name, "city")


class Server:
    def __init__(self, program, city, *words, env=None):
        self.log = open(os.path.join(city, "..", "server.log"), "ab")
        self.process = subprocess.Popen(
            [program, "serve", city, "--http", "0", "--jt808", "0", "--no-map",
             *(() if {"--mqtt", "--bus"} & set(words) else ("--mqtt", "off")), *words],
            stdout=subprocess.PIPE, stderr=self.log, env=env)
        atexit.register(self.process.kill)  # a failed test leaves nobody behind
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            with open(self.log.name, encoding="utf-8", errors="replace") as log:
                expect(False, "the server starts", log.read()[-2000:])
        self.ports = json.loads(line)

    def url(self, path):
        return f"http://127.0.0.1:{self.ports['http']}{path}"

    def call(self, path, method="GET", body=None, headers=None, type="application/json"):
        """(status, headers, body as JSON or bytes)."""
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url(path), data=data, method=method, headers=headers or {})
        if data is not None:
            request.add_header("Content-Type", type)
        request.add_header("X-Requested-With", "yancheng")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, head, text = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, head, text = error.code, error.headers, error.read()
        try:
            return status, head, json.loads(text)
        except ValueError:
            return status, head, text

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        """SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.log.close()
        return status


def export(program, city, what, *words):
    """The rows that `yancheng export` writes."""
    out = subprocess.run([program, "export", city, what, "--json", *words], check=True, capture_output=True)
    return [json.loads(line) for line in out.stdout.splitlines()]
