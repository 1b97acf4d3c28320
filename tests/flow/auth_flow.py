"""auth_flow.py - who may come in: open at first, then logins, roles, tokens, lock-outs, the trail; what another process
changes holds at once; and doors that harm nobody when they are misused."""
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

from server import Server, expect, new_city

PASSWORD = "correct horse 9"
PAGE = {"X-Requested-With": "yancheng"}


def ask(server, path, method="GET", body=None, cookie=None, token=None, headers=None, type="application/json"):
    """(status, headers, body): nothing is sent that is not asked for."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(server.url(path), data=data, method=method, headers=headers or {})
    if data is not None:
        request.add_header("Content-Type", type)
    if cookie:
        request.add_header("Cookie", cookie)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status, head, text = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, head, text = error.code, error.headers, error.read()
    if status >= 400:
        expect(head["Content-Type"] == "application/problem+json", f"{method} {path} {status} is a problem", text)
        problem = json.loads(text)
        expect(problem["status"] == status and problem["title"] and problem["detail"] and problem["code"]
               and problem["type"] == "about:blank", "a problem is whole", problem)
    try:
        return status, head, json.loads(text)
    except ValueError:
        return status, head, text


def refused(answer, status, code, what):
    expect(answer[0] == status and answer[2]["code"] == code, what, answer[2])
    return answer


def login(server, name, password=PASSWORD, headers=None):
    answer = ask(server, "/api/v1/session", "POST", {"name": name, "password": password}, headers=headers)
    expect(answer[0] == 200, f"{name} logs in", answer[2])
    cookie = answer[1]["Set-Cookie"]
    expect("HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie, "the cookie is kept close", cookie)
    return cookie.split(";")[0]


class Tool:
    def __init__(self, program, city):
        self.program, self.city = program, city

    def run(self, *words, text=""):
        done = subprocess.run([self.program, *words], input=text, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def user(self, name, roles, password=PASSWORD):
        return self.run("user", "add", name, "--role", roles, "--password-stdin", self.city, text=password + "\n")

    def token(self, *words):
        status, out, err = self.run("token", "new", self.city, *words)
        expect(status == 0 and re.fullmatch(r"[A-Za-z0-9_-]{43}\n", out), "a token is made", err)
        return out.strip()


def open_at_first(server, tool):
    expect(ask(server, "/api/v1/session")[2] == {"user": None, "open": True}, "nobody is set up: open")
    expect(ask(server, "/api/v1/devices")[0] == 200, "devices can be seen")
    refused(ask(server, "/api/v1/users"), 403, "forbidden", "users are never open")
    # A page of somebody else in a browser of this machine must not reach through to us.
    refused(ask(server, "/api/v1/devices/1", "PATCH", {}, headers={"Origin": "http://evil.example"}),
            403, "foreign_page", "a foreign page changes nothing")
    refused(ask(server, "/api/v1/devices/1", "PATCH", {}, headers={"Sec-Fetch-Site": "cross-site"}),
            403, "foreign_page", "a foreign page changes nothing, newer browsers")
    refused(ask(server, "/api/v1/devices/1", "PATCH", {}), 404, "no_device", "a program on this machine may")


def users_by_command(tool):
    for name, roles, password, sentence in (
            ("Wang", "viewer", PASSWORD, "a-z"),
            ("wang", "king", PASSWORD, "no role `king`"),
            ("wang", "system,audit", PASSWORD, "three people"),
            ("wang", "gateway", PASSWORD, "programs"),
            ("wang", "viewer", "short", "at least 10"),
            ("wang", "viewer", "aaaaaaaaaaaaaa", "different"),
            ("wang", "viewer", "my-WANG-password", "contain the name")):
        status, out, err = tool.user(name, roles, password)
        expect(status != 0 and sentence in err and not out, f"{name}/{roles}/{password} is refused", err)
    for name, roles in (("wang", "viewer"), ("li", "dispatcher"), ("zhao", "security"), ("qian", "audit"), ("sun", "system")):
        status, _, err = tool.user(name, roles)
        expect(status == 0, f"{name} is added", err)
    status, _, err = tool.user("wang", "viewer")
    expect(status == 1 and "already" in err, "a name is one person's", err)
    status, out, _ = tool.run("user", "list", tool.city)
    expect(status == 0 and [line.split()[0] for line in out.splitlines()] == ["li", "qian", "sun", "wang", "zhao"], "listed", out)


def closed_then(server):
    expect(ask(server, "/api/v1/session")[2] == {"user": None, "open": False}, "a user exists: closed, at once")
    answer = refused(ask(server, "/api/v1/devices"), 401, "login", "devices want a login")
    expect(answer[1]["WWW-Authenticate"] == "Bearer", "and say how", dict(answer[1]))
    for path in ("/api/v1/city", "/api/v1/positions", "/api/v1/events", "/api/v1/audit", "/metrics"):
        refused(ask(server, path), 401, "login", f"{path} wants a login")
    for path in ("/healthz", "/api/v1/health", "/api/v1/openapi.yaml"):
        expect(ask(server, path)[0] == 200, f"{path} is for anybody")
    refused(ask(server, "/api/v1/nothing"), 404, "not_found", "what is not there is not there")


def sessions(server):
    cookie = login(server, "wang")
    who = ask(server, "/api/v1/session", cookie=cookie)[2]
    expect(who == {"user": {"name": "wang", "roles": ["viewer"]}}, "the session knows its person", who)
    expect(ask(server, "/api/v1/devices", cookie=cookie)[0] == 200, "a viewer sees devices")
    command = {"msg_id": "0x8201", "body": {}}
    refused(ask(server, "/api/v1/devices/1/commands", "POST", command, cookie=cookie, headers=PAGE), 403, "forbidden",
            "a viewer sends no command")
    refused(ask(server, "/api/v1/users", cookie=cookie), 403, "forbidden", "nor sees users")
    boss = login(server, "li")
    refused(ask(server, "/api/v1/devices/1/commands", "POST", command, cookie=boss), 403, "foreign_page",
            "a cookie alone changes nothing")
    for proof in (PAGE, {"Sec-Fetch-Site": "same-origin"}):
        refused(ask(server, "/api/v1/devices/1/commands", "POST", command, cookie=boss, headers=proof), 404, "no_device",
                "our own page may")
    audit = login(server, "qian")
    refused(ask(server, "/api/v1/positions", cookie=audit), 403, "forbidden", "the auditor follows nobody")
    refused(ask(server, "/api/v1/session", "DELETE", cookie=cookie), 403, "foreign_page", "nobody is logged out by a link")
    answer = ask(server, "/api/v1/session", "DELETE", cookie=cookie, headers=PAGE)
    expect(answer[0] == 204 and "Max-Age=0" in answer[1]["Set-Cookie"], "logged out", answer[0])
    refused(ask(server, "/api/v1/devices", cookie=cookie), 401, "login", "the old cookie is worth nothing")
    refused(ask(server, "/api/v1/devices", cookie="session=" + "A" * 43), 401, "login", "nor is a made one")


def behind_tls(server):
    """--name tells that a proxy stands before us."""
    via = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"}
    answer = ask(server, "/api/v1/session", "POST", {"name": "wang", "password": PASSWORD}, headers=via)
    expect("Secure" in answer[1]["Set-Cookie"] and answer[1]["Strict-Transport-Security"], "behind TLS the cookie says so")
    expect(ask(server, "/healthz")[1]["Strict-Transport-Security"] is None, "HSTS only there")


def listen(server, cookie):
    """A stream of events that has begun."""
    link = socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=25)
    link.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie.encode() + b"\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += link.recv(4096)
    expect(head.startswith(b"HTTP/1.1 200"), "events are heard", head)
    return link


def hears_no_more(link):
    """Within a heartbeat, 15 s."""
    try:
        while link.recv(4096):
            pass
    except TimeoutError:
        expect(False, "who was locked hears no more")
    link.close()


def administration(server, tool):
    security = login(server, "zhao")
    made = ask(server, "/api/v1/users", "POST", {"name": "zhou", "password": PASSWORD, "roles": ["planner"]},
               cookie=security, headers=PAGE)
    expect(made[0] == 201 and made[2]["roles"] == ["planner"] and "password" not in made[2], "a user is added", made)
    answer = refused(ask(server, "/api/v1/users", "POST", {"name": "zhou", "password": PASSWORD, "roles": ["planner"]},
                         cookie=security, headers=PAGE), 409, "exists", "not twice")
    answer = refused(ask(server, "/api/v1/users", "POST", {"name": "wu", "password": PASSWORD, "roles": ["system", "security"]},
                         cookie=security, headers=PAGE), 422, "invalid", "three people")
    expect(answer[2]["errors"][0]["pointer"] == "/roles", "and where", answer[2])
    refused(ask(server, "/api/v1/users", "POST", b"{", cookie=security, headers=PAGE), 400, "bad_body", "broken JSON")
    refused(ask(server, "/api/v1/users", "POST", {"boss": True}, cookie=security, headers=PAGE), 422, "bad_body", "unknown member")
    refused(ask(server, "/api/v1/users", "POST", b"x=1", cookie=security, headers=PAGE, type="text/plain"), 415, "type", "no JSON")
    cookie = login(server, "zhou")
    listener = listen(server, cookie)
    changed = ask(server, "/api/v1/users/zhou", "PATCH", {"locked": True}, cookie=security, headers=PAGE)
    expect(changed[0] == 200 and changed[2]["locked"], "locked", changed)
    refused(ask(server, "/api/v1/city", cookie=cookie), 401, "login", "a locked user's session has ended")
    refused(ask(server, "/api/v1/session", "POST", {"name": "zhou", "password": PASSWORD}), 401, "wrong_login", "nor may he log in")
    ask(server, "/api/v1/users/zhou", "PATCH", {"locked": False, "roles": ["clerk"], "password": "another horse 7"},
        cookie=security, headers=PAGE)
    cookie = login(server, "zhou", "another horse 7")
    refused(ask(server, "/api/v1/session/password", "PUT", {"old": "wrong", "password": "third horse 44"}, cookie=cookie,
                headers=PAGE), 403, "wrong_password", "the old password is asked")
    expect(ask(server, "/api/v1/session/password", "PUT", {"old": "another horse 7", "password": "third horse 44"}, cookie=cookie,
               headers=PAGE)[0] == 204, "one's own password")
    refused(ask(server, "/api/v1/city", cookie=cookie), 401, "login", "all sessions end with it")
    login(server, "zhou", "third horse 44")
    refused(ask(server, "/api/v1/users/zhao", "PATCH", {"roles": ["audit"]}, cookie=security, headers=PAGE), 403, "self",
            "nobody changes himself")
    expect(ask(server, "/api/v1/users/zhou", "DELETE", cookie=security, headers=PAGE)[0] == 204, "removed")
    refused(ask(server, "/api/v1/users/zhou", "DELETE", cookie=security, headers=PAGE), 404, "not_found", "once")
    names = [user["name"] for user in ask(server, "/api/v1/users", cookie=security)[2]["users"]]
    expect(names == ["li", "qian", "sun", "wang", "zhao"], "the list", names)
    return listener


def tokens(server, tool):
    security = login(server, "zhao")
    program = tool.token("--program", "report", "--role", "viewer")
    expect(ask(server, "/api/v1/devices", token=program)[0] == 200, "a program reads with its token, at once")
    expect(ask(server, "/metrics", token=program)[0] == 200, "and counts")
    refused(ask(server, "/api/v1/devices/1/commands", "POST", {"msg_id": "0x8201", "body": {}}, token=program), 403, "forbidden",
            "what its role does not allow it may not")
    listed = ask(server, "/api/v1/tokens", cookie=security)[2]["tokens"]
    expect(program not in json.dumps(listed) and listed[-1]["program"] == "report", "a token is told once", listed)
    status, _, err = tool.run("token", "revoke", tool.city, str(listed[-1]["id"]))
    expect(status == 0, "revoked by another process", err)
    refused(ask(server, "/api/v1/devices", token=program), 401, "token", "and refused at once")
    refused(ask(server, "/healthz", token="nonsense"), 401, "token", "a bad token is never overlooked")
    made = ask(server, "/api/v1/tokens", "POST", {"device": "bin-77"}, cookie=security, headers=PAGE)
    expect(made[0] == 201, "a device's token", made)
    device = made[2]["token"]
    reading = {"device": "bin-77", "distance_mm": 800, "time": "2026-11-24T06:00:00Z"}
    answer = ask(server, "/api/v1/readings", "POST", reading, token=device)
    expect(answer[0] == 202, "a device reports", answer)
    answer = ask(server, "/api/v1/readings", "POST", dict(reading, device="bin-78"), token=device)
    expect(answer[0] == 404, "for nobody else", answer)
    refused(ask(server, "/api/v1/devices", token=device), 403, "forbidden", "and reads nothing")
    refused(ask(server, "/api/v1/uplinks/tts", "POST", {}, token=device), 403, "forbidden", "nor relays")
    refused(ask(server, "/api/v1/readings", "POST", reading), 401, "login", "without a token there is nothing")
    gateway = ask(server, "/api/v1/tokens", "POST", {"program": "lns", "roles": ["gateway"]}, cookie=security, headers=PAGE)
    expect(gateway[0] == 201, "a network server's token", gateway)
    answer = ask(server, "/api/v1/readings", "POST", dict(reading, time="2026-11-24T07:00:00Z"), token=gateway[2]["token"])
    expect(answer[0] == 202, "which reports for all", answer)
    for body in ({}, {"device": "a", "program": "b"}, {"device": "a", "roles": ["viewer"]}, {"program": "p", "roles": ["audit"]},
                 {"program": "p"}):
        refused(ask(server, "/api/v1/tokens", "POST", body, cookie=security, headers=PAGE), 422, "invalid", f"{body}")
    for asked in range(2000):  # a device that goes mad is slowed down, alone
        answer = ask(server, "/api/v1/readings", "POST", b"{", token=device)
        if answer[0] == 429:
            break
    refused(answer, 429, "too_many", "a device has an allowance")
    expect(asked > 200 and int(answer[1]["Retry-After"]) >= 1, "which is not small", (asked, dict(answer[1])))
    expect(ask(server, "/api/v1/readings", "POST", dict(reading, time="2026-11-24T07:30:00Z"), token=gateway[2]["token"])[0] == 202,
           "others are not slowed down")
    expect(ask(server, f"/api/v1/tokens/{made[2]['id']}", "DELETE", cookie=security, headers=PAGE)[0] == 204, "revoked")
    refused(ask(server, "/api/v1/readings", "POST", reading, token=device), 401, "token", "and that is that")


def lock_out(server, tool):
    for _ in range(5):
        refused(ask(server, "/api/v1/session", "POST", {"name": "sun", "password": "not the one"}), 401, "wrong_login", "wrong")
    answer = refused(ask(server, "/api/v1/session", "POST", {"name": "sun", "password": PASSWORD}), 429, "locked_out",
                     "after five even the right one waits")
    expect(0 < int(answer[1]["Retry-After"]) <= 30, "and is told how long", dict(answer[1]))
    login(server, "wang")  # nobody else does
    answer = refused(ask(server, "/api/v1/session", "POST", {"name": "nobody", "password": "not the one"}), 401, "wrong_login",
                     "an unknown name sounds the same")
    return answer


def unlock(server, tool):
    refused(ask(server, "/api/v1/session", "POST", {"name": "sun", "password": PASSWORD}), 429, "locked_out",
            "a lock-out outlives the server")
    expect(tool.run("user", "unlock", "sun", tool.city)[0] == 0, "an administrator forgives")
    login(server, "sun")


def the_trail(server, tool):
    audit = login(server, "qian")
    entries, after = [], None
    while True:
        page = ask(server, "/api/v1/audit?limit=7" + (f"&after={after}" if after else ""), cookie=audit)[2]
        expect(len(page["entries"]) <= 7, "pages are kept")
        entries += page["entries"]
        after = page["next"]
        if after is None:
            break
    ids = [entry["id"] for entry in entries]
    expect(ids == sorted(set(ids), reverse=True), "newest first, none twice", ids)
    seen = {(entry["action"], entry["what"]) for entry in entries}
    for fact in (("user_added", "wang"), ("user_locked", "zhou"), ("user_removed", "zhou"), ("token_made", "bin-77"),
                 ("token_revoked", "report"), ("login", ""), ("login_failed", ""), ("logout", "")):
        expect(fact in seen, f"{fact} is in the trail", sorted(seen))
    expect(any(entry["who"] == "zhao" and entry["action"] == "user_added" for entry in entries), "with who did it")
    text = json.dumps(entries)
    expect("nobody" not in text and "not the one" not in text and PASSWORD not in text, "no secret and no stranger's word is in it")
    refused(ask(server, "/api/v1/audit?limit=x", cookie=audit), 400, "bad_query", "a bad query")
    refused(ask(server, "/api/v1/audit", cookie=login(server, "sun")), 403, "forbidden", "for the auditor alone")
    raw = sqlite3.connect(os.path.join(tool.city, "store.db"))
    for sql in ("DELETE FROM audit", "UPDATE audit SET who = 'x'"):
        try:
            raw.execute(sql)
            expect(False, f"{sql} is refused")
        except sqlite3.IntegrityError:
            pass
    raw.close()
    with open(os.path.join(tool.city, "store.db"), "rb") as file:
        expect(PASSWORD.encode() not in file.read(), "no password is stored")


def misuse(server):
    """Methods, sizes and clients that dally or leave."""
    answer = refused(ask(server, "/healthz", "DELETE"), 405, "method", "a method that is none")
    expect(answer[1]["Allow"] == "GET, HEAD", "is told which are", dict(answer[1]))
    refused(ask(server, "/api/v1/session", "POST", b" " * 9000), 413, "too_large", "too much")
    connection = http.client.HTTPConnection("127.0.0.1", server.ports["http"], timeout=10)
    connection.putrequest("POST", "/api/v1/session")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "99999999")
    connection.endheaders()
    expect(connection.getresponse().status == 413, "and before it is sent")
    connection.close()
    slow = [socket.create_connection(("127.0.0.1", server.ports["http"])) for _ in range(50)]
    for one in slow:
        one.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{")
    gone = []
    for _ in range(20):  # leave while their password is looked at
        one = socket.create_connection(("127.0.0.1", server.ports["http"]))
        body = b'{"name":"stranger%d","password":"a guess or two"}' % len(gone)
        one.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body) + body)
        gone.append(one)
    for one in gone:
        one.close()
    began = time.monotonic()
    expect(ask(server, "/healthz")[0] == 200 and time.monotonic() - began < 2, "the loop is never held")
    for one in slow:
        one.close()
    time.sleep(0.5)
    expect(ask(server, "/healthz")[0] == 200, "and all is well afterwards")


def refuses_the_world(program, city):
    done = subprocess.run([program, "serve", city, "--http", "0", "--bind", "0.0.0.0", "--no-map"], capture_output=True,
                          text=True, timeout=30, check=False)
    expect(done.returncode != 0 and "yancheng user add" in done.stderr and not done.stdout, "no users: this machine only", done.stderr)


def main():
    program, source = sys.argv[1], sys.argv[2]
    if not os.path.exists(os.path.join(source, "web/dist/index.html")):
        print("skipped: the page is not built")
        return 77
    home, city = new_city(program)
    tool = Tool(program, city)
    refuses_the_world(program, city)
    server = Server(program, city, "--name", "city.example")
    open_at_first(server, tool)
    users_by_command(tool)
    closed_then(server)
    sessions(server)
    behind_tls(server)
    listener = administration(server, tool)
    tokens(server, tool)
    hears_no_more(listener)
    lock_out(server, tool)
    expect(server.stop() == 0, "SIGTERM ends the server")
    server = Server(program, city, "--name", "city.example")
    unlock(server, tool)
    the_trail(server, tool)
    misuse(server)
    expect(server.stop() == 0, "SIGTERM ends the server")
    home.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
