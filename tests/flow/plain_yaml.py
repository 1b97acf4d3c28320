"""plain_yaml.py - the YAML that docs/api/openapi.yaml is written in, read with the standard library alone.

Block maps and lists, flow maps and lists on one line, plain and double-quoted scalars, `|` texts, comments on lines of
their own. Anything else is a ValueError."""
import json
import re

PLAIN = re.compile(r"(?:[^\s#:,\[\]{}\"'&*!|>%@`-]|[-:](?=\S))(?:[^:,\[\]{}\n]|:(?=\S))*")


def scalar(text):
    text = text.strip()
    if text.startswith('"'):
        return json.loads(text)
    if text in ("null", "~", ""):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    return text


class Flow:
    """One flow value: {a: 1, b: [x, "y"]}"""

    def __init__(self, text):
        self.text, self.at = text, 0

    def blanks(self):
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1

    def peek(self):
        self.blanks()
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, char):
        if self.peek() != char:
            raise ValueError(f"`{char}` is missing in {self.text} at {self.at}")
        self.at += 1

    def word(self):
        self.blanks()
        quoted = re.compile(r'"(?:[^"\\]|\\.)*"').match(self.text, self.at)
        match = quoted or PLAIN.match(self.text, self.at)
        if not match:
            raise ValueError(f"nothing readable in {self.text} at {self.at}")
        self.at = match.end()
        return scalar(match.group(0))

    def value(self):
        if self.peek() == "{":
            return self.map()
        if self.peek() == "[":
            return self.list()
        return self.word()

    def map(self):
        out = {}
        self.take("{")
        while self.peek() != "}":
            key = self.word()
            self.take(":")
            if key in out:
                raise ValueError(f"`{key}` comes twice in {self.text}")
            out[key] = self.value()
            if self.peek() != "}":
                self.take(",")
        self.take("}")
        return out

    def list(self):
        out = []
        self.take("[")
        while self.peek() != "]":
            out.append(self.value())
            if self.peek() != "]":
                self.take(",")
        self.take("]")
        return out

    def whole(self):
        value = self.value()
        if self.peek():
            raise ValueError(f"more than one value in {self.text}")
        return value


KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"\[{#-][^:]*?|-[^\s:][^:]*?):(?: +(.*))?$')


class Block:
    def __init__(self, text):
        self.lines = []
        for number, line in enumerate(text.split("\n"), 1):
            self.lines.append((number, len(line) - len(line.lstrip(" ")), line.rstrip()))
        self.at = 0

    def skip(self):
        while self.at < len(self.lines) and re.fullmatch(r"\s*(#.*)?", self.lines[self.at][2]):
            self.at += 1
        return self.at < len(self.lines)

    def literal(self, indent):
        out = []
        while self.at < len(self.lines) and (self.lines[self.at][1] > indent or not self.lines[self.at][2]):
            out.append(self.lines[self.at][2])
            self.at += 1
        deep = min((len(line) - len(line.lstrip(" ")) for line in out if line), default=0)
        return "\n".join(line[deep:] for line in out).rstrip("\n") + "\n"

    def after(self, rest, indent):
        """The value after `key:` or `- `, on the same line or below."""
        if rest is None or rest == "":
            if not self.skip() or self.lines[self.at][1] <= indent:
                return None
            return self.value(self.lines[self.at][1])
        if rest == "|":
            return self.literal(indent)
        if rest[0] in "{[":
            return Flow(rest).whole()
        if rest[0] in "&*!|>%@`'":
            raise ValueError(f"line {self.lines[self.at - 1][0]}: not the YAML that is read here: {rest}")
        return scalar(rest)

    def value(self, indent):
        if self.lines[self.at][2].lstrip().startswith("- "):
            out = []
            while self.skip() and self.lines[self.at][1] == indent and self.lines[self.at][2].lstrip().startswith("- "):
                number, _, line = self.lines[self.at]
                rest = line.lstrip()[2:]
                if rest[0] not in '{["' and KEY.match(rest):  # a map that begins beside the dash
                    self.lines[self.at] = (number, indent + 2, " " * (indent + 2) + rest)
                    out.append(self.value(indent + 2))
                else:
                    self.at += 1
                    out.append(self.after(rest, indent))
            return out
        out = {}
        while self.skip() and self.lines[self.at][1] == indent:
            number, _, line = self.lines[self.at]
            match = KEY.match(line.lstrip())
            if not match:
                raise ValueError(f"line {number}: no key: {line}")
            key = scalar(match.group(1))
            if key in out:
                raise ValueError(f"line {number}: `{key}` comes twice")
            self.at += 1
            out[key] = self.after(match.group(2), indent)
        return out


def read(text):
    block = Block(text)
    if not block.skip():
        return None
    value = block.value(block.lines[block.at][1])
    if block.skip():
        raise ValueError(f"line {block.lines[block.at][0]}: indented otherwise")
    return value
