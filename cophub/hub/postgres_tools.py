"""PostgreSQL's own programs, pg_dump and pg_restore, where they are on PATH."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import URL

from cophub.error_codes import NO_COPY
from cophub.errors import WarehouseError

_COPY = re.compile(rb"COPY (?:\S+\.)?(\S+) \((.*)\) FROM stdin;\n")
_TABLE_DATA = re.compile(r"\d+; \d+ \d+ TABLE DATA \S+ (\S+) ")


class Rows(NamedTuple):
    """The rows of one table, as COPY takes them; `columns` is SQL."""

    table: str
    columns: str
    rows: Iterator[bytes]


def has_tool(name: str) -> bool:
    """Whether a program is on PATH."""
    return shutil.which(name) is not None


def dump(url: URL, schema: str, target: Path) -> None:
    """Write one schema of a database to a file that pg_restore reads. Raises WarehouseError."""
    with _environment(url) as environment:
        command = [
            _tool("pg_dump"), "--format=custom", f"--schema={_quoted(schema)}", "--no-password",
            f"--file={target}", f"--dbname={_address(url)}",
        ]  # fmt: skip
        ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    if ended.returncode:
        raise WarehouseError(
            f"pg_dump made no copy ({_said(ended.stderr)}); its version must be at least the"
            " server's, and the disk must have room",
            code=NO_COPY,
        )


def tables_of(file: Path) -> dict[str, str]:
    """The tables whose rows a copy holds, each with its line in the copy's list of contents.

    Raises WarehouseError for another kind of file.
    """
    ended = subprocess.run(
        [_tool("pg_restore"), "--list", str(file)], capture_output=True, check=False
    )
    if ended.returncode:
        raise WarehouseError(f"{file} is no copy that pg_dump made ({_said(ended.stderr)})")
    lines = ended.stdout.decode(errors="replace").splitlines()
    found = ((_TABLE_DATA.match(line), line) for line in lines)
    return {match[1]: line for match, line in found if match}


@contextmanager
def rows_of(file: Path, lines: Iterable[str]) -> Iterator[Iterator[Rows]]:
    """The rows of tables in a copy, in the order of these lines of its list of contents.

    Raises WarehouseError at the end when the copy ends midway.
    """
    with tempfile.NamedTemporaryFile("w", prefix="cophub-", suffix=".list") as wanted:
        wanted.write("\n".join(lines) + "\n")
        wanted.flush()
        command = [_tool("pg_restore"), "--data-only", f"--use-list={wanted.name}", "--file=-"]
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE, stderr=said) as running,
        ):
            assert running.stdout is not None  # noqa: S101
            try:
                yield _tables(running.stdout)
                for _ in running.stdout:
                    pass  # or it would wait for a reader
            except BaseException:
                running.kill()
                raise
            failed = running.wait()
            said.seek(0)
            why = _said(said.read())
    if failed:
        raise WarehouseError(f"{file} cannot be read whole ({why}); take another copy")


def _tables(lines: Iterator[bytes]) -> Iterator[Rows]:
    for line in lines:
        if begins := _COPY.fullmatch(line):
            rows = _until_end(lines)
            yield Rows(begins[1].decode().strip('"'), begins[2].decode(), rows)
            for _ in rows:
                pass


def _until_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == b"\\.\n":
            return
        yield line


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise WarehouseError(
            f"{name} is not on PATH; install PostgreSQL's client programs"
            " (apt-get install postgresql-client), of the server's version or newer",
            code=NO_COPY,
        )
    return found


@contextmanager
def _environment(url: URL) -> Iterator[dict[str, str]]:
    """With the password in a file of its own: others may see arguments and variables."""
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    if not url.password:
        yield environment
        return
    handle, name = tempfile.mkstemp(prefix="cophub-")  # which only its owner may read
    try:
        password = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
        with os.fdopen(handle, "w") as file:
            file.write(f"*:*:*:*:{password}\n")
        yield {**environment, "PGPASSFILE": name}
    finally:
        Path(name).unlink(missing_ok=True)


def _address(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string()


def _quoted(schema: str) -> str:
    # It is a pattern to pg_dump, unless it is in quotes.
    return '"' + schema.replace('"', '""') + '"'


def _said(error: bytes) -> str:
    lines = error.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
    told = [line for line in lines if re.match(r"pg_\w+: (error|detail): ", line)] or lines[:1]
    return "; ".join(re.sub(r"^pg_\w+: (error: |detail: )?", "", line) for line in told)[:300]


__all__ = ["Rows", "dump", "has_tool", "rows_of", "tables_of"]
