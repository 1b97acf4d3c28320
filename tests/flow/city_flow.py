"""`yancheng city new | check | import` as a person types them: exit status, messages, limits."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]


def run(*words, env=None):
    return subprocess.run([PROGRAM, "city", *words], capture_output=True, text=True, env=env)


def expect(condition, what, result=None):
    if condition:
        return
    print("FAILED:", what)
    if result is not None:
        print(result.args, result.returncode, result.stdout, result.stderr, sep="\n")
    sys.exit(1)


def edited(folder, name, old, new):
    """Changes the first `old` in a file; gives back what it held."""
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        content = file.read()
    expect(old in content, f"{name} holds {old}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(content.replace(old, new, 1))
    return content


def put(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(content)


def makes_and_checks(base):
    for pack in sorted(os.listdir(os.path.join(SOURCE, "packs"))):
        folder = os.path.join(base, pack)
        result = run("new", folder, "--population", "6000", "--seed", "3", "--pack", pack)
        expect(result.returncode == 0, f"a city of pack {pack} is made", result)
        result = run("check", folder)
        expect(result.returncode == 0 and "no mistakes" in result.stdout, "and has no mistakes",
               result)
    return os.path.join(base, "hengyang")


def mistakes_are_told(folder):
    for name, old, new, says in [
        ("bins.csv", "B0000002", "B0000001", "bins.csv:3:1: id `B0000001` is already used"),
        ("bins.csv", ",H,", ",X,", "streams.yaml (R, H, F, O)"),
        ("fleet.csv", "truck", "trukc", "truck, sweeper, washer, robot"),
        ("city.yaml", "population:", "populace:", "city.yaml:3:1: unknown key `populace`"),
    ]:
        content = edited(folder, name, old, new)
        result = run("check", folder)
        expect(result.returncode == 1 and says in result.stderr, f"{name}: {says}", result)
        put(folder, name, content)
    expect(run("check", folder).returncode == 0, "mended")


def a_huge_line_is_bounded(folder):
    path = os.path.join(folder, "bins.csv")
    with open(path, encoding="utf-8") as file:
        content = file.read()
    os.truncate(path, 1 << 30)
    start = time.monotonic()
    result = run("check", folder)
    expect(time.monotonic() - start < 10, "a line of 1 GB is refused at once")
    expect(result.returncode == 1 and "longer than 1048576 bytes" in result.stderr,
           "a line of 1 GB", result)
    put(folder, "bins.csv", content)
    peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    expect(peak_kb < 400 << 10, f"memory stays small, not {peak_kb} KB")


def imports(base, made):
    map_path = os.path.join(made, "map.osm.pbf")
    folder = os.path.join(base, "imported")
    result = run("import", map_path, "--dir", folder, "--population", "6000", "--name", "Town")
    expect(result.returncode == 0, "the made map is imported", result)
    result = run("check", folder)
    expect(result.returncode == 0, "the imported city has no mistakes", result)
    bins = os.path.join(base, "given.csv")
    with open(os.path.join(made, "bins.csv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    with open(bins, "w", encoding="utf-8") as file:
        for row in rows[:40]:
            file.write(",".join(row[:1] + row[2:]) + "\n")
    result = run("import", map_path, "--dir", folder, "--bins", bins, "--fleet",
                 os.path.join(made, "fleet.csv"), "--facilities",
                 os.path.join(made, "facilities.csv"))
    expect(result.returncode == 0 and " 39 bins" in result.stdout, "with its own bins", result)
    expect(run("check", folder).returncode == 0, "which has no mistakes either")
    if shutil.which("osmium"):
        xml = os.path.join(base, "map.osm")
        subprocess.run(["osmium", "cat", "-o", xml, map_path], check=True, capture_output=True)
        result = run("import", xml, "--dir", folder)
        expect(result.returncode == 0, "XML is converted", result)
        result = run("import", xml, "--dir", folder, env={**os.environ, "PATH": base})
        expect(result.returncode == 1 and "osmium-tool" in result.stderr,
               "without osmium the remedy is told", result)


def wrong_usage_is_2(base):
    for words in [(), ("new",), ("new", base, "--seed"), ("frob", base), ("new", base, "--x"),
                  ("import", "map.osm"), ("new", base, "--population", "-1", "--seed", "1")]:
        result = run(*words)
        expect(result.returncode == 2 and result.stderr, f"usage of {words}", result)
    expect(run("--help").returncode == 0, "help")
    result = run("new", base, "--population", "3", "--seed", "1")
    expect(result.returncode == 1 and "out of range" in result.stderr, "too few people", result)


def main():
    with tempfile.TemporaryDirectory() as base:
        made = makes_and_checks(base)
        mistakes_are_told(made)
        a_huge_line_is_bounded(made)
        imports(base, made)
        wrong_usage_is_2(base)


main()
