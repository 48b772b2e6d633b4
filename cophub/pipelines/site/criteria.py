"""The three criteria of the directory of communities, each with the last day it was true.

Open: anybody may join. Functional: a thread was answered, or an event began, in the 90 days before.
On topic: of at least 5 titles of those days, a tenth hold a word by which the community says what
it is about. Where fewer do, nothing is known: a title need not name its subject.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, Text, bindparam, text

from cophub.pipelines.site.across import Criterion
from cophub.pipelines.site.formats import cell
from cophub.warehouse.columns import Instant
from cophub.warehouse.definitions import QUIET_DAYS

FEWEST_TITLES = 5
LEAST_SHARE = 10
"""Per cent of the titles that must hold one of the community's words."""
WINDOW = timedelta(days=QUIET_DAYS)
STEM = 6
"""Words that begin alike so far are one word: `nutrition` and `nutritional`."""

_SIGNS = (
    text("""
SELECT g.community, g.sign, g.at, g.title, coalesce(s.visibility, '') AS visibility
FROM community_sign g
LEFT JOIN space s ON s.source = g.source AND s.key = g.space
WHERE g.at <= :now
""")
    .bindparams(bindparam("now", type_=Instant))
    .columns(community=Text, sign=Text, at=Instant, title=Text, visibility=Text)
)

# What a secret space says of itself is told to nobody; one that is gone says nothing any more.
_OPEN = text("""
SELECT c.community, s.source, s.open_membership
FROM community_space c
JOIN space s ON s.source = c.source AND s.key = c.space
WHERE s.gone_at IS NULL AND s.open_membership IS NOT NULL
  AND coalesce(s.visibility, '') <> 'secret'
""").columns(open_membership=Boolean)

_READ = text("SELECT source, min(fresh_at) AS at FROM freshness GROUP BY source").columns(
    source=Text, at=Instant
)

_WORDS = (
    "about among and announcements annonces another anyone are around centre center circle"
    " communaute community como comunidad comunidades con cop dans del des discussion echanges est"
    " exchange field for forum foro from global group groupe grupo hub internacional international"
    " las learning les los member members membres miembros network para par people por pour"
    " practica practice practices practitioner practitioners pratique que qui red reseau share"
    " sharing steering sur team that the their they this una une what who with work"
)
_GENERAL = frozenset(_WORDS.split())
"""Words that say nothing of a subject, folded."""


@dataclass
class Signs:
    """When a community lived, and the titles of what it did."""

    lived: list[datetime] = field(default_factory=list)
    titles: list[tuple[datetime, str]] = field(default_factory=list)


def read_criteria(
    connection: Connection,
    communities: Iterable[Mapping[str, object]],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, tuple[Criterion, ...]]:
    """The criteria of each community of the table `community`, by its key."""
    signs: dict[str, Signs] = defaultdict(Signs)
    for community, sign, at, title, visibility in connection.execute(_SIGNS, {"now": now}):
        if sign in ("answer", "event"):
            signs[community].lived.append(at)
        if title and visibility != "secret":
            signs[community].titles.append((at, title))
    opened: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for community, source, is_open in connection.execute(_OPEN):
        opened[community].append((source, is_open))
    read = {source: at for source, at in connection.execute(_READ) if at is not None}
    found: dict[str, tuple[Criterion, ...]] = {}
    for row in communities:
        key = str(row["key"])
        about = " ".join(str(row[name] or "") for name in ("domain", "title", "description"))
        found[key] = (
            _open(row["open_membership"], opened[key], read, now, zone),
            functional(signs[key].lived, now, zone),
            on_topic(signs[key].titles, about, now, zone),
        )
    return found


def _open(
    configured: object,
    told: Sequence[tuple[str, bool]],
    read: Mapping[str, datetime],
    now: datetime,
    zone: ZoneInfo,
) -> Criterion:
    """As plugins.toml says, or else as its spaces do: one that is open is enough."""
    if configured is not None:
        met = bool(configured)
        return Criterion("open", met, _day(now, zone) if met else None)
    if not told:
        reason = "Neither plugins.toml nor any of its spaces says whether anybody may join."
        return Criterion("open", None, note=reason)
    days = [read.get(source, now) for source, is_open in told if is_open]
    return Criterion("open", bool(days), _day(max(days), zone) if days else None)


def functional(lived: Sequence[datetime], now: datetime, zone: ZoneInfo) -> Criterion:
    """`lived` are the instants of answers and events, in any order, none after `now`."""
    if not lived:
        reason = "No thread with an answer and no event of it was read."
        return Criterion("functional", None, note=reason)
    until = max(lived) + WINDOW
    return Criterion("functional", until > now, _day(min(until, now), zone))


def on_topic(
    titles: Sequence[tuple[datetime, str]], about: str, now: datetime, zone: ZoneInfo
) -> Criterion:
    """`titles` with their instants, none after `now`; `about` is what the community says it is."""
    wanted = words(about)
    if not wanted:
        return Criterion("on_topic", None, note="Its title and domain hold no word to look for.")
    if len(titles) < FEWEST_TITLES:
        reason = "Fewer than {} titles of threads, events and documents were read."
        return Criterion("on_topic", None, note=reason.format(FEWEST_TITLES))
    fitting = [(at, not wanted.isdisjoint(words(title))) for at, title in titles]
    lately = [fits for at, fits in fitting if at > now - WINDOW]
    share = 100 * sum(lately) / len(lately) if len(lately) >= FEWEST_TITLES else None
    until = _last_true(fitting, now)
    note = ""
    if share is None:
        note = f"Fewer than {FEWEST_TITLES} titles in {QUIET_DAYS} days."
    elif share < LEAST_SHARE:
        note = "Too few titles name its domain to tell; that does not say they are beside it."
    return Criterion(
        "on_topic", None if note else True, _day(until, zone) if until else None, note,
        cell(share, None, "%", note),
    )  # fmt: skip


def _last_true(fitting: Iterable[tuple[datetime, bool]], now: datetime) -> datetime | None:
    """When the titles of the days before were on topic last: `now`, or when they ceased to be."""
    steps: list[tuple[datetime, int, int]] = []
    for at, fits in fitting:
        steps += [(at, 1, int(fits)), (at + WINDOW, -1, -int(fits))]
    count = hits = 0
    last, true = None, False
    for at, one, hit in sorted(steps):
        if at > now:
            break
        count, hits = count + one, hits + hit
        if true:
            last = at
        true = count >= FEWEST_TITLES and 100 * hits >= LEAST_SHARE * count
    return now if true else last


@lru_cache(maxsize=50_000)
def words(line: str) -> frozenset[str]:
    """`Re: M&E of nutritional aid` -> {'m&e', 'nutrit'}: what a line may be about.

    Words of four letters or more, and shorter ones in capitals, without accents, cut after six.
    """
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", line) if not unicodedata.combining(each)
    )
    found = set()
    for word in re.findall(r"\w+(?:&\w+)*", plain):
        short = len(word) < 4 and (len(word) < 2 or not word.isupper())
        if not short and not word.isdigit() and word.lower() not in _GENERAL:
            found.add(word.lower()[:STEM])
    return frozenset(found)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
