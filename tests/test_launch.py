"""Setting up without a package index: wheels, what is installed, or one clear sentence."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from etl import launch

ROOT = Path(__file__).resolve().parent.parent
ASK = "from etl import launch; print(launch.python_with_packages())"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project of two files: what the launcher needs before any package is there."""
    (tmp_path / "etl").mkdir()
    for name in ("etl/__init__.py", "etl/launch.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "wheels").mkdir()
    return tmp_path


def ask(python: str, copy: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"WHEELHOUSE": str(copy / "wheels")}
    return subprocess.run(
        [python, "-c", ASK], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def test_an_installed_environment_is_used_when_nothing_can_be_had(copy):
    done = ask(sys.executable, copy)
    assert done.returncode == 0
    assert "using the packages of" in done.stdout
    assert done.stdout.strip().splitlines()[-1] == sys.executable


def test_without_packages_it_ends_with_one_sentence(copy):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy / "bare"], check=True)
    done = ask(str(copy / "bare" / "bin" / "python"), copy)
    assert done.returncode == 1
    assert "set WHEELHOUSE" in done.stderr and "Traceback" not in done.stderr


def test_a_busy_port_is_passed_over():
    with socket.socket() as busy:
        busy.bind(("localhost", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert launch.free_port(port) > port


def test_make_help_lists_every_target():
    words = ["make", "--no-print-directory", "help"]  # inside `make test` make is nested
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = text.split(".PHONY:")[1].splitlines()[0].split()
    assert [line.split()[0] for line in done.stdout.splitlines()] == phony


def test_ci_runs_the_test_command_of_the_readme():
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
