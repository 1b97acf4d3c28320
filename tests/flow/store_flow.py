"""What is stored is read back, backed up and restored as a user does it, while the server runs where it
may and refused where it may not."""
import csv
import io
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, expect, export, new_city
from terminal import Terminal, location

PROGRAM = sys.argv[1]
PHONE, OTHER = "13900001111", "13900002222"


def run(*words, status=0):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=120)
    expect(done.returncode == status, f"{words}: exit {status}", done)
    return done


def send(port, phone, numbers, day=24):
    """Logs in and sends numbered positions a second apart; each is acknowledged."""
    terminal = Terminal(port, phone)
    terminal.log_in()
    for n in numbers:
        time = f"2611{day:02}08{n // 60:02}{n % 60:02}"
        expect(terminal.ask(0x0200, location(n, time=time, alarm=n % 3)) == 0, "a position is acknowledged")
    terminal.close()


def fields_and_filters(city):
    rows = export(PROGRAM, city, "positions", "--device", PHONE)
    expect([round(row["mileage"] * 10) for row in rows] == list(range(100)), "all, in order", rows[:2])
    row = rows[61]
    expect(row["time"] == "2026-11-24T00:01:01Z", "terminals speak Beijing time, exports UTC", row)
    expect((row["lat"], row["lng"]) == (26.890061, 112.57), "the place", row)
    expect((row["speed"], row["heading"], row["altitude"]) == (20.0, 90, 60), "how it moved", row)
    expect((row["status"], row["alarm"]) == (3, 1), "the terminal's words", row)
    expect(row["received"].endswith("Z") and row["received"] > "2020", "when it came", row)

    part = export(PROGRAM, city, "positions", "--since", "2026-11-24T08:00:30+08:00", "--until",
                  "2026-11-24T00:00:40Z", "--device", PHONE)
    expect([round(row["mileage"] * 10) for row in part] == list(range(30, 40)), "since and until", part)
    expect(export(PROGRAM, city, "positions", "--since", "2026-11-26") == [], "nothing after that day")
    both = export(PROGRAM, city, "positions", "--since", "1795478400")
    expect({row["device"] for row in both} == {PHONE, OTHER}, "all devices")

    table = run("export", city, "positions", "--csv", "--device", PHONE).stdout
    lines = list(csv.DictReader(io.StringIO(table)))
    expect(len(lines) == 100, "a line a row and a head")
    for line, row in zip(lines, rows):
        expect(line["device"] == row["device"] and float(line["lat"]) == row["lat"]
               and float(line["mileage"]) == row["mileage"] and line["time"] == row["time"]
               and int(line["alarm"]) == row["alarm"], "CSV and JSON say the same", (line, row))


def mistakes(city):
    expect("no device" in run("export", city, "positions", "--device", "nobody", status=1).stderr, "an unknown device")
    expect("is no time" in run("export", city, "positions", "--since", "soon", status=2).stderr, "a bad time")
    expect("positions, readings or events" in run("export", city, "fish", status=2).stderr, "a bad table")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "export", city, "positions"], stdout=full, stderr=subprocess.PIPE, text=True)
    expect(done.returncode == 1 and "No space left" in done.stderr, "a full disk is told", done)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([PROGRAM, "export", city, "positions"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    expect(done.returncode == 1 and "has ended" in done.stderr, "a closed pipe is told, not a signal", done)


def backup_and_restore(city, home):
    backup = os.path.join(home, "b.db")
    server = Server(PROGRAM, city, "--enrol", "open")
    send(server.ports["jt808"], PHONE, range(100))
    send(server.ports["jt808"], OTHER, range(10))
    fields_and_filters(city)
    mistakes(city)
    head = run("export", city, "position-hours").stdout
    expect(head.startswith("device,unit,hour,count,mileage_min"), "sums have a head line", head)
    expect("reading-hours" in run("export", "--help").stdout, "and are told of")
    run("backup", city, backup)
    expect(not os.path.exists(backup + ".part"), "nothing is left beside the backup")
    expect("another process" in run("restore", city, backup, status=1).stderr, "no restore under a server")
    second = subprocess.run([PROGRAM, "serve", city, "--http", "0", "--jt808", "0", "--mqtt", "off", "--no-map"],
                            capture_output=True, text=True, timeout=60)
    expect(second.returncode == 1 and "another process" in second.stderr, "one server a folder", second)
    send(server.ports["jt808"], OTHER, range(10, 30))  # after the backup
    expect(len(export(PROGRAM, city, "positions")) == 130, "all of it, while the server runs")
    expect(server.stop() == 0, "SIGTERM ends the server well")
    expect(len(export(PROGRAM, city, "positions")) == 130, "and afterwards")

    run("restore", city, backup)
    expect(len(export(PROGRAM, city, "positions")) == 110, "what was there at the backup")
    expect("in the way" in run("restore", city, backup, status=1).stderr, "the old store is not overwritten")
    server = Server(PROGRAM, city, "--enrol", "open")
    send(server.ports["jt808"], OTHER, range(30))  # ten of them are resent
    expect(server.stop() == 0, "SIGTERM ends the server well")
    expect(len(export(PROGRAM, city, "positions")) == 130, "resent positions are stored once")


def main():
    home, city = new_city(PROGRAM)
    expect("nothing is stored" in run("export", city, "positions", status=1).stderr, "a city without a store")
    backup_and_restore(city, home.name)
    home.cleanup()


main()
