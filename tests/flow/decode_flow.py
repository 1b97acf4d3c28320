"""`yancheng decode jt808 --json`: recorded frames told as recorded, mistakes refused, lines kept apart."""

import json
import os
import random
import subprocess
import sys

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]
SHARED = os.path.join(SOURCE, "..", "shared", "protocols")


def expect(condition, what, *details):
    if condition:
        return
    print("FAILED:", what)
    for detail in details:
        print(detail)
    sys.exit(1)


def decode(text):
    done = subprocess.run([PROGRAM, "decode", "jt808", "--json"], input=text.encode(), capture_output=True)
    expect(done.returncode == 0, "decode exits 0", done.stderr)
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def frame(body, msg_id=0x8300, phone="013912345678", serial=1):
    """A frame of the 2013 edition."""
    plain = msg_id.to_bytes(2, "big") + len(body).to_bytes(2, "big") + bytes.fromhex(phone)
    plain += serial.to_bytes(2, "big") + body
    check = 0
    for byte in plain:
        check ^= byte
    out = b""
    for byte in plain + bytes([check]):
        out += {0x7E: b"\x7d\x02", 0x7D: b"\x7d\x01"}.get(byte, bytes([byte]))
    return (b"\x7e" + out + b"\x7e").hex()


def recorded(name):
    with open(os.path.join(SHARED, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def recorded_frames_are_told():
    if not os.path.isdir(SHARED):
        print("skipped: no recorded frames beside the source")
        return
    vectors, mistakes = recorded("jt808-vectors.jsonl"), recorded("jt808-negative.jsonl")
    lines = [one["hex"] for one in vectors] + [one["hex"] for one in mistakes]
    answers = decode("\n".join(lines))
    expect(len(vectors) == 302 and len(mistakes) == 43, "all recorded frames are there")
    expect(len(answers) == len(lines), "a line out for a line in", len(answers))
    for one, answer in zip(vectors, answers):
        expect(answer == {"decoded": one["decoded"]}, "a frame is told as recorded", one, answer)
    for one, answer in zip(mistakes, answers[len(vectors):]):
        expect(list(answer) == ["error"] and len(answer["error"]) > 10, "a mistake is refused with a reason",
               one, answer)


def lines_are_kept_apart():
    good = frame(b"\x08ok")
    cases = [
        (good, None), (good.upper(), None), ("  " + good + "\r", None),
        (" ".join(good[i:i + 2] for i in range(0, len(good), 2)), None),  # as captures print it
        ("7", "odd number"), ("zz", "column 1"), ("7e7", "odd number"), ("7ez0", "column 3"),
        ("7e" * 2093, "largest frame"), ("7e" * 100000, "largest frame"), ("0", "odd number"), ("00", "begins and ends"),
        (good[:-4] + "00" + "7e", "check is 00"), (good[:-2], "begins and ends"), (good + good, "more than one"),
        (frame(b"", 0x8300), "`flag` needs 1 bytes"), ("7e\u00e97e", "column"), ("7e 7", "odd number"), ("7e 7e", "too few"),
    ]
    answers = decode("\n\n \n".join(line for line, _ in cases))  # empty lines between, no end of the last
    expect(len(answers) == len(cases), "a line out for a line in", answers)
    for (line, says), answer in zip(cases, answers):
        if says:
            expect(says in answer.get("error", ""), f"{line[:60]} says {says}", answer)
        else:
            expect(answer["decoded"]["body"] == {"flag": 8, "text": "ok"}, "a frame is told", answer)
    expect(decode("") == [] and decode("\n\n") == [], "nothing gives nothing")


def text_is_as_the_codec_says():
    rng = random.Random(808)
    texts = [bytes(rng.choice([rng.randrange(256), rng.randrange(0x81, 0xFF)]) for _ in range(rng.randrange(1, 200)))
             for _ in range(500)]
    for text, answer in zip(texts, decode("\n".join(frame(b"\0" + text) for text in texts))):
        want = text.rstrip(b"\0").decode("gbk", "replace")
        expect(answer["decoded"]["body"]["text"] == want, "a text is told", text.hex(), answer, want)


def a_program_can_ask_line_by_line():
    asked = subprocess.Popen([PROGRAM, "decode", "jt808", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for serial in range(3):
        asked.stdin.write(frame(b"\x08ok", serial=serial).encode() + b"\n")
        asked.stdin.flush()
        answer = json.loads(asked.stdout.readline())
        expect(answer["decoded"]["header"]["serial"] == serial, "an answer comes before the next line", answer)
    asked.stdin.close()
    expect(asked.wait() == 0, "the end of input ends it")
    asked.stdout.close()


def usage_is_told():
    for words, status in [((), 2), (("jt809",), 2), (("jt808", "more"), 2), (("jt808", "--xml"), 2), (("--help",), 0)]:
        done = subprocess.run([PROGRAM, "decode", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        expect(done.returncode == status, f"decode {words} exits {status}", done)
        expect("jt808" in (done.stdout if status == 0 else done.stderr) or "--xml" in words, "and says how", done)
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "decode", "jt808"], input=frame(b"\x08ok").encode() + b"\n", stdout=full,
                              stderr=subprocess.PIPE)
        expect(done.returncode == 1 and done.stderr, "a full disk is told", done)


recorded_frames_are_told()
lines_are_kept_apart()
text_is_as_the_codec_says()
a_program_can_ask_line_by_line()
usage_is_told()
