"""The benchmark takes anybody's own table, and shows nobody's address or name."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "identities.py"

# Two people with two accounts each, and a desk that both wrote from.
ACCOUNTS = [
    ("lists", "1", "amina", "Amina Diallo", "amina@hilltop.example"),
    ("calls", "2", "amina", "DIALLO Amina", "Amina@hilltop.example "),
    ("lists", "3", "bo", "Bo Achieng", "desk@hilltop.example"),
    ("calls", "4", "bo", "Bo Achieng", ""),
    ("news", "5", "desk", "", "desk@hilltop.example"),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("source", "account", "person", "name", "email"), *ACCOUNTS])
    return path


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(BENCHMARK), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_table_of_ones_own_is_scored(table: Path) -> None:
    """The same address joins Amina's two, and the desk to Bo's first; it cannot find Bo's second.

    The desk's account has neither a full name nor an address that another of its accounts has.
    """
    figures = table.with_name("figures.json")
    done = run("--table", table, "--systems", "email", "--json", figures)
    assert done.returncode == 0, done.stderr
    ((_, ((result,),)),) = json.loads(figures.read_text())
    everyone, linkable = result["all"], result["linkable"]
    assert (everyone["accounts"], linkable["accounts"]) == (5, 4)
    assert (everyone["precision"], everyone["recall"]) == (1 / 2, 1 / 2)
    assert (linkable["precision"], linkable["recall"]) == (1.0, 1 / 2)
    assert (everyone["splits"], everyone["merges"]) == (1, 1)
    assert result["errors"] == {"joined: same address": 1, "missed: same full name": 1}


def test_examples_are_masked(table: Path) -> None:
    done = run("--table", table, "--systems", "email", "memory", "hub")
    assert done.returncode == 0, done.stderr
    assert "cophub in its warehouse" in done.stdout
    assert "B*** A***, d***@hilltop.example" in done.stdout
    for word in ("Achieng", "Diallo", "desk@", "amina@"):
        assert word not in done.stdout


def test_a_table_without_the_truth_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("source,account,name\na,1,Amina Diallo\n", encoding="utf-8")
    done = run("--table", path)
    assert done.returncode == 1
    assert "mine.csv: no column person" in done.stderr
