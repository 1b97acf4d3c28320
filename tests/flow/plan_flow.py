"""A made city, planned by the program as a user would; the answer is checked against the city's own
tables by code that shares nothing with the planner."""
import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]


def run(*arguments, status=0):
    """Runs the program and returns it finished; an unexpected exit status ends the test."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode != status:
        sys.exit(f"{arguments}: exit {done.returncode}, wanted {status}\n{done.stdout}{done.stderr}")
    return done


def expect(fact, condition, *shown):
    if not condition:
        sys.exit(f"not so: {fact} {shown}")


def levels(folder):
    """collect_at_pct by stream code, read without a YAML library."""
    found, code = {}, None
    with open(f"{folder}/streams.yaml", encoding="utf-8") as text:
        for line in text:
            match = re.match(r"[\s-]*code:\s*\"?(\w+)", line)
            code = match.group(1) if match else code
            match = re.match(r"\s*collect_at_pct:\s*([\d.]+)", line)
            if match:
                found[code] = float(match.group(1))
    return found


def due_bins(folder):
    limit = levels(folder)
    with open(f"{folder}/bins.csv", encoding="utf-8", newline="") as table:
        return {row["id"] for row in csv.DictReader(table)
                if float(row["fill_pct"]) >= limit[row["stream"]]}


def read_plan(folder):
    with open(f"{folder}/plan.json", encoding="utf-8") as text:
        return json.load(text)


def every_due_bin_once(folder, plan):
    """A bin is in one visit, or unserved with a reason; never both, never neither."""
    seen = [bin for route in plan["routes"] for visit in route["visits"]
            for bin in visit.get("bins", [])]
    left = [bin for item in plan["unserved"] for bin in item.get("bins", [])]
    expect("no bin is visited twice", len(seen) == len(set(seen)))
    expect("visited and unserved are apart", not set(seen) & set(left))
    expect("all due bins are accounted for", set(seen) | set(left) == due_bins(folder),
           len(seen), len(left))
    expect("each unserved has a reason", all(item["reason"] for item in plan["unserved"]))


def times_and_loads(plan):
    for route in plan["routes"]:
        clock = route["start_s"]
        for visit in route["visits"]:
            expect("visits follow each other", visit["start_s"] >= clock - 1, route["id"])
            clock = visit["end_s"]
        expect("the vehicle is back after its last visit", route["end_s"] >= clock - 1)
        for trip in route["trips"]:
            expect("no trip is over its compartments", trip["fill_pct"] <= 100.0, route["id"])
        unloaded = sum(v["kg"] for v in route["visits"] if v["kind"] == "unload")
        expect("what was loaded is unloaded", abs(unloaded - route["kg"]) < 1.0, route["id"])


def lines_are_on_the_map(folder):
    with open(f"{folder}/plan.geojson", encoding="utf-8") as text:
        features = json.load(text)["features"]
    kinds = {feature["properties"]["kind"] for feature in features}
    expect("paths, stops and swept streets are drawn", {"path", "serve", "swept"} <= kinds, kinds)


def without_clock(plan):
    return {key: value for key, value in plan.items() if key != "seconds"}


def same_seed_same_plan(folder):
    plans = []
    for _ in range(2):
        run("plan", folder, "--date", "2026-11-24", "--iterations", "200", "--seed", "5")
        plans.append(without_clock(read_plan(folder)))
    expect("the same seed gives the same plan", plans[0] == plans[1])


def interrupt_keeps_the_best(folder):
    os.remove(f"{folder}/plan.json")
    child = subprocess.Popen([PROGRAM, "plan", folder, "--time", "600", "--json"],
                             stdout=subprocess.PIPE, text=True)
    while True:  # until the handler is in place
        with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
            caught = int(re.search(r"SigCgt:\s*(\w+)", status.read()).group(1), 16)
        if caught >> (signal.SIGINT - 1) & 1:
            break
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=120)
    expect("an interrupted plan is a plan", child.returncode == 0 and json.loads(out)["checked"])
    every_due_bin_once(folder, read_plan(folder))


def mistakes_are_told(folder):
    said = run("plan", folder, "--date", "2026-02-30", status=2).stderr
    expect("a day that does not exist is refused", "--date" in said, said)
    said = run("plan", f"{folder}/nowhere", status=1).stderr
    expect("a missing folder is named", "nowhere" in said, said)
    run("plan", status=2)


def main():
    with tempfile.TemporaryDirectory() as home:
        folder = f"{home}/town"
        run("city", "new", folder, "--population", "4000", "--seed", "3")
        run("city", "check", folder)
        run("plan", folder, "--date", "2026-11-24", "--iterations", "500")
        plan = read_plan(folder)
        expect("the plan says it was checked", plan["checked"] is True)
        expect("there is collection and sweeping",
               {route["kind"] for route in plan["routes"]} == {"collect", "sweep"})
        every_due_bin_once(folder, plan)
        times_and_loads(plan)
        lines_are_on_the_map(folder)
        same_seed_same_plan(folder)
        interrupt_keeps_the_best(folder)
        mistakes_are_told(folder)


main()
