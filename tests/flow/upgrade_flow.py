"""upgrade_flow.py - a store of the first version is brought up to date in numbered steps and loses nothing; a step that fails
leaves the version before; a newer store and a foreign file are refused in one sentence."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import expect, new_city

# As the first version made it: never changed.
FIRST = """
    CREATE TABLE device ( id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, maker TEXT NOT NULL
        DEFAULT '', model TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '', auth TEXT NOT NULL DEFAULT
        '', unit_kind INTEGER NOT NULL DEFAULT 0, unit TEXT NOT NULL DEFAULT '', empty_mm INTEGER NOT NULL
        DEFAULT 0, full_mm INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0, enrolled INTEGER NOT
        NULL, UNIQUE (kind, name));
    CREATE TABLE position ( id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT
        NULL, received INTEGER NOT NULL, lat INTEGER NOT NULL, lng INTEGER NOT NULL, altitude INTEGER NOT NULL,
        speed INTEGER NOT NULL, heading INTEGER NOT NULL, odometer INTEGER, status INTEGER NOT NULL, alarm
        INTEGER NOT NULL, flags INTEGER NOT NULL, items BLOB);
    CREATE UNIQUE INDEX position_fact ON position (at, device, hash);
    CREATE TABLE reading ( id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT
        NULL, received INTEGER NOT NULL, fields INTEGER NOT NULL, distance INTEGER, fill INTEGER, battery
        INTEGER, battery_mv INTEGER, temperature INTEGER, weight INTEGER, lat INTEGER, lng INTEGER, tilt
        INTEGER, alarm INTEGER);
    CREATE UNIQUE INDEX reading_fact ON reading (at, device, hash);
    CREATE TABLE event ( id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT
        NULL, received INTEGER NOT NULL, kind TEXT NOT NULL, custody INTEGER NOT NULL, body BLOB);
    CREATE UNIQUE INDEX event_fact ON event (at, device, hash);
    CREATE TABLE fragment ( device INTEGER NOT NULL, msg_id INTEGER NOT NULL, first INTEGER NOT NULL, no INTEGER NOT
        NULL, total INTEGER NOT NULL, received INTEGER NOT NULL, body BLOB, PRIMARY KEY (device, msg_id, first,
        no)) WITHOUT ROWID;
    CREATE TABLE mark (name TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE device_state ( device INTEGER PRIMARY KEY, body BLOB NOT NULL);
    CREATE TABLE position_hour ( hour INTEGER NOT NULL, device INTEGER NOT NULL, count INTEGER NOT NULL,
        odometer_min INTEGER, odometer_max INTEGER, speed_max INTEGER NOT NULL, moving INTEGER NOT NULL, alarms
        INTEGER NOT NULL, PRIMARY KEY (hour, device)) WITHOUT ROWID;
    CREATE TABLE reading_hour ( hour INTEGER NOT NULL, device INTEGER NOT NULL, count INTEGER NOT NULL, fill_count
        INTEGER NOT NULL, fill_sum INTEGER NOT NULL, fill_min INTEGER, fill_max INTEGER, temperature_max
        INTEGER, battery_min INTEGER, PRIMARY KEY (hour, device)) WITHOUT ROWID;
"""
APPLICATION = 0x59434844


def first_store(path, more=""):
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    db = sqlite3.connect(path)
    db.executescript(FIRST + more)
    db.execute("INSERT INTO device (kind, name, enrolled) VALUES (1, '13800000001', 1764000000000000)")
    for n in range(3):
        db.execute("INSERT INTO position (at, device, hash, received, lat, lng, altitude, speed, heading, status, alarm, flags)"
                   " VALUES (?, 1, ?, ?, 268900000, 1125700000, 60, 200, 90, 3, 0, 0)",
                   (1764000000000000 + n * 1000000, n, 1764000000500000 + n * 1000000))
    db.execute("PRAGMA user_version = 1")
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.commit()
    db.close()


def version(path):
    db = sqlite3.connect(path)
    got = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return got


def main():
    program = sys.argv[1]
    home, city = new_city(program)
    path = os.path.join(city, "store.db")

    def run(*words):
        return subprocess.run([program, *words], capture_output=True, text=True, check=False)

    first_store(path)
    done = run("export", city, "positions", "--json")
    expect(done.returncode == 1 and "older" in done.stderr and "yancheng serve" in done.stderr,
           "a reader changes nothing, and says what will", done.stderr)
    expect(version(path) == 1, "it is of the first version still")
    done = run("user", "list", city)
    expect(done.returncode == 0, "a writer brings it up to date", done.stderr)
    newest = version(path)
    expect(newest > 1, "in numbered steps", newest)
    rows = [json.loads(line) for line in run("export", city, "positions", "--json").stdout.splitlines()]
    expect(len(rows) == 3 and {row["device"] for row in rows} == {"13800000001"}, "nothing is lost", rows)
    expect(run("user", "list", city).returncode == 0 and version(path) == newest, "once")

    first_store(path, "CREATE TABLE token (what TEXT);")
    done = run("user", "list", city)
    expect(done.returncode != 0 and "version 2" in done.stderr, "a step that fails is named", done.stderr)
    expect(version(path) == 1, "and leaves the version before")
    db = sqlite3.connect(path)
    expect(db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'user'").fetchone()[0] == 0, "wholly")
    expect(db.execute("SELECT count(*) FROM position").fetchone()[0] == 3, "with all that was stored")
    db.execute("DROP TABLE token")
    db.commit()
    db.execute(f"PRAGMA user_version = {newest + 7}")
    db.close()
    for words in (("user", "list", city), ("export", city, "positions")):
        done = run(*words)
        expect(done.returncode == 1 and "newer program" in done.stderr, "a newer store is refused", done.stderr)
    expect(version(path) == newest + 7, "and untouched")

    first_store(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA application_id = 77")
    db.close()
    done = run("user", "list", city)
    expect(done.returncode == 1 and "another program" in done.stderr and version(path) == 1, "a foreign file is refused", done.stderr)
    shutil.rmtree(city)
    done = run("user", "list", city)
    expect(done.returncode == 1 and "folder of a city" in done.stderr, "so is a folder that is none", done.stderr)
    expect(not os.path.exists(path), "and nothing is made there")
    home.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
