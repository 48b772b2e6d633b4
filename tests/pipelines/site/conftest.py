"""An invented organisation for the tests of the site."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cophub.pipelines.site.across import Across, Balance, Criterion, Stream
from cophub.pipelines.site.audiences import ONE
from cophub.pipelines.site.coverage import coverage
from cophub.pipelines.site.criteria import functional, on_topic
from cophub.pipelines.site.definitions import DEFINITIONS
from cophub.pipelines.site.feeds import feeds
from cophub.pipelines.site.formats import ABSENT, WITHHELD, Cell, cell
from cophub.pipelines.site.guarding import MOVES
from cophub.pipelines.site.measured import ChannelReach, Parts
from cophub.pipelines.site.model import (
    Community,
    Month,
    Newsletter,
    Person,
    Quarter,
    Row,
    Site,
    Source,
    SpaceLink,
    Thread,
)
from cophub.pipelines.site.overlap import Raw, overlap
from cophub.pipelines.site.pages import pages
from cophub.pipelines.site.participation import participation
from cophub.pipelines.site.quarters import published, quarter_rows
from cophub.pipelines.site.speaking import spoken
from cophub.pipelines.site.tables import tables
from cophub.pipelines.site.voices import voices
from cophub.pipelines.site.workbooks import workbooks
from cophub.warehouse.definitions import MEASURES, measures_of
from tests.pipelines.site.browsing import audiences, browser, languages, window

__all__ = ["audiences", "browser", "languages", "window"]
"""Fixtures that are kept in `browsing.py`."""

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
CANARY = "<script>document.title='got in'</script>"
NOW_IN = "2026Q1"
QUARTERS = ("2026Q1", "2025Q4", "2025Q3", "2025Q2", "2025Q1")
COMMUNITIES = (
    ("mercop", "Monitoring, Evaluation and Research", "M&E", 240),
    ("landrights", "Land Rights Exchange", "Tenure", 93),
    ("agrifin", "Agricultural Finance Circle", "Finance", 146),
    ("water", "Irrigation and Water Users' Associations in the Sahel", "Water", 252),
    ("wildwest", f"Éxample of {CANARY} in a title", CANARY, 61),
    ("fish", "Small-Scale Fisheries", "", 51),
    ("tiny", "Peatland Restoration", "Climate", 14),
)


def people(value: float) -> Cell:
    return cell(value, value)


def invented_months(size: int) -> tuple[Month, ...]:
    """Two years that end in March 2026."""
    months = []
    for index in range(24):
        year, month = 2024 + (index + 3) // 12, (index + 3) % 12 + 1
        wave = 1 + 0.45 * math.sin(index / 2.3 + size) + 0.02 * index
        active = int(size * 0.12 * wave)
        figures = {
            "active": people(active),
            "engaged": people(int(size * 0.4 * wave)),
            "joins": people(int(size * 0.035 * wave * (2 if index % 7 == 3 else 1))),
            "left": people(int(size * 0.02 * (2 - wave))),
            "posts": cell(active * 3, active),
            "attendance": cell(int(size * 0.15 * wave) if index % 3 else 0, 9),
            "opens": cell(int(size * 0.8 * wave), size),
        }
        months.append(Month(f"{year}-{month:02d}", figures))
    return tuple(months)


def raw_quarter(size: int) -> dict[str, dict[str, object]]:
    """A quarter as the view `measure_quarter` tells it."""
    figures = {
        "attendees": size * 0.3 // 1, "seats": size * 0.5 // 1, "events": 3, "people": size,
        "people_joined": size // 11, "people_left": size // 50, "organizations": size // 4,
        "emails_sent": size * 6, "campaigns": 6, "opened_percent": 27.5, "clicked_percent": 8.0,
    }  # fmt: skip
    return {
        each.name: {
            "community": "", "quarter": "", "measure": each.name, "label": each.label,
            "unit": each.unit, "value": figures.get(each.name), "previous": None,
            "difference": 4.0, "percent": 2.5, "note": None, "small": False,
            "absent": None if each.name in figures else "No source of events serves any community.",
        }
        for each in MEASURES
    }  # fmt: skip


def quarter_table(size: int) -> tuple[Row, ...]:
    now, then = raw_quarter(size), raw_quarter(size - 4)
    return quarter_rows(now, published(now), published(then))


def quarters(size: int) -> tuple[Quarter, ...]:
    return tuple(
        Quarter(key, quarter_table(size - 4 * index), running=index == 0)
        for index, key in enumerate(QUARTERS)
    )


def measured(size: int, group: str = "community") -> tuple[Quarter, ...]:
    """The measures of a group by quarter, as their view tells them; every ninth is not known."""
    found = {}
    for age, key in enumerate(QUARTERS):
        figures = {
            each.name: {
                "measure": each.name, "label": each.label, "unit": each.unit, "previous": None,
                "value": None if place == 9 else round((size - 3 * age) / (place + 1), 2),
                "difference": 1.5, "percent": 2.5, "small": place == 4 or (age == 2 and place < 9),
                "note": f"over {size} threads" if each.name == "first_answer_hours" else None,
                "absent": "no thread of the quarter is answered" if place == 9 else None,
            }
            for place, each in enumerate(measures_of(group))
        }  # fmt: skip
        found[key] = (figures, published(figures))
    blank: tuple[dict[str, object], dict[str, Cell]] = ({}, {})
    following = [*QUARTERS[1:], ""]
    return tuple(
        Quarter(key, quarter_rows(*found[key], found.get(before, blank)[1]), running=key == NOW_IN)
        for key, before in zip(QUARTERS, following, strict=True)
    )


def parts(size: int) -> Parts:
    """Moves and channels of the two newest quarters."""
    moves = {pair: people(size // 3 if pair[0] == "active" else 0) for pair in MOVES}
    channels = (
        ChannelReach("lists", "list", people(size), people(size // 2)),
        ChannelReach("calls", "meeting room", people(size // 4), people(3)),
    )
    return Parts(
        {QUARTERS[0]: moves, QUARTERS[1]: dict.fromkeys(MOVES, WITHHELD)},
        dict.fromkeys(QUARTERS[:2], channels), {QUARTERS[0]: 1, QUARTERS[1]: 2},
    )  # fmt: skip


def community(index: int, key: str, title: str, domain: str, size: int) -> Community:
    link = f"https://lists.example.org/{key}"
    return Community(
        key=key, title=title, domain=domain,
        description="People who work on it in the field, in ministries and in research, and what "
        "they learn from one another." if index % 2 == 0 else "",
        open_membership=(True, False, None)[index % 3],
        contact="km@example.org", contact_url="mailto:km@example.org",
        members=people(size), active=people(3 if key == "tiny" else size // 6),
        last_activity=None if key == "fish" else NOW - timedelta(days=index * 9),
        spaces=(
            SpaceLink("lists", f"{key}@lists.example.org", "list", link),
            SpaceLink("newsletter", f"{title} News", "audience", None, proposed=True),
        ),
        secret_spaces=index % 2,
        quarters=quarters(size), measured=measured(size), parts=parts(size),
        months=invented_months(size), trend=invented_months(size),
        threads=tuple(
            Thread(text, NOW - timedelta(days=3 * at + index), f"{link}/{at}")
            for at, text in enumerate((
                "Counting households without a census: what worked for you?",
                f"Re: {CANARY}",
                "A short guide to most significant change, in four languages, for people who never "
                "ran one before",
            ))
        ),
        newsletters=tuple(
            Newsletter(
                f"Digest no. {40 - at}", NOW - timedelta(days=14 * at + 2), f"{link}/news/{at}",
                people(size - at), cell(27.5, 30, "%"), cell(8.04, 3, "%"),
            )
            for at in range(3)
        ),
    )  # fmt: skip


def invented_directory(communities: tuple[Community, ...]) -> tuple[Person, ...]:
    given = ("Amina", "Bruno", "Chidi", "Dao", "Elif", "Goran", "Hélène")
    family = ("Diallo", "Okafor", "Nguyễn", "García", "Müller")
    names = sorted(f"{a} {b}" for a in given for b in family)
    return tuple(
        Person(
            name, ("Ministry of Agriculture", "Terra Institute", "")[at % 3],
            tuple((each.key, each.title) for each in communities[at % 5 : at % 5 + 1 + at % 3]),
            ("facilitator", "member") if at % 8 == 0 else ("member",),
            f"2026-0{at % 3 + 1}" if at % 5 else None,
        )
        for at, name in enumerate(names)
    )  # fmt: skip


def invented_together(communities: tuple[Community, ...]) -> Across:
    """Everybody is in one to three communities; every fifth is of an unknown country."""
    members: dict[str, set[str]] = {each.key: set() for each in communities}
    for n in range(400):
        for step in range(1 + n % 3):
            members[communities[(n + step * step) % len(communities)].key].add(f"p{n}")
    pairs = []
    for a, b in combinations(sorted(members), 2):
        if both := len(members[a] & members[b]):
            sizes = sorted((len(members[a]), len(members[b])))
            share = both / (sum(sizes) - both)
            pairs.append(Raw(a, b, len(members[a]), len(members[b]), both, both / sizes[0], share))
    keys, ours = [*members], {each.key: each.domain for each in communities}
    regions = {f"p{n}": ("014", "011", "029", "155")[n % 4] for n in range(400) if n % 5}
    shares = [(key, f"o{n}", f"Example {CANARY} no. {n}", 9 - n) for key in keys for n in range(6)]
    return Across(
        criteria={each.key: (
            Criterion("open", each.open_membership, NOW.date() if each.open_membership else None),
            functional([NOW - timedelta(days=20 * at)] if at else [], NOW, ZoneInfo("UTC")),
            on_topic([(NOW - timedelta(days=n), "Land tenure") for n in range(9)], each.domain, NOW,
                     ZoneInfo("UTC")),
        ) for at, each in enumerate(communities)},
        overlap=overlap(pairs, members, keys, ONE),
        coverage=coverage(ours, members, {keys[0]: members[keys[0]]}, regions, ONE),
        participation=participation(shares, members, keys, ONE),
    )  # fmt: skip


def invented_site() -> Site:
    communities = tuple(community(index, *each) for index, each in enumerate(COMMUNITIES))
    return Site(
        title="Communities of practice", organization="Example Agency for Rural Development",
        made_at=NOW, zone=ZoneInfo("Europe/Zurich"), communities=communities,
        quarters=quarters(720), measured=measured(720), across=measured(720, "across"),
        months=invented_months(720), people=people(720),
        memberships=people(857), in_several=people(112), active=people(118),
        directory=invented_directory(communities), unlisted=people(685),
        together=invented_together(communities),
        sources=(
            Source("newsletter", "complete", NOW - timedelta(hours=3), people(1310), people(1308),
                   cell(2, None), ("Left out: 2 items of the latest run that could not be read.",)),
            Source("calls", "failed", NOW - timedelta(days=6), ABSENT, people(420), cell(0, None),
                   ("Attendance: the latest run failed.",),
                   (Stream("attendance", "failed", None, 0, 3, ("never read to the end yet",)),),
                   Balance(3, 2, people(130), people(120), cell(4, None), cell(6, None))),
        ),
        definitions=DEFINITIONS,
    )  # fmt: skip


@pytest.fixture(scope="session")
def invented() -> Site:
    """Seven communities, one of them hostile and one tiny, two years, and a directory."""
    return invented_site()


@pytest.fixture(scope="session")
def files(invented: Site) -> dict[str, str]:
    """Every file of the invented site by its path."""
    made = list(tables(invented))
    everything = [*pages(invented), *made, *feeds(invented, made)]
    return {str(each.path): str(each.content) for each in everything}


@pytest.fixture(scope="session")
def translated(invented: Site) -> dict[str, str]:
    """Pages and tables of the invented site in French and Spanish, and English pages beside."""
    speak = voices(["en", "fr", "es"])
    made: dict[str, str] = {}
    for voice in speak:
        said = spoken(invented, voice)
        for each in (*pages(said, voice, speak), *tables(said)):
            made[f"{voice.folder}{each.path}"] = str(each.content)
    return made


@pytest.fixture(scope="session")
def books(invented: Site) -> dict[str, bytes]:
    """Every workbook of the invented site by its path."""
    made = {str(each.path): each.content for each in workbooks(invented)}
    return {path: content for path, content in made.items() if isinstance(content, bytes)}


@pytest.fixture(scope="session")
def write_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], Path]:
    """Writes files into a folder of their own, as the hub publishes them."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path_factory.mktemp("site")
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8", newline="")
        return folder

    return write
