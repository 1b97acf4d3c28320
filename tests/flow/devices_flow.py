"""Devices as they behave in the field, good and bad, against the whole program."""
import csv
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, expect, export, new_city
from terminal import Terminal, frame, location, registration

PROGRAM = sys.argv[1]


def fleet(city, change):
    """Rewrites fleet.csv; `change` gets its rows."""
    path = os.path.join(city, "fleet.csv")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return rows


def device(server, name):
    status, _, body = server.call(f"/api/v1/devices?name={name}")
    expect(status == 200, "devices are listed", body)
    found = [d for d in body["devices"] if d["name"] == name]
    expect(len(found) == 1, f"{name} is there once", body)
    return found[0]


def wait_for(what, look, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.02)
    expect(False, what)


class Events(threading.Thread):
    """Reads server-sent events."""

    def __init__(self, server, last=None):
        super().__init__(daemon=True)
        self.link = socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=30)
        head = f"GET /api/v1/events HTTP/1.1\r\nHost: localhost:{server.ports['http']}\r\n"
        if last is not None:
            head += f"Last-Event-ID: {last}\r\n"
        self.link.sendall((head + "\r\n").encode())
        self.seen = []  # (id, name, data, when)
        self.start()

    def run(self):
        text = b""
        while True:
            try:
                more = self.link.recv(65536)
            except OSError:
                return
            if not more:
                return
            text += more
            while b"\n\n" in text:
                block, text = text.split(b"\n\n", 1)
                fields = {}
                for line in block.decode("utf-8", "replace").splitlines():
                    name, _, value = line.partition(": ")
                    fields[name] = value
                if "event" in fields:
                    self.seen.append((int(fields["id"]), fields["event"], json.loads(fields["data"]),
                                      time.monotonic()))

    def of(self, name):
        return [event for event in self.seen if event[1] == name]


def only_known_terminals(city):
    def named(rows):
        rows[0]["terminal"] = "013900000001"
        rows[1]["plate"] = "湘D90001"

    rows = fleet(city, named)
    server = Server(PROGRAM, city)
    port = server.ports["jt808"]
    known = Terminal(port, "13900000001")
    known.log_in()
    expect(known.ask(0x0200, location(1)) == 0, "a known terminal's position is taken")
    by_plate = Terminal(port, "13900000002")
    expect(by_plate.register(plate="湘D90001") == 0, "a terminal registers by its vehicle's plate")
    expect(by_plate.authenticate() == 0, "and authenticates")
    expect(by_plate.authenticate(b"wrong") == 1, "a wrong code is refused")

    stranger = Terminal(port, "13900000003")
    expect(stranger.register() == 4, "an unknown terminal is not registered")
    expect(stranger.ask(0x0200, location(2)) == 1, "nor is its position taken")
    expect(known.ask(0x0200, location(3)) == 0, "which is nobody else's trouble")
    for _ in range(40):
        try:
            stranger.send(0x0200, location(4))
        except OSError:
            break
    while stranger.receive():
        pass  # answers, then the end of the link
    other = Terminal(port, "13900000001")
    expect(other.register(ident="OTHER01") == 3, "another terminal cannot take a number over")
    other.close()

    unit = device(server, "13900000001")["unit"]
    expect(unit == {"kind": "vehicle", "id": rows[0]["id"]}, "it is its vehicle's", unit)
    expect(device(server, "13900000002")["unit"]["id"] == rows[1]["id"], "by plate too")
    expect(server.call("/api/v1/devices?name=13900000003")[2]["devices"] == [], "the stranger is not listed")
    expect(server.call("/api/v1/gateways")[2]["jt808"]["rejected"]["unauthorised"] > 20, "refusals are counted")
    expect(server.stop() == 0, "the server ends well")
    expect({r["device"] for r in export(PROGRAM, city, "positions")} == {"13900000001"}, "only its positions")


def one_device_in_two_forms(server):
    old = Terminal(server.ports["jt808"], "13800000001")
    old.log_in()
    expect(old.ask(0x0200, location(1)) == 0, "2013")
    new = Terminal(server.ports["jt808"], "00000000013800000001", v2019=True)
    expect(new.authenticate(old.code) == 0, "the same code in the form of 2019")
    expect(old.receive() is None, "its older link is closed")
    expect(new.ask(0x0200, location(2)) == 0, "2019")
    seen = device(server, "13800000001")
    expect(seen["edition"] == 2019 and seen["online"], "one device", seen)
    new.close()
    wait_for("it is shown as gone", lambda: not device(server, "13800000001")["online"])


