"""`make run` and `make test` from a fresh machine: standard library only, no package needed yet.

An environment is made in .venv from requirements.txt; where the package index is out of reach,
from the wheel folder WHEELHOUSE names, or an environment that is already installed is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "requirements.sha256"
REQUIREMENTS = ROOT / "requirements.txt"
NEEDED = "import streamlit, polars, duckdb, sklearn, plotly, requests, bs4, skops, zstandard"
PORT = int(os.environ.get("PORT", "8501"))  # the first free one from here is used


def say(line: str) -> None:
    """Print a line at once."""
    print(f"observatory: {line}", flush=True)


def python_with_packages() -> str:
    """Return a Python with the packages of requirements.txt; without one, end with a sentence."""
    if sys.version_info[:2] < (3, 11):
        sys.exit("observatory: Python 3.11 is needed; run `make PYTHON=python3.11 …`")
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    inside = VENV / "bin" / "python"
    if STAMP.exists() and STAMP.read_text() == wanted and _works(str(inside)):
        return str(inside)
    say("installing the packages of requirements.txt into .venv")
    if _install(inside):
        STAMP.write_text(wanted)
        return str(inside)
    for candidate in (str(inside), sys.executable):
        if _works(candidate):
            say(f"the package index is out of reach; using the packages of {candidate}")
            return candidate
    sys.exit(
        "observatory: the packages cannot be installed: no package index is reachable;"
        " set WHEELHOUSE to a folder that holds their wheels, or run once with a network"
    )


def enter_environment() -> None:
    """Go on in .venv when this Python lacks the packages; without either, end with one sentence."""
    if importlib.util.find_spec("polars"):
        return
    inside = VENV / "bin" / "python"
    if not inside.exists() or Path(sys.prefix).resolve() == VENV.resolve():
        sys.exit("observatory: the packages are not installed yet; run `make run` or `make test`")
    os.execv(inside, [str(inside), "-m", "etl", *sys.argv[1:]])


def _works(python: str) -> bool:
    if not Path(python).exists():
        return False
    return subprocess.run([python, "-c", NEEDED], capture_output=True).returncode == 0


def _install(inside: Path) -> bool:
    if not inside.exists() and subprocess.run([sys.executable, "-m", "venv", VENV]).returncode:
        return False
    pip = [
        str(inside),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
    ]
    wheels = os.environ.get("WHEELHOUSE")
    if wheels:
        pip += ["--no-index", "--find-links", wheels]
    log = VENV / "pip.log"
    with log.open("w") as file:
        done = subprocess.run([*pip, "-r", str(REQUIREMENTS)], stdout=file, stderr=file)
    if done.returncode:
        say(f"pip could not install them (see {log})")
    return done.returncode == 0


def free_port(first: int) -> int:
    """Return the first port from `first` on that nothing listens on."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)):
                return port
    sys.exit(f"observatory: ports {first} to {first + 49} are all in use; set PORT to a free one")


def run() -> int:
    """Serve the observatory; with a network, bring it up to date meanwhile."""
    python = python_with_packages()
    port = str(free_port(PORT))
    server = subprocess.Popen(
        [
            python,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.port",
            port,
            "--server.headless",
            "true",
            "--server.showEmailPrompt",
            "false",
        ],
        cwd=ROOT,
    )
    say(f"serving at http://localhost:{port} (stop with Ctrl-C)")
    update = subprocess.Popen([python, "-m", "etl", "run", "--if-online"], cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as Ctrl-C: end what was started
    try:
        if os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32"):
            webbrowser.open(f"http://localhost:{port}")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        update.terminate()
        server.terminate()


def test() -> int:
    """Run the linter and every test; browser tests too where Debian's chromium can be had."""
    python = python_with_packages()
    if not shutil.which("chromium"):
        _install_chromium()
    cores = str(len(os.sched_getaffinity(0)))
    tests = ["pytest", "-n", cores, "--dist", "worksteal"]
    for words in (["ruff", "check", "."], ["ruff", "format", "--check", "."], tests):
        code = subprocess.run([python, "-m", *words], cwd=ROOT).returncode
        if code:
            return code
    return 0


def _install_chromium() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        for words in (
            ["update", "-q"],
            ["install", "-y", "-q", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(["apt-get", *words], capture_output=True)
    if not shutil.which("chromium"):
        say("Debian's chromium is not here and cannot be installed: browser tests are skipped")


if __name__ == "__main__":
    sys.exit({"run": run, "test": test}[sys.argv[1]]())
