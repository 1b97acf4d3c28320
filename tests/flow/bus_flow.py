"""MQTT sensors and the program: readings published at QoS 1 are stored once, whichever process is killed
in between; nats-server as the program's child ends with it, however that happens."""
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, expect, export, new_city

PROGRAM = sys.argv[1]
ROUNDS, BATCH = 10, 4000
SEED = int(os.environ.get("PROP_SEED", "20261124"))
WAIT_S = 90  # what the program had and did not acknowledge comes again after 30 s
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"

CONFIG = """server_name: elsewhere
host: "127.0.0.1"
port: %(client)d
jetstream { store_dir: "%(store)s" }
mqtt { host: "127.0.0.1", port: %(mqtt)d }
authorization { users: [
  {user: yancheng, password: "program-word"}
  {user: bin1, password: "of bin 1", permissions: {publish: {allow: ["readings.bin1.>", "readings.bin1"]},
   subscribe: {deny: ">"}}, allowed_connection_types: ["MQTT"]}
]}
"""


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=PATH):
            print(f"skipped: {program} is not installed")
            sys.exit(77)


def until(fact, condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        expect(time.monotonic() < end, fact)
        time.sleep(0.05)


def takes_calls(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False


class Nats:
    """A nats-server that somebody else runs; its ports stay over restarts."""

    def __init__(self, home):
        self.home, self.mqtt, self.client = home, -1, -1

    def start(self):
        config, log = os.path.join(self.home, "nats.conf"), os.path.join(self.home, "nats.log")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG % {"client": self.client, "mqtt": self.mqtt,
                                 "store": os.path.join(self.home, "store")})
        with open(log, "wb") as file:
            self.process = subprocess.Popen(["nats-server", "-c", config], stderr=file,
                                            env={**os.environ, "PATH": PATH})

        def said():
            with open(log, encoding="utf-8") as file:
                text = file.read()
            expect(self.process.poll() is None, "nats-server runs", text)
            if "Server is ready" not in text:
                return False
            self.mqtt = int(re.search(r"mqtt://[^:]*:(\d+)", text)[1])
            self.client = int(re.search(r"client connections on [^:]*:(\d+)", text)[1])
            return True
        until("nats-server is ready", said)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def url(self):
        return f"nats://yancheng:program-word@127.0.0.1:{self.client}"


def publish(nats, first, count):
    """Numbered readings of one sensor, each with its time; ends when all are confirmed."""
    with tempfile.TemporaryFile("w+") as lines:
        for i in range(first, first + count):
            lines.write(f'{{"time": {1764000000 + i}, "distance_mm": {100 + i % 1000}}}\n')
        lines.seek(0)
        return subprocess.Popen(["mosquitto_pub", "-p", str(nats.mqtt), "-u", "bin1", "-P", "of bin 1",
                                 "-q", "1", "-t", "readings/bin1", "-l"], stdin=lines)


def what_is_confirmed_is_stored_once(rng):
    home, city = new_city(PROGRAM)
    with tempfile.TemporaryDirectory(prefix="yc-bus-") as place:
        nats = Nats(place)
        nats.start()
        sent = 0
        for round in range(ROUNDS):
            server = Server(PROGRAM, city, "--enrol", "open", "--bus", nats.url())
            sensor = publish(nats, sent, BATCH)
            time.sleep(rng.uniform(0.05, 0.25))
            if round % 2:  # the sensor sends again what nats-server had not confirmed
                nats.kill()
                nats.start()
                time.sleep(rng.uniform(0.0, 0.25))
            server.kill()
            expect(sensor.wait(timeout=WAIT_S) == 0, "the sensor's readings are confirmed")
            sent += BATCH
        server = Server(PROGRAM, city, "--enrol", "open", "--bus", nats.url())
        until("all readings are stored", lambda: len(export(PROGRAM, city, "readings")) >= sent)
        expect(server.stop() == 0, "the server ends in order")
        nats.kill()
    times = [row["time"] for row in export(PROGRAM, city, "readings")]
    expect(len(times) == sent, "each is stored once", (len(times), sent))
    expect(len(set(times)) == sent, "and each is another")
    print(f"{ROUNDS} kills of the program, {ROUNDS // 2} of nats-server, {sent} readings confirmed, "
          "none lost, none twice")
    home.cleanup()


def the_child_ends_with_the_program():
    home, city = new_city(PROGRAM)
    server = Server(PROGRAM, city, "--mqtt", "0")
    port = server.ports["mqtt"]
    expect(takes_calls(port), "the MQTT port takes calls")

    def nameless():
        return subprocess.run(["mosquitto_pub", "-p", str(port), "-t", "readings/x", "-m", "{}"],
                              capture_output=True, text=True, check=False)

    expect(nameless().returncode == 0, "while no user is set up, this machine needs no name")
    subprocess.run([PROGRAM, "user", "add", "li", "--role", "viewer", "--password-stdin", city],
                   input="a long enough one\n", text=True, check=True, capture_output=True)
    until("from the first user on nobody publishes without a login",
          lambda: "not authorised" in nameless().stderr)
    server.kill()
    until("after SIGKILL the port is free", lambda: not takes_calls(port))
    server = Server(PROGRAM, city, "--mqtt", str(port))
    expect(server.ports["mqtt"] == port, "and can be taken at once", server.ports)
    expect(server.stop() == 0, "the server ends in order")
    expect(not takes_calls(port), "and its nats-server with it")
    mode = os.stat(os.path.join(city, "bus", "nats.conf")).st_mode
    expect(mode & 0o077 == 0, "the configuration is its owner's alone", oct(mode))
    home.cleanup()


def a_taken_port_is_told():
    home, city = new_city(PROGRAM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = Server(PROGRAM, city, "--mqtt", str(port))
        expect("mqtt" not in server.ports, "without MQTT the rest goes on", server.ports)
        expect(server.call("/healthz")[0] in (200, 404), "HTTP answers")
        expect(server.stop() == 0, "the server ends in order")
    with open(os.path.join(city, "..", "server.log"), encoding="utf-8") as log:
        text = log.read()
    expect(f"MQTT port {port} is taken" in text, "what is wrong and what to do", text)
    home.cleanup()


def main():
    need("nats-server", "mosquitto_pub")
    print("PROP_SEED =", SEED)
    the_child_ends_with_the_program()
    a_taken_port_is_told()
    what_is_confirmed_is_stored_once(random.Random(SEED))


main()