def a_number_is_no_key(server):
    """Who only names a terminal's number gets neither its link nor, by mixing frames, its code."""
    terminal = Terminal(server.ports["jt808"], "13800000010")
    terminal.log_in()
    thief = Terminal(server.ports["jt808"], "13800000011")
    thief.link.sendall(frame(0x0100, thief.phone, 1, registration(ident="THIEF01"))
                       + frame(0x0002, terminal.phone, 2, b""))
    expect(thief.expect(0x8001)[3] == struct.pack(">HHB", 2, 0x0002, 1), "its frame is refused")
    expect(terminal.ask(0x0200, location(1)) == 0, "the terminal's own link stays")
    heard = device(server, "13800000010")["frames"]
    thief.link.sendall(frame(0x0200, terminal.phone, 3, location(2)))
    answers = b""
    thief.link.settimeout(1)
    try:
        while answer := thief.receive():
            answers += answer[3]
    except TimeoutError:
        pass
    expect(terminal.code not in answers, "nobody else is told its code", answers)
    expect(device(server, "13800000010")["frames"] == heard, "what is refused is not its own frame")
    thief.close()
    terminal.close()


def rubbish_is_dropped(server):
    terminal = Terminal(server.ports["jt808"], "13800000002")
    terminal.log_in()
    good = frame(0x0200, terminal.phone, 900, location(1))
    broken = bytearray(frame(0x0200, terminal.phone, 901, location(2)))
    broken[20] ^= 1
    terminal.link.sendall(b"noise" + bytes(broken) + b"\x7e\x7e" + b"\x7d\x05" + good[:10])
    time.sleep(0.05)
    terminal.link.sendall(good[10:])
    answer = terminal.expect(0x8001)[3]
    expect(answer == struct.pack(">HHB", 900, 0x0200, 0), "what is good among rubbish is taken", answer)
    errors = device(server, "13800000002")["errors"]
    expect(errors["checksum"] >= 1, "what is bad is counted", errors)
    expect(terminal.ask(0x0200, b"short") == 2, "a body that is none is a bad message")
    expect(terminal.ask(0x6006, b"abc") == 3, "a message nobody knows is unsupported")
    terminal.close()

    noise = socket.create_connection(("127.0.0.1", server.ports["jt808"]), timeout=20)
    try:
        for _ in range(100):
            noise.sendall(b"GET / HTTP/1.1\r\n\r\n~~x~" * 50)
        end = noise.recv(100)
    except ConnectionError:
        end = b""
    expect(end == b"", "a link that brings nothing but rubbish is closed")


def parts_become_one(server, city):
    """A picture in parts: out of order, twice, and over a kill."""
    data = bytes(range(256)) * 10
    body = struct.pack(">IBBBB", 77, 0, 0, 1, 1) + location(5)[:28] + data
    parts = [body[i:i + 800] for i in range(0, len(body), 800)]
    terminal = Terminal(server.ports["jt808"], "13800000003")
    terminal.log_in()
    terminal.serial = 100

    def send(number):
        terminal.link.sendall(frame(0x0801, terminal.phone, 100 + number, parts[number],
                                    part=(len(parts), number + 1)))
        while True:
            answer = terminal.expect(0x8001)[3]
            if answer[:2] == struct.pack(">H", 100 + number):
                return answer[4]

    expect(send(2) == 0 and send(0) == 0 and send(2) == 0, "each part is answered when it is on disk")
    server.kill()
    server = Server(PROGRAM, city, "--enrol", "open")
    code = terminal.code
    terminal = Terminal(server.ports["jt808"], "13800000003")
    expect(terminal.authenticate(code) == 0, "the code is good after the kill")
    asked = terminal.expect(0x8003)[3]
    first, count = struct.unpack(">HB", asked[:3])
    missing = struct.unpack(f">{count}H", asked[3:])
    expect(first == 100 and missing == (2, 4), "what is missing is asked for", asked)
    for number in (1, 3):
        terminal.link.sendall(frame(0x0801, terminal.phone, 100 + number, parts[number],
                                    part=(len(parts), number + 1)))
    done = terminal.expect(0x8800)[3]
    expect(done == struct.pack(">I", 77), "the whole picture is acknowledged", done)
    expect(terminal.ask(0x0801, struct.pack(">IBBBB", 78, 0, 0, 1, 1) + location(6)[:28] + b"small") == 0,
           "a picture that fits one frame is taken")
    done = terminal.expect(0x8800)[3]
    expect(done == struct.pack(">I", 78), "and acknowledged as a whole picture", done)
    terminal.close()
    return server


