"""openapi_flow.py - a running server is held to docs/api/openapi.yaml: everything that is documented is asked for, each
answer is compared with its schema (nothing missing, nothing undocumented), and the program has no address beside it."""
import json
import os
import re
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import plain_yaml
from server import Server, expect, new_city
from terminal import Terminal, location

METHODS = ("get", "post", "put", "patch", "delete")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.tree = plain_yaml.read(self.text)
        self.asked = set()

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.tree
            for key in node["$ref"][2:].split("/"):
                at = at[key]
            node = at
        return node

    def operations(self):
        return {(method, path) for path, item in self.tree["paths"].items() for method in item if method in METHODS}

    def check(self, value, schema, where):
        schema = self.resolve(schema)
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        fits = any(isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))
                   for kind in kinds)
        expect(fits, f"{where} is one of {kinds}", value)
        expect("enum" not in schema or value in schema["enum"], f"{where} is one of {schema.get('enum')}", value)
        if isinstance(value, list):
            for i, item in enumerate(value):
                self.check(item, schema["items"], f"{where}[{i}]")
        if isinstance(value, dict):
            self.check_object(value, schema, where)

    def check_object(self, value, schema, where):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties", not known)
        for key in schema.get("required", []):
            expect(key in value, f"{where}.{key} is there", value)
        for key, item in value.items():
            expect(key in known or more, f"{where}.{key} is documented", item)
            if key in known:
                self.check(item, known[key], f"{where}.{key}")
            elif isinstance(more, dict):
                self.check(item, more, f"{where}.{key}")

    def answer(self, method, path, status, head, body):
        """One answer against what is documented for it."""
        operation = self.tree["paths"][path][method]
        where = f"{method.upper()} {path} {status}"
        documented = self.resolve(operation["responses"].get(str(status)))
        expect(documented is not None, f"{where} is documented", body)
        self.asked.add((method, path))
        kind = (head["Content-Type"] or "").split(";")[0]
        if "content" not in documented:
            expect(not body, f"{where} has no body", body)
            return
        expect(kind in documented["content"], f"{where} may be {kind}", list(documented["content"]))
        if "json" in kind:
            self.check(body, documented["content"][kind]["schema"], where)
        else:
            expect(body, f"{where} has a body")


