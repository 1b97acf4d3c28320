"""install_flow.py - what `make install` puts into place works from there, and its systemd unit is one."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, expect, new_city


def verify(unit, home):
    """The unit as systemd sees it; its user need not exist here."""
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not installed")
        return
    copy = os.path.join(home, "yancheng.service")
    with open(unit, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith(("User=", "Group=", "Documentation="))]
    with open(copy, "w", encoding="utf-8") as file:
        file.writelines(lines)
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "yancheng" in line]
    expect(done.returncode == 0 and not told, "systemd takes the unit", done.stderr)


def main():
    program, source = sys.argv[1], sys.argv[2]
    build = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(program))))
    if not os.path.exists(os.path.join(source, "web/dist/index.html")) or not os.path.exists(os.path.join(build, "fonts")):
        print("skipped: the page or its letters are not built")
        return 77
    with tempfile.TemporaryDirectory(prefix="yc-install-") as home:
        prefix = os.path.join(home, "usr")
        done = subprocess.run(["cmake", "--install", build, "--prefix", prefix], capture_output=True, text=True, check=False)
        expect(done.returncode == 0, "it is installed", done.stderr)
        unit = os.path.join(prefix, "lib/systemd/system/yancheng.service")
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        expect(f"ExecStart={prefix}/bin/yancheng serve" in text and "{" not in text, "the unit names the installed program", text)
        expect(os.path.exists(os.path.join(prefix, "lib/sysusers.d/yancheng.conf")), "and its user is described")
        verify(unit, home)
        installed = os.path.join(prefix, "bin/yancheng")
        away, city = new_city(installed)
        server = Server(installed, city)
        for path in ("/", "/api/v1/openapi.yaml", "/fonts/DejaVu%20Sans%20Regular/0-255.pbf"):
            status, _, body = server.call(path)
            expect(status == 200 and body, f"{path} is served from where it was installed", status)
        expect(server.stop() == 0, "SIGTERM ends the server")
        away.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
