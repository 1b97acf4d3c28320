"""terminal.py - a JT/T 808 terminal for the whole-program tests: frames made and read by its own code."""
import socket
import struct


def frame(msg_id, phone, serial, body, v2019=False, part=None):
    attr = len(body) | (0x2000 if part else 0) | (0x4000 if v2019 else 0)
    head = struct.pack(">HH", msg_id, attr)
    if v2019:
        head += b"\x01" + bytes.fromhex(phone.rjust(20, "0"))
    else:
        head += bytes.fromhex(phone.rjust(12, "0"))
    head += struct.pack(">H", serial & 0xFFFF)
    if part:
        head += struct.pack(">HH", *part)
    plain = head + body
    check = 0
    for byte in plain:
        check ^= byte
    plain += bytes([check])
    return b"\x7e" + plain.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def parse(raw):
    """(msg_id, phone, serial, body) of what stands between two flags."""
    plain = raw.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
    check = 0
    for byte in plain:
        check ^= byte
    if check:
        raise ValueError("checksum")
    msg_id, attr = struct.unpack(">HH", plain[:4])
    at = 15 if attr & 0x4000 else 10
    phone = plain[5 if attr & 0x4000 else 4:at].hex()
    serial, = struct.unpack(">H", plain[at:at + 2])
    at += 2 + (4 if attr & 0x2000 else 0)
    return msg_id, phone, serial, plain[at:-1]


def location(n, time="261124080000", alarm=0, status=3, items=b""):
    """A position that carries `n` in its odometer."""
    return (struct.pack(">IIIIHHH", alarm, status, 26890000 + n % 1000, 112570000, 60, 200, 90)
            + bytes.fromhex(time) + struct.pack(">BBI", 1, 4, n) + items)


def registration(plate="", maker="70111", model="YC-1", ident="1234567"):
    return (struct.pack(">HH", 43, 400) + maker.encode().ljust(5, b"\0") + model.encode().ljust(20, b"\0")
            + ident.encode().ljust(7, b"\0") + b"\x02" + plate.encode("gbk"))


class Terminal:
    def __init__(self, port, phone, v2019=False, timeout=20):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.phone = phone
        self.v2019 = v2019
        self.serial = 0
        self.held = b""
        self.code = b""

    def close(self):
        self.link.close()

    def send(self, msg_id, body=b"", part=None):
        """Sends one message; its serial."""
        serial = self.serial
        self.serial = (serial + 1) & 0xFFFF
        self.link.sendall(frame(msg_id, self.phone, serial, body, self.v2019, part))
        return serial

    def receive(self):
        """The next message from the platform; None when the link has ended."""
        while True:
            begin = self.held.find(b"\x7e")
            end = self.held.find(b"\x7e", begin + 1) if begin >= 0 else -1
            if end > begin + 1:
                raw, self.held = self.held[begin + 1:end], self.held[end + 1:]
                return parse(raw)
            if end == begin + 1:
                self.held = self.held[end:]
                continue
            try:
                more = self.link.recv(65536)
            except ConnectionError:
                return None
            if not more:
                return None
            self.held += more

    def expect(self, msg_id):
        while True:
            got = self.receive()
            if got is None:
                raise EOFError(f"the link ended before {msg_id:#06x} came")
            if got[0] == msg_id:
                return got

    def ask(self, msg_id, body=b"", part=None):
        """Sends and waits for its general answer; the result in it."""
        serial = self.send(msg_id, body, part)
        while True:
            answer = self.expect(0x8001)[3]
            if struct.unpack(">HH", answer[:4]) == (serial, msg_id):
                return answer[4]

    def register(self, **kind):
        """0x0100; the result of 0x8100, and the code is kept."""
        body = registration(**kind)
        if self.v2019:
            body = (struct.pack(">HH", 43, 400) + b"70111".ljust(11, b"\0") + b"YC-1".ljust(30, b"\0")
                    + b"1234567".ljust(30, b"\0") + b"\x02" + kind.get("plate", "").encode("gbk"))
        serial = self.send(0x0100, body)
        answer = self.expect(0x8100)[3]
        assert struct.unpack(">H", answer[:2])[0] == serial
        self.code = answer[3:]
        return answer[2]

    def authenticate(self, code=None):
        code = self.code if code is None else code
        if self.v2019:
            return self.ask(0x0102, bytes([len(code)]) + code + b"861234567890123" + b"1.0".ljust(20, b"\0"))
        return self.ask(0x0102, code)

    def log_in(self, **kind):
        assert self.register(**kind) == 0
        assert self.authenticate() == 0
