"""The benchmark takes anybody's own table, shows nobody's address, and writes its page."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import identities
import pytest
from identities_parts import asking

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


def test_two_groups_are_asked_about_once_and_each_join_once() -> None:
    """Positions 0 to 3 are held for one person, 4 and 5 are alone; 3 and 4 are somebody else's."""
    groups = asking.Groups(6)
    for at in (1, 2, 3):
        groups.join(0, at)
    people = ["a", "a", "a", "b", "b", "a"]
    ask = [(0, 5, False), (1, 2, True), (1, 5, False), (2, 3, True), (4, 0, False), (4, 1, False)]
    said = asking.answered([asking.Question(*each) for each in ask], groups, people, 4)
    assert [(q.a, q.b, same) for q, same in said] == [
        (0, 5, True), (1, 2, True), (2, 3, False), (4, 0, False),
    ]  # fmt: skip


def test_answers_mend_in_memory_and_in_the_warehouse(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    chosen = ("--sizes", "600", "--seeds", "7", "--systems", "memory", "hub")
    done = run(*chosen, "--questions", "100", "--json", figures)
    assert done.returncode == 0, done.stderr
    ((_, (results,)),) = json.loads(figures.read_text())
    found = {result["system"].partition(",")[0] + "*" * (", " in result["system"]): result
             for result in results}  # fmt: skip
    for name in ("cophub", "cophub in its warehouse"):
        before, after = found[name], found[f"{name}*"]
        assert 0 < before["reading"]["asked"] <= 60
        assert before["reading"]["kept"] > 0
        assert after["all"]["recall"] > before["all"]["recall"]
        assert after["all"]["precision"] >= before["all"]["precision"]


def test_a_table_without_the_truth_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("source,account,name\na,1,Amina Diallo\n", encoding="utf-8")
    done = run("--table", path)
    assert done.returncode == 1
    assert "mine.csv: no column person" in done.stderr


def test_a_million_comes_onto_the_page_with_its_own_time_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million is a few hundred here; the page has what was before and after the figures."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{identities.MARKS[0]}\nold\n{identities.MARKS[1]}\nafter\n")
    chosen = ["--sizes", "200", "--seeds", "7", "--systems", "memory", "--million"]
    monkeypatch.setattr(sys, "argv", ["identities.py", *chosen, "--page", str(page)])
    monkeypatch.setattr(identities, "MILLION", 300)
    monkeypatch.setattr(identities, "LATE", 50)
    monkeypatch.setattr(identities, "SAID", [])
    identities.main()
    text = page.read_text()
    assert text.startswith(f"before\n{identities.MARKS[0]}\n```text\n")
    assert text.endswith(f"```\n{identities.MARKS[1]}\nafter\n")
    assert "old" not in text.splitlines()
    small, large = text.split("=" * 20 + " ")[1:]
    assert small.startswith("200 accounts")
    assert large.startswith("300 accounts")
    cost = re.compile(r"^cophub +[\d,]+ +(\d+\.\d\d) +(\d+\.\d\d) +(\d+) \(\d+\)$", re.MULTILINE)
    for block in text.split("=" * 20 + "\n")[1:]:
        (found,) = cost.findall(block)
        assert all(float(number) > 0 for number in found)