def commands_and_answers(server):
    terminal = Terminal(server.ports["jt808"], "13800000004")
    terminal.log_in()
    number = device(server, "13800000004")["id"]
    path = f"/api/v1/devices/{number}/commands"

    status, _, sent = server.call(path, "POST", {"msg_id": "0x8300", "body": {"flag": 9, "text": "请到3号点"}})
    expect(status == 202 and sent["state"] == "waiting", "a text is sent", sent)
    _, _, serial, body = terminal.expect(0x8300)
    expect(body == b"\x09" + "请到3号点".encode("gbk"), "in GBK", body)
    terminal.send(0x0001, struct.pack(">HHB", serial, 0x8300, 0))
    wait_for("its answer is seen", lambda: server.call(path)[2]["commands"][0]["state"] == "answered")

    server.call(path, "POST", {"msg_id": "0x8104", "body": {}})
    serial = terminal.expect(0x8104)[2]
    terminal.send(0x0104, struct.pack(">HBIBI", serial, 1, 0x0029, 4, 30))
    answer = wait_for("parameters come back", lambda: server.call(path)[2]["commands"][0]["answer"])
    expect(answer["params"][0]["value"] == 30, "decoded", answer)

    status, _, problem = server.call(path, "POST", {"msg_id": "0x8300", "body": {"flagg": 9}})
    expect(status == 422 or status == 400, "a body that does not fit is refused", problem)
    expect(problem["detail"], "with a reason", problem)
    status, _, _ = server.call(f"/api/v1/devices/{number}", "PATCH", {"state": "blocked"})
    expect(status == 200, "it can be blocked")
    while terminal.receive():
        pass  # answers that were on their way, then the end of the link
    status, _, problem = server.call(path, "POST", {"msg_id": "0x8201", "body": {}})
    expect(status == 409 and problem["code"] == "offline", "an absent one cannot be commanded", problem)


def pages_hear_within_a_second(server):
    events = Events(server)
    wait_for("a new page is told to load", lambda: events.of("reset"))
    terminal = Terminal(server.ports["jt808"], "13800000005")
    terminal.log_in()
    begun = time.monotonic()
    terminal.ask(0x0200, location(7, time="261124120000"))
    event = wait_for("the position is told", lambda: events.of("position"))[0]
    expect(event[3] - begun < 1.0, "within a second", event[3] - begun)
    expect(event[2]["speed_kmh"] == 20 and event[2]["heading_deg"] == 90, "as it was sent", event)
    last = max(e[0] for e in events.seen)
    terminal.ask(0x0200, location(8, time="261124120100"))
    wait_for("the next one too", lambda: len(events.of("position")) > 1)
    again = Events(server, last)
    wait_for("a page that was away gets what it missed", lambda: again.of("position"))
    expect(not again.of("reset"), "and need not load anew", again.seen)
    old = Events(server, 10 ** 9)
    wait_for("one with a number that is none must", lambda: old.of("reset"))
    for each in (events, again, old):
        each.link.close()
    terminal.close()


def one_bad_terminal_is_alone(server):
    """One that never reads and one that floods: the third has its answers soon."""
    deaf = Terminal(server.ports["jt808"], "13800000006")
    deaf.log_in()
    deaf.link.settimeout(5)
    stop = threading.Event()

    def shout():
        n = 0
        while not stop.is_set():
            try:
                deaf.link.sendall(b"".join(frame(0x0200, deaf.phone, n + i, location(n + i)) for i in range(100)))
            except OSError:
                return
            n += 100

    thread = threading.Thread(target=shout, daemon=True)
    thread.start()
    good = Terminal(server.ports["jt808"], "13800000007")
    good.log_in()
    longest = 0
    for n in range(100):
        begun = time.monotonic()
        expect(good.ask(0x0200, location(n)) == 0, "the good terminal is served")
        longest = max(longest, time.monotonic() - begun)
    stop.set()
    thread.join()
    print(f"slowest answer beside a deaf flood: {longest * 1000:.0f} ms")
    expect(longest < 5, "without long waits", longest)
    deaf.close()
    good.close()


