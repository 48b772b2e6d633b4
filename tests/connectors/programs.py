"""Programs of others that tests run: installed once, and kept between runs.

They come from PyPI into virtual environments of their own, in COPHUB_TEST_CACHE or the user's cache
folder. Where PyPI cannot be reached tests are skipped, and say so; with COPHUB_NEEDS_PYPI=1 they
fail.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_TIMEOUT = 300


def environment(name: str, *requirements: str) -> Path:
    """The folder of an environment that has these packages; installs it when it is not there."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    mark = zlib.crc32(" ".join(requirements).encode())
    folder = _cache() / f"{name}-{version}-{mark:08x}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(Path(f"{folder}.lock")):
        if not (folder / "complete").exists():
            _install(folder, name, requirements)
    return folder


def _cache() -> Path:
    if named := os.environ.get("COPHUB_TEST_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cophub-tests"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Nobody else at the same time: tests may run in several processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(folder: Path, name: str, requirements: Sequence[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made = _run(sys.executable, "-m", "venv", str(folder))
    if made.returncode == 0:
        quiet = ("--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20")
        made = _run(str(folder / "bin" / "pip"), "install", *quiet, *requirements)
    if made.returncode == 0:
        (folder / "complete").touch()
        return
    shutil.rmtree(folder, ignore_errors=True)
    said = (made.stderr or made.stdout).strip().splitlines()
    why = f"{name} cannot be installed from PyPI: {said[-1] if said else made.returncode}"
    if os.environ.get("COPHUB_NEEDS_PYPI"):
        pytest.fail(why)
    pytest.skip(why)


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
