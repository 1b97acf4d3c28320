"""MQTT sensors and the program: readings published at QoS 1 are stored once, whichever process is killed
in between; nats-server as the program's child ends with it, however that happens."""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mqtt import Sensor
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


def readings(first, count):
    for i in range(first, first + count):
        yield f'{{"time": {1764000000 + i}, "distance_mm": {100 + i % 1000}}}'.encode()


def what_is_confirmed_is_stored_once(rng):
    home, city = new_city(PROGRAM)
    with tempfile.TemporaryDirectory(prefix="yc-bus-") as place:
        nats = Nats(place)
        nats.start()
        sensor = Sensor(nats.mqtt, "bin1", "of bin 1", "readings/bin1")
        sent = 0
        for round in range(ROUNDS):
            server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", "0", "--bus", nats.url())
            publisher = threading.Thread(target=sensor.publish, args=(readings(sent, BATCH), WAIT_S))
            publisher.start()
            time.sleep(rng.uniform(0.0, 0.4))
            if round % 2:
                nats.kill()
                nats.start()
                time.sleep(rng.uniform(0.0, 0.2))
            server.kill()
            publisher.join(WAIT_S)
            expect(not publisher.is_alive() and not sensor.waiting, "the sensor's readings are confirmed")
            sent += BATCH
        sensor.close()
        server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", "0", "--bus", nats.url())
        until("all readings are stored", lambda: len(export(PROGRAM, city, "readings")) >= sent)
        expect(server.stop() == 0, "the server ends in order")
        nats.kill()
    times = [row["time"] for row in export(PROGRAM, city, "readings")]
    expect(len(times) == sent, "each is stored once", (len(times), sent))
    expect(len(set(times)) == sent, "and each is another")
    print(f"{ROUNDS} kills of the program, {ROUNDS // 2} of nats-server, {sent} readings confirmed, "
          "none lost, none twice")
    home.cleanup()


def log_in(port, user, password):
    return subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-u", user, "-P", password, "-q", "1", "-t",
                           f"readings/{user}", "-m", '{"fill_pct": 41}'],
                          capture_output=True, text=True, check=False)


def token_of(city, device):
    return subprocess.run([PROGRAM, "token", "new", city, "--device", device], check=True, text=True,
                          capture_output=True).stdout.strip()


def the_child_ends_with_the_program():
    home, city = new_city(PROGRAM)
    token = token_of(city, "bin1")
    server = Server(PROGRAM, city, "--mqtt", "0")
    port = server.ports["mqtt"]
    expect(takes_calls(port), "the MQTT port takes calls")
    refused = log_in(port, "bin1", token[::-1])
    expect(refused.returncode != 0 and "not authorised" in refused.stderr, "a wrong token is refused", refused)
    expect(log_in(port, "bin1", token).returncode == 0, "the right one is not")
    server.kill()
    until("after SIGKILL the port is free", lambda: not takes_calls(port))
    server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", str(port))
    expect(server.ports["mqtt"] == port, "and can be taken at once", server.ports)
    expect(server.stop() == 0, "the server ends in order")
    expect(not takes_calls(port), "and its nats-server with it")
    mode = os.stat(os.path.join(city, "bus", "nats.conf")).st_mode
    expect(mode & 0o077 == 0, "the configuration is its owner's alone", oct(mode))
    home.cleanup()


def both_are_killed_while_a_sensor_publishes(rng):
    home, city = new_city(PROGRAM)
    all_of_them = ROUNDS * BATCH // 2
    token = token_of(city, "bin1")
    port, publisher = 0, None
    for round in range(ROUNDS):
        server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", str(port))
        port = server.ports["mqtt"]
        if not publisher:
            sensor = Sensor(port, "bin1", token, "readings/bin1")
            publisher = threading.Thread(target=sensor.publish, args=(readings(0, all_of_them), WAIT_S))
            publisher.start()
        time.sleep(rng.uniform(0.0, 0.4))
        if round % 2:
            os.kill(child_of(server.process), signal.SIGKILL)
            time.sleep(rng.uniform(0.0, 0.6))
        server.kill()
    server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", str(port))
    publisher.join(WAIT_S)
    expect(not publisher.is_alive() and not sensor.waiting, "the sensor's readings are confirmed")
    until("all readings are stored", lambda: len(export(PROGRAM, city, "readings")) >= all_of_them)
    expect(server.stop() == 0, "the server ends in order")
    times = {row["time"] for row in export(PROGRAM, city, "readings")}
    expect(len(times) == all_of_them == len(export(PROGRAM, city, "readings")), "each once", len(times))
    print(f"{ROUNDS} kills of both, {ROUNDS // 2} of nats-server before, {all_of_them} readings confirmed, "
          "none lost, none twice")
    sensor.close()
    home.cleanup()


def child_of(process):
    with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
        pids = file.read().split()
    return int(pids[0]) if pids else 0


def a_stuck_child_is_ended_and_started_again():
    home, city = new_city(PROGRAM)
    server = Server(PROGRAM, city, "--mqtt", "0")
    stuck = child_of(server.process)
    os.kill(stuck, signal.SIGSTOP)
    until("another takes its place", lambda: child_of(server.process) not in (0, stuck))
    until("and the MQTT port takes calls", lambda: takes_calls(server.ports["mqtt"]))
    expect(not os.path.exists(f"/proc/{stuck}"), "the stuck one is gone")
    expect(server.stop() == 0, "the server ends in order")
    home.cleanup()


def a_taken_port_is_told():
    home, city = new_city(PROGRAM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = Server(PROGRAM, city, "--enrol", "open", "--mqtt", str(port))
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
    a_stuck_child_is_ended_and_started_again()
    rng = random.Random(SEED)
    both_are_killed_while_a_sensor_publishes(rng)
    what_is_confirmed_is_stored_once(rng)


main()
