"""What came of a check: which promise was kept, which broke, where, and by which small case."""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any, Literal

from cophub.testing.promises import ADVICE, PROMISES

WIDTH = 80
"""Columns of the terminal that a report is written for; an address is never broken."""

Verdict = Literal["kept", "broken", "excused", "not tried"]


@dataclass(frozen=True)
class Case:
    """The smallest thing found that breaks a promise."""

    request: str = ""
    """Which request was answered otherwise, such as `GET https://... (the 2nd time)`."""
    changed: str = ""
    """What was changed of its answer."""
    since: str | None = None
    """The cursor that the run began with."""
    expected: str = ""
    got: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found of one promise of one stream."""

    promise: str
    stream: str
    """Empty for what the connector promises as a whole."""
    verdict: Verdict
    told: str
    """What broke; why it was not tried or is excused; or how often it was tried."""
    case: Case | None = None
    advice: str = ""
    """What to look at, where it is not what is usual for the promise."""


@dataclass
class Report:
    """What came of all promises of all streams; one that could not be tried counts as not kept."""

    connector: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def broken(self) -> list[Finding]:
        """Those that broke."""
        return [one for one in self.findings if one.verdict == "broken"]

    @property
    def excused(self) -> list[Finding]:
        """Those that broke, and for which a reason was given beforehand."""
        return [one for one in self.findings if one.verdict == "excused"]

    @property
    def not_tried(self) -> list[Finding]:
        """Those that could not be tried from what was given."""
        return [one for one in self.findings if one.verdict == "not tried"]

    @property
    def kept(self) -> list[Finding]:
        """Those that were tried, and held each time."""
        return [one for one in self.findings if one.verdict == "kept"]

    def of(self, promise: str, stream: str) -> Finding:
        """What was found of one promise of one stream. Raises KeyError for none."""
        for one in self.findings:
            if (one.promise, one.stream) == (promise, stream):
                return one
        raise KeyError((promise, stream))

    def raise_broken(self) -> None:
        """Raise AssertionError with the report, if any promise broke or none could be tried."""
        if self.broken or not self.kept:
            raise AssertionError(str(self))

    def plain(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        return {
            "connector": self.connector,
            "broken": len(self.broken),
            "kept": len(self.kept),
            "excused": len(self.excused),
            "not_tried": len(self.not_tried),
            "findings": [asdict(one) for one in self.findings],
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The report as text: what broke first, with a case and the next step."""
        yield (
            f"{self.connector}: {len(self.broken)} broken, {len(self.kept)} kept,"
            f" {len(self.not_tried)} not tried"
            + (f", {len(self.excused)} excused" if self.excused else "")
        )
        for one in self.broken:
            yield ""
            yield from _broken_lines(one)
        if len(self.broken) > 1:
            yield ""
            yield "Begin with the first of a stream; the others may follow from it."
        if self.kept:
            yield ""
        for stream, found in groupby(self.kept, key=lambda one: one.stream):
            told = ", ".join(one.promise for one in found)
            yield from _wrapped(f"✓ {_named(stream)}: ", f"keeps {told}", "    ")
        yield from self._by_reason("excused", self.excused)
        yield from self._by_reason("not tried", self.not_tried)

    def _by_reason(self, verdict: Verdict, found: list[Finding]) -> Iterator[str]:
        """Those that are neither kept nor broken, a line for each stream and reason."""
        if found:
            yield ""
        order = sorted(found, key=_reason)
        for (stream, told), alike in groupby(order, key=_reason):
            names = ", ".join(one.promise for one in alike)
            yield from _wrapped(f"- {_named(stream)}: ", f"{verdict}: {names}: {told}", "    ")


def _reason(one: Finding) -> tuple[str, str]:
    return one.stream, one.told


def _named(stream: str) -> str:
    return stream or "the connector"


def _broken_lines(one: Finding) -> Iterator[str]:
    """What was promised, what came of it, by which case, and what to look for."""
    promised = f"{PROMISES[one.promise]} [{one.promise}]"
    yield from _wrapped(f"✗ {_named(one.stream)}: ", promised, "    ")
    case = asdict(one.case) if one.case else {}
    lines = {
        "broke": one.told,
        "began at": case.get("since"),
        "request": case.get("request"),
        "changed": case.get("changed"),
        "expected": case.get("expected"),
        # What broke is often what came; it need not be read twice.
        "got": case.get("got") if case.get("got") != one.told else "",
        "look at": one.advice or ADVICE[one.promise],
    }
    for name, told in lines.items():
        if told:
            yield from _wrapped(f"    {name + ':':10}", told, " " * 14)


def _wrapped(first: str, text: str, rest: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


__all__ = ["Case", "Finding", "Report", "Verdict"]
