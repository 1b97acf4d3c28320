"""`yancheng guide`: a resident asks which bin an item goes in, of a pack and of a city with rules of its own."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]


def expect(condition, what, result=None):
    if condition:
        return
    print("FAILED:", what)
    if result is not None:
        print(result.args, result.returncode, result.stdout, result.stderr, sep="\n")
    sys.exit(1)


def guide(*words, **more):
    return subprocess.run([PROGRAM, "guide", *words], capture_output=True, text=True, **more)


def answer(*words):
    result = guide(*words, "--json")
    expect(result.stdout.count("\n") == 1, "one line of JSON", result)
    return result.returncode, json.loads(result.stdout)


def a_milk_tea_cup():
    result = guide("奶茶杯")
    for says in ["其他垃圾", "Residual Waste", "茶水和珍珠 (tea and pearls): 厨余垃圾"]:
        expect(result.returncode == 0 and says in result.stdout, f"says {says}", result)
    status, told = answer("奶茶杯")
    expect(status == 0 and told["verdict"] == "known", "known", None)
    item = told["hits"][0]["item"]
    expect(item["stream"] == {"code": "O", "name": {"zh": "其他垃圾", "en": "Residual Waste"},
                              "colour": "#4A4F55"}, f"its stream {item['stream']}")
    expect([part["stream"]["code"] for part in item["parts"]] == ["F", "O", "O"], "its parts")
    expect(item["note"]["zh"] and item["note"]["en"], "what to do first")


def other_ways_to_ask():
    for text, how in [("ncb", "spelt"), ("naichabei", "spelt"), ("奶茶怀", "typo"),
                      ("喝完的奶茶杯", "said"), ("milk tae cup", "typo"), ("珍珠奶茶杯", "alias")]:
        status, told = answer(text)
        hit = told["hits"][0]
        expect(status == 0 and hit["how"] == how and hit["item"]["name"]["zh"] == "奶茶杯", f"{text}: {hit}")
    status, told = answer("沙发")
    expect(told["hits"][0]["item"]["stream"]["how"]["zh"], "how bulky waste is collected")
    result = guide("dian chi")
    expect(result.returncode == 0 and "Is it one of these?" in result.stdout, "asks back", result)
    expect("各地答案可能不同" in guide("干电池").stdout, "a doubtful one says so")


def unknown_is_unknown():
    for text in ["量子计算机", "zzzzzzzz", "quantum flux", "、"]:
        result = guide(text)
        expect(result.returncode == 1 and "不作猜测" in result.stdout, f"{text} is not guessed", result)
        status, told = answer(text)
        expect(status == 1 and told["verdict"] == "unknown", f"{text} as JSON")


def wrong_usage():
    for words in [(), ("",), ("  ",), ("a", "b"), ("a", "--city"), ("a", "--frob"),
                  ("a", "--pack", "hengyang", "--city", "x"), ("a", "--pack", "../x")]:
        result = guide(*words)
        expect(result.returncode == 2 and result.stderr, f"usage of {words}", result)
    expect(guide("--help").returncode == 0, "help")
    for words in [("a", "--pack", "nowhere"), ("a", "--city", "/nowhere"), ("a", "--pack", "isla"),
                  ("x" * 100000,), (b"\xff\xfe",)]:
        result = guide(*words)
        expect(result.returncode == 1 and result.stderr, f"{words[0][:10]} is told", result)


def a_city_has_its_own_rules(base):
    city = os.path.join(base, "city")
    made = subprocess.run([PROGRAM, "city", "new", city, "--population", "6000", "--seed", "3"],
                          capture_output=True, text=True)
    expect(made.returncode == 0, "a city is made", made)
    expect(answer("奶茶杯", "--city", city)[1]["hits"][0]["item"]["stream"]["code"] == "O", "as its pack says")
    with open(os.path.join(city, "guide-pack.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expect(len(rows) >= 1500, f"{len(rows)} items came with the pack")
    with open(os.path.join(city, "guide.csv"), "w", encoding="utf-8") as file:
        file.write("name_zh,name_en,stream,note_zh,note_en\n奶茶杯,Milk tea cup,R,洗净,Wash it\n"
                   "烟头,,-,,\n雁城纪念杯,Yancheng souvenir cup,R,,\n")
    check = subprocess.run([PROGRAM, "city", "check", city], capture_output=True, text=True)
    expect(check.returncode == 0, "and still has no mistakes", check)
    item = answer("ncb", "--city", city)[1]["hits"][0]["item"]
    expect(item["name"]["zh"] == "奶茶杯" and item["stream"]["code"] == "R" and not item["parts"], "overridden")
    expect(answer("烟头", "--city", city)[0] == 1 or
           answer("烟头", "--city", city)[1]["verdict"] != "known", "removed")
    hit = answer("yc jnb", "--city", city)[1]["hits"]
    expect(answer("雁城纪念杯", "--city", city)[1]["verdict"] == "known", f"added {hit}")
    with open(os.path.join(city, "guide.csv"), "a", encoding="utf-8") as file:
        file.write("桌布,Cloth,Z,,\n")
    check = subprocess.run([PROGRAM, "city", "check", city], capture_output=True, text=True)
    expect(check.returncode == 1 and "guide.csv:5:10: stream: `Z`" in check.stderr, "a mistake is told", check)
    result = guide("桌布", "--city", city)
    expect(result.returncode == 1 and "`Z`" in result.stderr, "and no guide comes of it", result)
    shutil.rmtree(city)


def main():
    a_milk_tea_cup()
    other_ways_to_ask()
    unknown_is_unknown()
    wrong_usage()
    with tempfile.TemporaryDirectory() as base:
        a_city_has_its_own_rules(base)


main()
