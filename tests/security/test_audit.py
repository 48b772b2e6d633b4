"""The audit of dependencies: by a database that proves itself first, and never green by mistake.

pip-audit itself is asked; the database is a server on this machine that speaks as OSV's does.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.connectors.website import Answer, Asked, Website, website

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".ci" / "audit.py"


@pytest.fixture
def osv() -> Iterator[Website]:
    with website() as server:
        yield server


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with one package in it, as an installer leaves it."""
    for name in ("harmless",):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "RECORD").write_text("")
    return tmp_path


def knows(*names: str) -> Callable[[Asked], Answer]:
    """A database in which these packages are vulnerable."""

    def answer(asked: Asked) -> Answer:
        name = json.loads(asked.body)["package"]["name"]
        found = {
            "id": "GHSA-xxxx", "summary": "Bad.", "details": "Bad.", "aliases": ["CVE-1"],
            "published": "2020-01-01T00:00:00Z", "modified": "2020-01-01T00:00:00Z",
            "affected": [{
                "package": {"name": name, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9"}]}],
            }],
        }  # fmt: skip
        body = {"vulns": [found]} if name in names else {}
        return Answer(json.dumps(body).encode(), 200, {"Content-Type": "application/json"})

    return answer


def audit(url: str, installed: Path) -> tuple[int, str]:
    """How the audit ends, and what it says."""
    told = [sys.executable, str(SCRIPT), "--osv-url", url, "--path", str(installed)]
    ended = subprocess.run(told, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout


def test_what_is_well_is_said_to_be(osv: Website, installed: Path) -> None:
    osv.otherwise = knows("requests")
    code, said = audit(osv.url + "/v1/query", installed)
    assert code == 0
    assert said == "1 packages were audited against OSV: 0 are vulnerable.\n"


def test_what_is_vulnerable_fails(osv: Website, installed: Path) -> None:
    osv.otherwise = knows("requests", "harmless")
    code, said = audit(osv.url + "/v1/query", installed)
    assert code == 1
    assert "harmless 1.0: CVE-1, mended in 9" in said


def test_a_database_that_knows_nothing_is_none(osv: Website, installed: Path) -> None:
    """It finds nothing wrong with anything; that is not said to be good news."""
    osv.otherwise = knows()
    code, said = audit(osv.url + "/v1/query", installed)
    assert code == 75
    assert "NOT AUDITED" in said
    assert "does not report requests==2.19.0" in said
    assert "0 are vulnerable" not in said


def test_no_database_is_said(installed: Path) -> None:
    code, said = audit("http://127.0.0.1:9/v1/query", installed)
    assert code == 75
    assert "NOT AUDITED" in said
    assert "OSV: " in said


def test_one_that_breaks_off_after_it_proved_itself_fails(osv: Website, installed: Path) -> None:
    """It can be reached, so what it says must be heard."""

    def breaks(asked: Asked) -> Answer:
        known = json.loads(asked.body)["package"]["name"] == "requests"
        return knows("requests")(asked) if known else Answer(b"down", 500)

    osv.otherwise = breaks
    code, said = audit(osv.url + "/v1/query", installed)
    assert code == 1
    assert "broke off" in said


def test_ci_audits() -> None:
    """The session is among those that nox runs when it is asked for none."""
    text = (ROOT / "noxfile.py").read_text()
    assert '"audit"' in text.partition("nox.options.sessions")[2].partition("\n")[0]
