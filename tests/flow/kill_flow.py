"""What was acknowledged is on disk: terminals send numbered positions while the server is killed with
SIGKILL at random moments. Every acknowledged one is there after the restart, none is there twice."""
import os
import random
import select
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, expect, export, new_city
from terminal import Terminal, location

PROGRAM = sys.argv[1]
ROUNDS, TERMINALS, OUTSTANDING = 50, 4, 32
SEED = int(os.environ.get("PROP_SEED", "20261124"))


class Sender:
    """A terminal that resends what had no answer, as terminals do."""

    def __init__(self, phone):
        self.phone = phone
        self.next = 0
        self.unanswered = []  # numbers, oldest first
        self.acknowledged = set()

    def connect(self, port):
        self.terminal = Terminal(port, self.phone)
        self.terminal.log_in()
        self.by_serial = {}
        for number in list(self.unanswered):
            self.send(number)
        self.terminal.link.setblocking(False)

    def send(self, number):
        serial = self.terminal.send(0x0200, location(number))
        self.by_serial[serial] = number

    def go(self):
        """Fills up what may be outstanding."""
        while len(self.unanswered) < OUTSTANDING:
            self.unanswered.append(self.next)
            self.send(self.next)
            self.next += 1

    def take(self):
        """Reads answers; False when the link has ended."""
        while True:
            try:
                got = self.terminal.receive()
            except BlockingIOError:
                return True
            if got is None:
                return False
            msg_id, _, _, body = got
            serial, answered, result = struct.unpack(">HHB", body) if msg_id == 0x8001 else (0, 0, 1)
            if msg_id == 0x8001 and answered == 0x0200:
                expect(result == 0, "a position is answered with done", result)
                number = self.by_serial.pop(serial)
                self.acknowledged.add(number)
                if number in self.unanswered:
                    self.unanswered.remove(number)


def until_killed(server, senders, seconds):
    end = time.monotonic() + seconds
    alive = True
    while alive and time.monotonic() < end:
        for sender in senders:
            sender.go()
        ready, _, _ = select.select([s.terminal.link for s in senders], [], [], 0.01)
        for sender in senders:
            if sender.terminal.link in ready:
                alive = sender.take() and alive
    server.kill()
    for sender in senders:
        try:
            sender.take()  # answers that were on their way
        except (ConnectionError, ValueError):
            pass
        sender.terminal.close()


def main():
    rng = random.Random(SEED)
    print("PROP_SEED =", SEED)
    home, city = new_city(PROGRAM)
    senders = [Sender(f"1390000{i:04d}") for i in range(TERMINALS)]
    for _ in range(ROUNDS):
        server = Server(PROGRAM, city, "--enrol", "open")
        for sender in senders:
            sender.connect(server.ports["jt808"])
        until_killed(server, senders, rng.uniform(0.0, 0.25))
    rows = export(PROGRAM, city, "positions")
    total = 0
    for sender in senders:
        stored = [round(row["mileage"] * 10) for row in rows if row["device"] == sender.phone]
        total += len(sender.acknowledged)
        expect(len(stored) == len(set(stored)), f"{sender.phone}: no position is stored twice")
        missing = sender.acknowledged - set(stored)
        expect(not missing, f"{sender.phone}: all that was acknowledged is stored", sorted(missing)[:10])
    expect(total > 1000, "enough was acknowledged for the test to mean something", total)
    print(f"{ROUNDS} kills, {total} positions acknowledged, {len(rows)} stored, none lost, none twice")
    home.cleanup()


main()
