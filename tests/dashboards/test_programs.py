"""Datasette and pandas themselves, with what their pages show.

They come from PyPI into an environment of their own: see `tests/connectors/programs.py`.
"""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.connectors.programs import environment
from tests.tamarind import opened

from .conftest import blocks

REQUIREMENTS = (
    "datasette==0.65.5",
    "pandas==3.1.1",
    "SQLAlchemy>=2.0,<2.1",
    "psycopg[binary]>=3.2",
    "pyarrow>=18",
)
Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder of the programs."""
    return environment("dashboards", *REQUIREMENTS) / "bin"


@pytest.fixture(scope="module")
def desk(filled_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `cophub db backup` and the loop of `cophub export` put there."""
    folder = tmp_path_factory.mktemp("desk")
    [loop] = [block.code for block in blocks("bash") if "cophub export" in block.code]
    names = re.search(r"for name in (.*?); do", loop)
    assert names
    (folder / "feeds").mkdir()
    with opened(filled_sqlite) as hub:
        hub.db_backup(folder / "dashboards.db")
        for name in names[1].split():
            for form in ("parquet", "csv"):
                with (folder / "feeds" / f"{name}.{form}").open("wb") as target:
                    hub.export(name, target, form)
    return folder


@pytest.fixture(scope="module")
def datasette(programs: Path, desk: Path) -> Iterator[Ask]:
    """Asks a Datasette that was started as the page says."""
    [metadata] = [block.code for block in blocks("yaml")]
    (desk / "metadata.yaml").write_text(metadata, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    [started] = [
        line
        for block in blocks("bash")
        for line in block.code.splitlines()
        if line.startswith("datasette serve")
    ]
    command = started.replace("8001", str(port)).split()
    running = subprocess.Popen(
        [programs / command[0], *command[1:]], cwd=desk, stderr=subprocess.PIPE
    )

    def ask(path: str) -> Any:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return json.load(answer)

    try:
        _wait(lambda: ask("/-/versions.json"), running)
        yield ask
    finally:
        running.terminate()
        running.wait(timeout=20)


def _wait(ask: Callable[[], Any], running: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        try:
            ask()
            return
        except OSError:
            assert running.poll() is None, running.communicate()[1].decode()
            time.sleep(0.2)
    pytest.fail("Datasette does not answer")


def test_datasette_answers_the_queries_of_the_page(datasette: Ask) -> None:
    people = datasette("/dashboards/people.json?_shape=array")
    [shown] = [block.code for block in blocks("json")]
    assert people[0] == json.loads(shown.replace(", ...", ""))[0]
    seeds = datasette("/dashboards/figure.json?_shape=array&community=seeds&measure=people")
    assert [(row["quarter"], row["value"]) for row in seeds][-2:] == [("2026Q2", 8), ("2026Q3", 10)]


def test_datasette_shows_the_view_with_filters(datasette: Ask) -> None:
    path = (
        "/dashboards/measure_quarter.json?_shape=array&measure=attendees&community=&quarter=2026Q2"
    )
    [row] = datasette(path)
    assert (row["value"], row["previous"], row["label"]) == (8, 7, "attendees")


@pytest.mark.parametrize(
    "path",
    [
        "/dashboards/person.json",
        "/dashboards/account.json",
        "/dashboards/activity.json",
        "/dashboards.json?sql=select+*+from+person",
        "/dashboards/meta.json",
    ],
)
def test_datasette_shows_nobody_else(datasette: Ask, path: str) -> None:
    with pytest.raises(HTTPError) as caught:
        datasette(path)
    assert caught.value.code == 403


def python_of(*, postgresql: bool) -> str:
    """The Python of the page as one script; it connects in one of the two ways that it shows."""
    other = "sqlite3.connect" if postgresql else "create_engine"
    code = [block.code for block in blocks("python") if block.page == "pandas"]
    assert len(code) == 8
    return "\n".join(piece for piece in code if other not in piece)


def run(programs: Path, code: str, desk: Path, **variables: str) -> str:
    done = subprocess.run(
        [programs / "python", "-W", "error::FutureWarning", "-c", code],
        cwd=desk, env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_address_for_superset_opens_the_copy_for_reading_only(desk: Path) -> None:
    """Superset opens databases with SQLAlchemy; so does this."""
    [address] = [block.code for block in blocks("text") if block.code.startswith("sqlite:")]
    engine = create_engine(address.strip().replace("/data/", f"{desk}/"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM measure_quarter"))
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("DELETE FROM community"))
    engine.dispose()


@pytest.fixture(scope="module")
def told(programs: Path, desk: Path) -> str:
    """What the page's script prints of the copy of an SQLite warehouse."""
    return run(programs, python_of(postgresql=False), desk)


def test_pandas_reads_the_copy_of_an_sqlite_warehouse(told: str) -> None:
    assert re.search(r"2026Q2\s+8\.0\s+8\.0", told)
    assert re.search(r"seeds\s+36\.0", told)
    assert "datetime64[us, UTC]" in told
    assert "bool" in told
    # 13 measures of 4 quarters, the one that runs among them.
    assert "52 rows of all together; float64" in told


def test_pandas_reads_the_same_of_postgresql(
    programs: Path, desk: Path, filled_postgresql: str, told: str
) -> None:
    url = make_url(filled_postgresql).set(drivername="postgresql+psycopg")
    address = url.render_as_string(hide_password=False)
    assert told == run(programs, python_of(postgresql=True), desk, DASHBOARDS_URL=address)


def test_the_zone_of_hours_is_the_hubs(told: str) -> None:
    """E1, E5 and E6 began on a Tuesday at 15:00 in Kolkata, which is 9:30 in UTC."""
    assert re.search(r"Tuesday\s+15", told)