def a_lift_is_taken(server):
    terminal = Terminal(server.ports["jt808"], "13800000010")
    terminal.log_in()
    lift = bytes.fromhex("F10101" "0119" "261124123456" "0302" "0000157C" "00000C80" "08" "4531323334353637")
    expect(terminal.ask(0x0900, lift) == 0 and terminal.ask(0x0900, lift) == 0, "a lift is taken, and again")
    expect(terminal.ask(0x0900, lift[:-1]) == 2, "one cut short is a bad message")
    terminal.close()


def bins_by_http(server, city):
    reading = {"device": "bin-17", "time": "2026-11-24T08:00:00Z", "distance_mm": 400, "battery_pct": 80}
    batch = [reading, {"device": "bin-17", "time": "2026-11-24T09:00:00Z", "distance_mm": 300}]
    for body in (reading, batch, batch):
        status, _, answer = server.call("/api/v1/readings", "POST", body)
        expect(status == 202, "readings are taken", answer)
    rows = [r for r in export(PROGRAM, city, "readings") if r["device"] == "bin-17"]
    expect(len(rows) == 2, "a replay is counted once", rows)
    number = device(server, "bin-17")["id"]
    with open(os.path.join(city, "bins.csv"), encoding="utf-8", newline="") as file:
        bin_id = next(csv.DictReader(file))["id"]
    status, _, seen = server.call(f"/api/v1/devices/{number}", "PATCH",
                                  {"unit": {"kind": "bin", "id": bin_id}, "empty_mm": 1200, "full_mm": 200})
    expect(status == 200 and seen["unit"]["id"] == bin_id, "a sensor is paired with a bin and its depth", seen)
    server.call("/api/v1/readings", "POST", {"device": "bin-17", "time": "2026-11-24T10:00:00Z", "distance_mm": 700})
    seen = device(server, "bin-17")["reading"]
    expect(abs(seen["fill_pct"] - 50) < 0.01, "its level is worked out", seen)
    status, _, problem = server.call("/api/v1/readings", "POST", b'{"device":"x",', type="application/json")
    expect(status == 400 and problem["detail"], "what is no JSON is refused", problem)


def a_sensor_of_an_unknown_model(server):
    """Its payload cannot be read, but it is listed: so its model can be named."""
    uplink = {"deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d", "time": "2026-11-24T09:30:00Z",
              "deviceInfo": {"deviceProfileName": "our bins", "devEui": "24e124fffe00aa01"}, "fPort": 85,
              "data": "AXVcA4JECAQAAQ=="}
    path = "/api/v1/uplinks/chirpstack"
    status, _, problem = server.call(path, "POST", uplink)
    expect(400 <= status < 500 and "model" in problem["detail"], "it is refused with its reason", problem)
    seen = device(server, "24e124fffe00aa01")
    expect(seen["state"] == "unassigned" and seen["kind"] == "sensor", "but listed", seen)
    server.call(f"/api/v1/devices/{seen['id']}", "PATCH", {"model": "Milesight EM310-UDL"})
    expect(server.call(path, "POST", uplink)[0] == 202, "sent again it is understood")
    reading = device(server, "24e124fffe00aa01")["reading"]
    expect(reading["distance_mm"] == 2116 and reading["tilt"], "as its model has it", reading)


def mqtt_token(city, name):
    made = subprocess.run([PROGRAM, "token", "new", city, "--device", name], capture_output=True, text=True)
    return made.stdout.split()[-1] if made.returncode == 0 else ""


