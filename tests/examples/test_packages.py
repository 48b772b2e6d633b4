"""The packages under examples/ work where a stranger installs them: built, tested and synced.

Each is built into a wheel without a network and unpacked into a folder of its own. There its tests
run, and a hub finds it by its entry point.
"""

import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cophub.testing import serve

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "cophub-discourse": (
        "discourse",
        {"space": 9, "account": 12, "membership": 9, "post": 12, "reaction": 6, "metric": 13},
    ),
    "cophub-slack": ("slack", {"space": 4, "account": 8, "membership": 9, "post": 11}),
}
"""Each package: its connector, and the rows that its little vendor comes to."""


@pytest.fixture(scope="module", params=PACKAGES)
def installed(request, tmp_path_factory):
    """A package as pip installs it, away from its source; its tests and its hub beside it."""
    folder = tmp_path_factory.mktemp(request.param)
    source = folder / "source"
    shutil.copytree(ROOT / "examples" / request.param, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    apart = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder / "site")]
    subprocess.run([*pip, *apart, str(source)], check=True, timeout=120)
    shutil.rmtree(source / "src")
    return request.param, folder


def run(folder, *command, **environment):
    """A command beside the package's tests, with the package and this cophub installed."""
    path = os.pathsep.join([str(folder / "site"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder / "source", capture_output=True, text=True,
        env={**os.environ, **environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=180, check=False,
    )  # fmt: skip


def vendor_of(folder):
    """The package's little vendor: `answer`, and the `ENVIRONMENT` with its key."""
    place = folder / "source" / "tests" / "vendor.py"
    spec = importlib.util.spec_from_file_location(f"vendor_{folder.name}", place)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tests_of_the_package_pass(installed):
    _, folder = installed
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_a_hub_finds_it_by_its_entry_point_and_its_readme_tells_what_it_says(installed):
    """No module is named anywhere. Each setting and stream has a row, as in our own pages."""
    name, folder = installed
    shown = run(folder, "cophub", "connectors", "show", PACKAGES[name][0], "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert f"of {name} 0.1.0" in told["from"]
    readme = (folder / "source" / "README.md").read_text()
    rows_of_readme = set(re.findall(r"^\| `(\w+)`", readme, re.MULTILINE))
    assert {*told["settings"], *(stream["name"] for stream in told["streams"])} <= rows_of_readme
    for heading in ("What must be allowed", "What is not read", "Personal data"):
        assert f"## {heading}\n" in readme


def test_its_sample_hub_syncs_its_little_vendor(installed):
    name, folder = installed
    vendor, hub = vendor_of(folder), folder / "source" / "plugins.toml"
    assert "modules" not in hub.read_text()
    with serve(vendor.answer) as url:
        hub.write_text(hub.read_text().replace("http://127.0.0.1:8765", url))
        done = run(folder, "cophub", "sync", **vendor.ENVIRONMENT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    expected = PACKAGES[name][1]
    assert rows(folder / "source" / "cophub.db", expected) == expected


def rows(database, tables):
    """How many rows each table has."""
    with sqlite3.connect(database) as warehouse:
        return {
            table: warehouse.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables
        }


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_imports_only_what_is_public(name):
    """The modules that our pages for authors show; what is below them may change."""
    allowed = {"cophub", "cophub.http", "cophub.page", "cophub.testing"}
    found = re.compile(r"^\s*(?:from|import) (cophub[\w.]*)", re.MULTILINE)
    for path in (ROOT / "examples" / name).rglob("*.py"):
        imported = set(found.findall(path.read_text()))
        own = {one for one in imported if one.startswith(name.replace("-", "_"))}
        assert imported - own <= allowed, path
