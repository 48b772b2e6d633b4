"""A terminal for the pages: a real bash, in which `cophub` is the command line of this process.

Starting Python anew for each command would take most of the time that all of them take. So what is
called `cophub` there is a small program that sends its arguments, folder and environment here,
and prints what comes back. Pipes, loops, files and exit codes are bash's.
"""

import io
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import click

from cophub import cli

_STUB = """\
#!{python} -SEs
import json, os, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect({address!r})
asked = dict(
    program=os.path.basename(sys.argv[0]), words=sys.argv[1:], folder=os.getcwd(),
    env=dict(os.environ), given=sys.stdin.read(),
)
there.sendall(json.dumps(asked).encode())
there.shutdown(socket.SHUT_WR)
told = json.loads(b"".join(iter(lambda: there.recv(65536), b"")))
sys.stdout.buffer.write(bytes.fromhex(told["out"]))
sys.stdout.flush()
sys.stderr.write(told["err"])
sys.exit(told["code"])
"""
_ENDLESS = ("schedule", "serve", "worker")
"""Commands that go on until they are stopped, as a reader does with Ctrl-C."""
_PATIENCE, _MOMENT = 60.0, 0.5
_BY_HAND = 130
"""What a command leaves with that was stopped before it was ready for it."""


class Terminal:
    """One terminal in a folder; what is exported in it stays for what comes after."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="docs-"))
        self._state = self._own / "state"
        self._state.write_text(f"cd {folder}\n")
        self._socket = socket.socket(socket.AF_UNIX)
        address = str(self._own / "socket")
        self._socket.bind(address)
        self._socket.listen()
        programs = self._own / "bin"
        programs.mkdir()
        for name in ("cophub", "python"):
            (programs / name).write_text(_STUB.format(python=sys.executable, address=address))
            (programs / name).chmod(0o700)
        self._vendors: list[subprocess.Popen[bytes]] = []
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = os.environ | environment | {"PATH": path, "COLUMNS": "100"}

    def run(self, script: str) -> tuple[int, str]:
        """What bash left with, and all that it printed, both streams as they came."""
        keep = f"{{ export -p; echo cd $PWD; }} >{self._state}"
        whole = f"set -euo pipefail\nsource {self._state}\n{script}\n{keep}\n"
        with tempfile.TemporaryFile() as said:
            bash = subprocess.Popen(
                ["bash", "-c", whole], env=self._environment, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
            while bash.poll() is None:
                if select.select([self._socket], [], [], 0.02)[0]:
                    self._answer()
            said.seek(0)
            return bash.returncode, click.unstyle(said.read().decode(errors="replace"))

    def _answer(self) -> None:
        """Take one call of `cophub`, and do what it says."""
        there, _ = self._socket.accept()
        with there:
            asked = json.loads(b"".join(iter(lambda: there.recv(65536), b"")))
            code, out, err = self._do(asked)
            there.sendall(json.dumps(dict(code=code, out=out.hex(), err=err)).encode())

    def _do(self, asked: dict[str, Any]) -> tuple[int, bytes, str]:
        words = asked["words"]
        if asked["program"] == "python":
            return self._vendor(asked)
        endless = words[:1] and words[0] in _ENDLESS and "--show" not in words
        return _stopped(asked) if endless else _called(asked)

    def _vendor(self, asked: dict[str, Any]) -> tuple[int, bytes, str]:
        """An emulated vendor in a process of its own, as in another terminal, to the page's end."""
        vendor = subprocess.Popen(
            [sys.executable, *asked["words"]], cwd=asked["folder"], env=asked["env"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._vendors.append(vendor)
        assert vendor.stdout is not None
        first = vendor.stdout.readline()
        return 0 if first else vendor.wait(), first, ""

    @property
    def here(self) -> Path:
        """Where the terminal stands."""
        return Path(self._state.read_text().rsplit("cd ", 1)[1].strip())

    def close(self) -> None:
        """End what still runs."""
        for vendor in self._vendors:
            vendor.communicate(b"", timeout=_PATIENCE)
        self._socket.close()
        shutil.rmtree(self._own)


def _called(asked: dict[str, Any]) -> tuple[int, bytes, str]:
    """The command line in this process, as it would be in one of its own."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.StringIO()
    here = _as_if_in(asked["folder"], asked["env"], asked["given"])
    with here, redirect_stdout(out), redirect_stderr(err):
        code = cli.run(asked["words"])
    out.flush()
    return code, out.buffer.getvalue(), err.getvalue()  # type: ignore[attr-defined]


@contextmanager
def _as_if_in(folder: str, environment: dict[str, str], given: str) -> Iterator[None]:
    before, here, read = dict(os.environ), Path.cwd(), sys.stdin
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
        sys.stdin = read


def _stopped(asked: dict[str, Any]) -> tuple[int, bytes, str]:
    """A process of its own, stopped as by Ctrl-C a moment after it has said that it is there."""
    words = [*asked["words"], *(["--port", "0"] if asked["words"] == ["serve"] else [])]
    running = subprocess.Popen(
        [sys.executable, "-m", "cophub", *words], cwd=asked["folder"], env=asked["env"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert running.stdout is not None
    first = running.stdout.readline()
    time.sleep(_MOMENT)
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=_PATIENCE)
    code = 0 if running.returncode == _BY_HAND else running.returncode
    return code, first + rest, ""