def bins_by_mqtt(city):
    if not shutil.which("mosquitto_pub") or not (shutil.which("nats-server") or os.path.exists("/usr/sbin/nats-server")):
        print("skipped: MQTT (mosquitto_pub or nats-server is not installed)")
        return
    server = Server(PROGRAM, city, "--mqtt", "0")
    expect(server.ports.get("mqtt"), "MQTT has a port", server.ports)
    message = json.dumps({"time": "2026-11-24T11:00:00Z", "distance_mm": 250})

    def publish(*words):
        return subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(server.ports["mqtt"]), "-q", "1", "-t", "readings/bin-18",
                               "-m", message, *words], capture_output=True, timeout=30).returncode == 0

    expect(publish(), "with no user set up, this machine may publish without a name")
    expect(not publish("-u", "bin-18", "-P", "wrong"), "but not with a wrong token")
    token = mqtt_token(city, "bin-18")
    wait_for("a token made meanwhile is good", lambda: publish("-u", "bin-18", "-P", token))
    wait_for("what is published is stored", lambda: [
        r for r in export(PROGRAM, city, "readings") if r["device"] == "bin-18"])
    server.kill()
    server = Server(PROGRAM, city, "--mqtt", "0", "--enrol", "open")
    rows = [r for r in export(PROGRAM, city, "readings") if r["device"] == "bin-18"]
    expect(len(rows) == 1, "once", rows)
    expect(server.stop() == 0, "the server ends well")


def without_a_page(city):
    """Where the page was not built, devices are served all the same."""
    fonts = os.path.join(os.path.dirname(PROGRAM), "..", "..", "fonts")
    with tempfile.TemporaryDirectory(prefix="yc-flow-") as data:
        os.symlink(os.path.realpath(fonts), os.path.join(data, "fonts"))
        server = Server(PROGRAM, city, "--enrol", "open", env={**os.environ, "YANCHENG_DATA": data})
        terminal = Terminal(server.ports["jt808"], "13800000009")
        terminal.log_in()
        expect(terminal.ask(0x0200, location(1)) == 0, "a position is taken without a page")
        expect(device(server, "13800000009")["online"], "and programs are answered")
        expect(server.call("/")[0] == 404, "there is no page")
        expect(server.stop() == 0, "the server ends well")
        with open(server.log.name, encoding="utf-8") as log:
            expect("no page: " in log.read(), "which is told")


def stopped_under_load(city):
    server = Server(PROGRAM, city, "--enrol", "open")
    second = subprocess.run([PROGRAM, "serve", city, "--http", "0", "--jt808", "0", "--mqtt", "off", "--no-map"],
                            capture_output=True, text=True, timeout=30)
    expect(second.returncode != 0 and second.stderr, "a second server on the same folder is told", second)
    terminal = Terminal(server.ports["jt808"], "13800000008")
    terminal.log_in()
    acknowledged = 0
    threading.Timer(0.3, lambda: server.process.send_signal(signal.SIGTERM)).start()
    try:
        while True:
            expect(terminal.ask(0x0200, location(acknowledged)) == 0, "taken")
            acknowledged += 1
    except (EOFError, OSError):
        pass
    expect(server.process.wait(timeout=30) == 0, "SIGTERM under load ends it well")
    rows = [r for r in export(PROGRAM, city, "positions") if r["device"] == "13800000008"]
    expect(len(rows) >= acknowledged > 10, "with all that was acknowledged", (len(rows), acknowledged))


def main():
    home, city = new_city(PROGRAM)
    only_known_terminals(city)
    server = Server(PROGRAM, city, "--enrol", "open")
    one_device_in_two_forms(server)
    a_number_is_no_key(server)
    rubbish_is_dropped(server)
    server = parts_become_one(server, city)
    commands_and_answers(server)
    pages_hear_within_a_second(server)
    one_bad_terminal_is_alone(server)
    a_lift_is_taken(server)
    bins_by_http(server, city)
    a_sensor_of_an_unknown_model(server)
    expect(server.stop() == 0, "the server ends well")
    events = export(PROGRAM, city, "events")
    whole = [e for e in events if e["kind"] == "jt808.0801" and e["body"].startswith("0000004d")]
    expect(len(whole) == 1 and len(whole[0]["body"]) == 2 * (36 + 2560), "the picture is stored whole, once",
           [(e["kind"], len(e["body"])) for e in events])
    expect(any(e["kind"] == "sent.8300" for e in events), "that a command was sent is a fact")
    lifts = [e["data"] for e in events if e["kind"] == "lift"]
    expect(len(lifts) == 1 and lifts[0]["tag"] == "E1234567" and lifts[0]["gross_kg"] == 55
           and lifts[0]["net_kg"] == 32 and lifts[0]["compartment"] == 2, "a lift is read back", lifts)
    expect(whole[0]["data"] is None, "bytes are no JSON")
    bins_by_mqtt(city)
    without_a_page(city)
    stopped_under_load(city)
    home.cleanup()


main()
