"""A real tap from PyPI in an environment of its own, installed once and kept between runs."""

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PACKAGE = "tap-rest-api-msdk==1.4.2"
PROGRAM = "tap-rest-api-msdk"


def installed() -> Path:
    """The folder of the environment. Skips where the registry cannot be reached.

    Unless COPHUB_NEEDS_TAP=1 says that this test must run.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cophub-tests"
    kept = Path(os.environ.get("COPHUB_TEST_CACHE") or cache)
    kept.mkdir(parents=True, exist_ok=True)
    name = f"{PACKAGE.replace('==', '-')}-py{sys.version_info.major}{sys.version_info.minor}"
    folder = kept / name
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of one test run install it once
        if not (folder / "done").exists():
            why = _install(folder)
            if why and os.environ.get("COPHUB_NEEDS_TAP") == "1":
                pytest.fail(f"{PACKAGE} cannot be installed: {why}")
            if why:
                pytest.skip(f"{PACKAGE} cannot be installed from PyPI here: {why}")
            (folder / "done").touch()
    return folder


def _install(folder: Path) -> str:
    """Why it could not be installed, or nothing."""
    venv.create(folder, with_pip=True, clear=True)
    command = [str(folder / "bin" / "pip"), "install", "--quiet", "--retries", "1", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        return "pip took longer than three minutes"
    said = done.stderr.strip().splitlines()
    return (said[-1] if said else "pip failed") if done.returncode else ""
