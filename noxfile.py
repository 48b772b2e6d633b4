"""What CI runs, in the virtual environment that called it: `.venv/bin/nox`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["style", "types", "layers", "docs", "audit", "tests"]

# Many tests start `python -m cophub`: without this each of them would compile all of it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PYTHON = sys.executable
BIN = Path(PYTHON).parent
ROOM = 8 << 30
"""Bytes: twice what all tests at once have taken."""
NOT_AUDITED = 75
"""What `.ci/audit.py` leaves with where nothing could be looked at."""


@nox.session
def style(session: nox.Session) -> None:
    """Ruff finds nothing to say."""
    session.run(PYTHON, "-m", "ruff", "check", ".", external=True)
    session.run(PYTHON, "-m", "ruff", "format", "--check", ".", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Mypy is content, strictly; with the packages under examples/ and what `plugins new` makes."""
    session.run(PYTHON, "-m", "mypy", external=True)
    for source in sorted(Path("examples").glob("*/src")):
        session.run(PYTHON, "-m", "mypy", str(source), external=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        new = ("plugins", "new", "guestbook", "--to", str(made))
        session.run(PYTHON, "-m", "cophub", *new, external=True)
        session.run(PYTHON, "-m", "mypy", str(made / "src"), str(made / "tests"), external=True)


@nox.session
def layers(session: nox.Session) -> None:
    """A file imports only from the lines above it; plugins import no more than a stranger may."""
    session.run(str(BIN / "lint-imports"), external=True)


@nox.session
def docs(session: nox.Session) -> None:
    """What a machine knows, a machine wrote; and all links of the site lead somewhere."""
    pages = [str(page) for page in (Path("README.md"), *Path("docs").rglob("*.md"))]
    session.run(PYTHON, "-m", "cogapp", "--check", "-P", *pages, external=True)
    session.run(PYTHON, "docs/make_site.py", external=True)


@nox.session
def site(session: nox.Session) -> None:
    """The documentation as a site that opens from a folder."""
    session.run(PYTHON, "docs/make_site.py", external=True)


@nox.session
def audit(session: nox.Session) -> None:
    """No dependency has a known vulnerability. Skipped, never green, where nobody can tell."""
    ended = subprocess.run([PYTHON, ".ci/audit.py", *session.posargs], check=False)
    if ended.returncode == NOT_AUDITED:
        session.skip("the dependencies were NOT audited: no advisory database could be used")
    if ended.returncode:
        session.error("a dependency is vulnerable, or the audit broke off: see above")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, on SQLite and on PostgreSQL, on every processor; a file's stay together.

    In the order of `tests/conftest.py`: by itself loadfile begins with files of many short tests.
    """
    # One more than there are processors: some tests wait for servers that they have started.
    many = str((os.cpu_count() or 1) + 1)
    spread = ("-n", many, "--dist", "loadfile", "--no-loadscope-reorder")
    with tempfile.TemporaryDirectory(prefix="cophub-", dir=_in_memory()) as folder:
        env = {"TMPDIR": folder}
        session.run(PYTHON, "-m", "pytest", *spread, *session.posargs, env=env, external=True)


def _in_memory() -> str | None:
    """Where files lie in memory, if there is room: a quarter of the time went into the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free
    return str(memory) if room > ROOM else None