class Asker:
    def __init__(self, server, spec):
        self.server, self.spec, self.cookie, self.token = server, spec, None, None

    def __call__(self, method, path, status, body=None, query="", type="application/json", **values):
        url = path
        for name, value in values.items():
            url = url.replace("{" + name + "}", str(value))
        headers = {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        got, head, answer = self.server.call(url + query, method.upper(), body, headers, type)
        expect(got == status, f"{method.upper()} {url}{query} is {status}, not {got}", answer)
        self.spec.answer(method, path, status, head, answer)
        return answer, head


def city_and_plan(ask):
    for path in ("city", "places", "bins", "facilities", "vehicles", "plan", "plan/routes", "health"):
        _, head = ask("get", f"/api/v1/{path}", 200)
        if path != "health":
            got, _, _ = ask.server.call(f"/api/v1/{path}", headers={"If-None-Match": head["ETag"]})
            expect(got == 304, f"{path} is not sent twice")
    ask("get", "/tiles/{z}/{x}/{y}.pbf", 204, z=0, x=0, y=0)
    ask("get", "/tiles/{z}/{x}/{y}.pbf", 404, z="a", x=0, y=0)
    ask("get", "/fonts/{stack}/{range}.pbf", 200, stack="DejaVu%20Sans%20Regular", range="0-255")
    ask("get", "/healthz", 200)
    ask("get", "/metrics", 200)
    text, _ = ask("get", "/api/v1/openapi.yaml", 200)
    expect(text.decode() == ask.spec.text, "the server hands out this very description")


def devices(ask):
    terminal = Terminal(ask.server.ports["jt808"], "13800000001")
    terminal.log_in()
    for n in range(3):
        expect(terminal.ask(0x0200, location(n)) == 0, "a position is taken")
    ask("post", "/api/v1/readings", 202, {"device": "bin-1", "time": "2026-11-24T08:00:00Z", "distance_mm": 400, "battery_pct": 80})
    ask("post", "/api/v1/readings", 202, [{"bn": "bin-2:", "n": "distance", "u": "m", "v": 0.5}], type="application/senml+json")
    ask("post", "/api/v1/readings", 422, {"nonsense": 1})
    ask("post", "/api/v1/readings", 415, b"x", type="text/plain")
    found, _ = ask("get", "/api/v1/devices", 200)
    number = next(d["id"] for d in found["devices"] if d["name"] == "13800000001")
    page, _ = ask("get", "/api/v1/devices", 200, query="?limit=1")
    expect(len(page["devices"]) == 1 and page["next"], "a page has a next one", page)
    rest, _ = ask("get", "/api/v1/devices", 200, query=f"?after={page['next']}")
    expect({d["id"] for d in page["devices"] + rest["devices"]} == {d["id"] for d in found["devices"]}, "and all come once")
    ask("get", "/api/v1/devices", 200, query="?kind=sensor&state=unassigned&online=false")
    one, _ = ask("get", "/api/v1/devices/{id}", 200, id=number)
    expect(one["position"] and one["online"], "where it is", one)
    ask("get", "/api/v1/devices/{id}", 404, id=999999)
    vehicle = ask("get", "/api/v1/vehicles", 200)[0]["vehicles"][0]["id"]
    ask("patch", "/api/v1/devices/{id}", 200, {"unit": {"kind": "vehicle", "id": vehicle}}, id=number)
    ask("patch", "/api/v1/devices/{id}", 422, {"unit": {"kind": "vehicle", "id": "none"}}, id=number)
    ask("get", "/api/v1/devices/{id}/frames", 200, id=number)
    ask("post", "/api/v1/devices/{id}/commands", 202, {"msg_id": "0x8300", "body": {"flag": 9, "text": "hello"}}, id=number)
    ask("post", "/api/v1/devices/{id}/commands", 404, {"msg_id": "0x8300", "body": {}}, id=999999)
    ask("get", "/api/v1/devices/{id}/commands", 200, id=number)
    ask("get", "/api/v1/gateways", 200)
    page, _ = ask("get", "/api/v1/positions", 200, query="?limit=2")
    expect(len(page["positions"]) == 2 and page["next"], "positions have pages", page)
    rest, _ = ask("get", "/api/v1/positions", 200, query=f"?after={page['next']}&device={number}")
    expect(len(rest["positions"]) == 1 and rest["next"] is None, "up to the last", rest)
    ask("get", "/api/v1/positions", 400, query="?since=yesterday")
    terminal.close()


def uplinks(ask):
    ask("post", "/api/v1/uplinks/chirpstack", 422, {})
    ask("post", "/api/v1/uplinks/tts", 422, {})
    ask("post", "/api/v1/uplinks/chirpstack", 202, {
        "deduplicationId": "3ac7e3c4", "time": "2026-07-18T09:34:15.775Z", "fPort": 85, "fCnt": 3, "data": "AXVcA4JECAQAAQ==",
        "deviceInfo": {"devEui": "24e124713b012345", "deviceProfileName": "EM310-UDL", "tags": {"model": "em310-udl"}}})
    ask("post", "/api/v1/uplinks/tts", 202, {
        "end_device_ids": {"device_id": "bin-17", "dev_eui": "A84041000181C061"}, "received_at": "2026-07-18T09:34:16Z",
        "uplink_message": {"f_port": 3, "f_cnt": 45, "frm_payload": "DOQI/ADuAGQ3weA=", "version_ids": {"model_id": "dds75-lb"}}})


def events(ask):
    link = socket.create_connection(("127.0.0.1", ask.server.ports["http"]), timeout=10)
    link.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += link.recv(4096)
    link.close()
    expect(b"200 OK" in head and b"Content-Type: text/event-stream" in head, "the stream begins", head)
    ask.spec.asked.add(("get", "/api/v1/events"))


def people(ask, program, city):
    password = "correct horse 9"
    ask("get", "/api/v1/session", 200)
    for name, role in (("zhao", "security"), ("qian", "audit")):
        subprocess.run([program, "user", "add", name, "--role", role, "--password-stdin", city], input=password + "\n",
                       text=True, check=True, capture_output=True)
    ask("post", "/api/v1/session", 401, {"name": "zhao", "password": "not the one"})
    _, head = ask("post", "/api/v1/session", 200, {"name": "zhao", "password": password})
    ask.cookie = head["Set-Cookie"].split(";")[0]
    ask("get", "/api/v1/session", 200)
    ask("post", "/api/v1/users", 201, {"name": "li", "password": password, "roles": ["viewer"]})
    ask("post", "/api/v1/users", 409, {"name": "li", "password": password, "roles": ["viewer"]})
    ask("post", "/api/v1/users", 422, {"name": "li", "password": "short", "roles": ["viewer"]})
    ask("get", "/api/v1/users", 200)
    ask("patch", "/api/v1/users/{name}", 200, {"roles": ["dispatcher", "viewer"]}, name="li")
    ask("patch", "/api/v1/users/{name}", 403, {"roles": ["viewer"]}, name="zhao")
    ask("patch", "/api/v1/users/{name}", 404, {"locked": True}, name="nobody")
    ask("delete", "/api/v1/users/{name}", 204, name="li")
    ask("delete", "/api/v1/users/{name}", 404, name="li")
    made, _ = ask("post", "/api/v1/tokens", 201, {"device": "bin-1"})
    ask("post", "/api/v1/tokens", 201, {"program": "lns", "roles": ["gateway"]})
    ask("post", "/api/v1/tokens", 422, {})
    ask("get", "/api/v1/tokens", 200)
    ask("delete", "/api/v1/tokens/{id}", 204, id=made["id"])
    ask("delete", "/api/v1/tokens/{id}", 404, id=made["id"])
    ask("put", "/api/v1/session/password", 403, {"old": "wrong", "password": "another horse 7"})
    ask("put", "/api/v1/session/password", 422, {"old": password, "password": "short"})
    ask("put", "/api/v1/session/password", 204, {"old": password, "password": "another horse 7"})
    _, head = ask("post", "/api/v1/session", 200, {"name": "qian", "password": password})
    ask.cookie = head["Set-Cookie"].split(";")[0]
    page, _ = ask("get", "/api/v1/audit", 200, query="?limit=2")
    rest, _ = ask("get", "/api/v1/audit", 200, query=f"?after={page['next']}")
    seen = {entry["action"] for entry in rest["entries"]}
    expect({"command_sent", "device_changed", "user_added"} <= seen, "what was changed is in the trail", seen)
    ask("get", "/api/v1/audit", 400, query="?limit=many")
    ask("delete", "/api/v1/session", 204)
    ask.cookie = None


def methods(ask):
    """Every address refuses what it does not document, and says what it takes."""
    error = ask.spec.tree["components"]["schemas"]["Error"]
    for path, item in ask.spec.tree["paths"].items():
        url = re.sub(r"\{\w+\}", "1", path)
        allowed = {method.upper() for method in item if method in METHODS} | ({"HEAD"} if "get" in item else set())
        for method in METHODS + ("options",):
            if method in item:
                continue
            status, head, body = ask.server.call(url, method.upper())
            expect(status == 405, f"{method.upper()} {path} is none, got {status}", body)
            expect(set(head["Allow"].split(", ")) == allowed, f"{path} says what it takes", head["Allow"])
            ask.spec.check(body, error, "problem")


def the_program_has_no_other_address(source, spec):
    with open(os.path.join(source, "src/app/api/api.c"), encoding="utf-8") as file:
        table = file.read().split("app_api_table[]")[1].split("};")[0]
    routes = set()
    for entry in re.findall(r"\{([^{}]*(?:\{\w+\}[^{}]*)*)\}", table):
        pattern = re.search(r'\.pattern = "([^"]+)"', entry).group(1)
        method = re.search(r"\.method = HTTP_(\w+)", entry)
        expect(".need = CIVIC_MAY_" in entry, f"{pattern} says what it needs")
        routes.add((method.group(1).lower() if method else "get", pattern))
    routes.discard(("get", "/*"))
    expect(routes == spec.operations(), "routes and description are the same",
           (sorted(routes - spec.operations()), sorted(spec.operations() - routes)))


def main():
    program, source = sys.argv[1], sys.argv[2]
    if not os.path.exists(os.path.join(source, "web/dist/index.html")):
        print("skipped: the page is not built")
        return 77
    spec = Spec(os.path.join(source, "docs/api/openapi.yaml"))
    the_program_has_no_other_address(source, spec)
    home, city = new_city(program)
    subprocess.run([program, "plan", city, "--date", "2026-11-24", "--iterations", "50", "--seed", "1"], check=True, capture_output=True)
    server = Server(program, city, "--enrol", "open")
    ask = Asker(server, spec)
    city_and_plan(ask)
    devices(ask)
    uplinks(ask)
    events(ask)
    methods(ask)
    people(ask, program, city)
    expect(spec.asked == spec.operations(), "everything documented was asked for", sorted(spec.operations() - spec.asked))
    expect(server.stop() == 0, "SIGTERM ends the server")
    home.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
