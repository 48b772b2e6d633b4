"""What came of a check: which promise was kept, which broke, where, and by which small case."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

PROMISES: dict[str, str] = {
    "alike": "two runs over the same answers yield the same",
    "keys": "a key is never empty, and one key is never given to two things",
    "instants": "every instant has a zone, every value fits its column",
    "cursors": "cursors move forward",
    "resume": "a run may go on from every checkpoint, and ends with the same rows",
    "future": "a cursor from the future asks for nothing",
    "duplicated": "an item that comes twice changes nothing",
    "reordered": "items in another order change nothing",
    "cut": "an answer that is cut off changes nothing",
    "repeated": "a page that is sent in place of the next one changes nothing",
    "429": "429 in mid-run is waited out, or ends the run cleanly",
    "500": "500 in mid-run is tried again, or ends the run cleanly",
    "401": "401 in mid-run ends the run cleanly, or is signed in to again",
    "bad item": "a bad item is a reject, and only that item is missing",
    "secrets": "no secret is in any record, error or log line",
    "departures": "nobody is said to have left but by a whole, undisturbed snapshot",
}
"""Every promise by its name."""

Verdict = Literal["kept", "broken", "not tried"]


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
    verdict: Verdict
    told: str
    """What broke; why it was not tried; or how often it was."""
    case: Case | None = None


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
            "not_tried": len(self.not_tried),
            "findings": [asdict(one) for one in self.findings],
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The report as text: what broke first."""
        yield (
            f"{self.connector}: {len(self.broken)} broken, {len(self.kept)} kept,"
            f" {len(self.not_tried)} not tried"
        )
        for one in self.broken:
            yield f"✗ {one.stream}: {PROMISES[one.promise]} [{one.promise}]"
            yield f"    {one.told}"
            yield from _case_lines(one.case)
        for one in self.kept:
            yield f"✓ {one.stream}: {one.promise} ({one.told})"
        for one in self.not_tried:
            yield f"- {one.stream}: {one.promise} was not tried: {one.told}"


def _case_lines(case: Case | None) -> Iterator[str]:
    if case is None:
        return
    told = asdict(case)
    for name in ("since", "request", "changed", "expected", "got"):
        if told[name]:
            yield f"    {name + ':':10}{told[name]}"


__all__ = ["PROMISES", "Case", "Finding", "Report", "Verdict"]
