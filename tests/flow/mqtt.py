"""mqtt.py - a sensor that publishes at QoS 1 and sends again what was not confirmed (MQTT 3.1.1)."""
import socket
import struct
import time

WINDOW = 64  # publishes without a PUBACK
PACKETS = 65535  # numbers that a packet may have


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    size, length = len(body), b""
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class Sensor:
    def __init__(self, port, user, password, topic):
        self.port, self.user, self.password, self.topic = port, user, password, topic
        self.waiting = {}  # number of the packet -> payload, oldest first
        self.next = 0
        self.link = None

    def connect(self, seconds):
        """Tries until it is let in; what was not confirmed goes first."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.link = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                self.link.sendall(packet(0x10, text("MQTT") + b"\x04\xc2\x00\x3c" + text(self.user + "-sensor")
                                         + text(self.user) + text(self.password)))
                if self.take(4) == b"\x20\x02\x00\x00":
                    break
            except OSError:
                pass
            if time.monotonic() > end:
                raise TimeoutError("the sensor is not let in")
            time.sleep(0.05)
        for number, payload in list(self.waiting.items()):
            self.send(number, payload)

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise ConnectionError("closed")
            data += more
        return data

    def send(self, number, payload):
        self.link.sendall(packet(0x32, text(self.topic) + struct.pack(">H", number) + payload))

    def confirmed(self):
        """Waits for one PUBACK."""
        answer = self.take(4)
        self.waiting.pop(struct.unpack(">H", answer[2:])[0], None)

    def publish(self, payloads, seconds=60):
        """Returns when all are confirmed, over any number of lost connections."""
        todo = iter(payloads)
        more = True
        while more or self.waiting:
            try:
                if self.link is None:
                    self.connect(seconds)
                while more and len(self.waiting) < WINDOW:
                    payload = next(todo, None)
                    more = payload is not None
                    if more:
                        number = self.next % PACKETS + 1
                        self.next += 1
                        self.waiting[number] = payload
                        self.send(number, payload)
                if self.waiting:
                    self.confirmed()
            except TimeoutError:
                raise
            except OSError:
                self.close()

    def close(self):
        if self.link:
            self.link.close()
        self.link = None
