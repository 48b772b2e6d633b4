"""A page as the readers of each audience would see it, made by a whole hub of a few records."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cophub.page import Audience, Page
from cophub.pipeline import CommunitySpec
from cophub.records import Record
from cophub.testing.extracting import NOW
from cophub.testing.handing import filled

if TYPE_CHECKING:
    from cophub.warehouse import Warehouse

EVERYBODY: tuple[Audience, ...] = ("public", "members", "facilitators")
COMMUNITY = CommunitySpec("test", "Test community", spaces=("test:*",))
"""The community that all spaces serve unless a test names others; the source is called `test`."""


@dataclass(frozen=True)
class ShownPage:
    """The files of a site with a page in it."""

    name: str
    problems: tuple[str, ...]
    """Why the page, or a panel of it, could not be made; as `cophub run` says it."""
    files: Mapping[str, str] = field(repr=False)
    """HTML and CSV by path, `public/pages/NAME.html`."""

    def html(self, audience: Audience, community: str | None = None) -> str:
        """The page, or that of a community. Raises KeyError where these readers have none."""
        path = f"communities/{community}.html" if community else f"pages/{self.name}.html"
        return self.files[f"{audience}/{path}"]

    def text(self, audience: Audience, community: str | None = None) -> str:
        """What is read on it, one piece of text a line, without menu and footer."""
        reading = _Reading()
        reading.feed(self.html(audience, community))
        return "\n".join(reading.pieces)

    def table(self, name: str, audience: Audience) -> list[dict[str, str]]:
        """The rows of a table of the page as they are taken away."""
        content = self.files[f"{audience}/data/pages/{self.name}-{name}.csv"]
        return list(csv.DictReader(io.StringIO(content)))


def show_page(
    page: Page,
    records: Iterable[Record],
    *,
    communities: Sequence[CommunitySpec] = (COMMUNITY,),
    now: datetime = NOW,
    zone: str = "UTC",
) -> ShownPage:
    """The page in the site that a hub with these records of one source makes, for each audience.

    Raises ValueError where cophub would not take the page at all.
    """
    from cophub.plugins import KINDS

    [kind] = (each for each in KINDS if each.contract is Page)
    if wrong := list(kind.wrong(page)):
        raise ValueError(f"the page {'; '.join(wrong)}")
    with TemporaryDirectory() as folder:
        warehouse = filled(folder, records, communities=communities, now=now)
        try:
            problems = tuple(_publish(warehouse, page, communities, Path(folder), now, zone))
        finally:
            warehouse.dispose()
        return ShownPage(page.name, problems, dict(_files(Path(folder) / "site")))


def _publish(
    warehouse: "Warehouse", page: Page, communities: Sequence[CommunitySpec], folder: Path,
    now: datetime, zone: str,
) -> Iterator[str]:  # fmt: skip
    # A test of a connector does without these.
    from cophub.plugins import load_plugins
    from cophub.publish import run_pipelines

    pipelines = load_plugins().pipelines
    given: dict[str, dict[str, Any]] = {"site": {"audiences": list(EVERYBODY)}}
    plan = [
        (pipelines[name], pipelines[name].settings(**given.get(name, {})))
        for name in ("measures", "site")
    ]
    results = run_pipelines(
        warehouse, plan, site=folder / "site", timezone=ZoneInfo(zone), now=lambda: now,
        communities=tuple(communities), pages=(replace(page, origin="the test"),),
    )  # fmt: skip
    for result in results:
        if result.error:
            raise ValueError(f"pipeline {result.pipeline}: {result.error}")
        yield from result.warnings


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.suffix in (".html", ".csv"):
            yield path.relative_to(folder).as_posix(), path.read_bytes().decode()


class _Reading(HTMLParser):
    """The texts inside `main`, without scripts and drawings."""

    _UNREAD = ("script", "style", "svg")

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._inside = False
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside |= tag == "main"
        self._unread += tag in self._UNREAD

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "main"
        self._unread -= tag in self._UNREAD

    def handle_data(self, data: str) -> None:
        if self._inside and not self._unread and (piece := " ".join(data.split())):
            self.pieces.append(piece)


__all__ = ["ShownPage", "show_page"]
