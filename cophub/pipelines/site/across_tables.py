"""The tables of the pages across communities, in the form of those in `tables`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cophub.pipelines.site.across import Criterion, Line
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.regions import region_name

Rows = Iterable[tuple[Any, ...]]


def _directory(site: Site) -> Rows:
    for each in site.communities:
        criteria = site.together.criteria.get(each.key, ())
        shares = [criterion.share.value for criterion in criteria if criterion.name == "on_topic"]
        last = each.last_activity
        yield (
            each.key, each.title, each.domain, "; ".join(space.title for space in each.spaces),
            *(part for criterion in criteria for part in _criterion(criterion)),
            *(("", "", "") * (3 - len(criteria))), *(shares or [None]),
            *each.members.published,
            last.astimezone(site.zone).date().isoformat() if last else "", each.contact,
        )  # fmt: skip


def _criterion(criterion: Criterion) -> tuple[str, str, str]:
    met = "" if criterion.met is None else str(criterion.met).lower()
    return met, criterion.last_on.isoformat() if criterion.last_on else "", criterion.note


def _overlap(site: Site) -> Rows:
    for each in site.together.overlap.pairs:
        rates = (each.containment.value, each.jaccard.value)
        yield (each.a, each.b, *each.both.published, *rates)


def _brokers(site: Site) -> Rows:
    for each in site.together.brokers.people:
        yield (
            each.name, each.organization, "; ".join(title for _, title in each.communities),
            100 * each.bridging, each.liaison, each.gatekeeper, each.representative,
            "; ".join(f"{one} – {other}" for one, other in each.parted),
        )  # fmt: skip


def _coverage(site: Site) -> Rows:
    found = site.together.coverage
    for figure, lines, everybody in (
        ("members", found.members, found.all_members), ("active", found.active, found.all_active),
    ):  # fmt: skip
        for line in lines:
            yield from _line(found.regions, figure, "domain", line)
        if everybody:
            yield from _line(found.regions, figure, "all domains", everybody)


def _line(regions: Iterable[str], figure: str, scope: str, line: Line) -> Iterator[tuple[Any, ...]]:
    for region, cell in zip(regions, line.cells, strict=True):
        name = region_name(region) if region else ""
        yield (figure, scope, line.name, region or "not known", name, *cell.published)
    yield (figure, scope, line.name, "all", "", *line.total.published)


def _organizations(site: Site) -> Rows:
    for each in site.together.participation.shares:
        yield (each.organization, each.community, each.people.value)


def _streams(site: Site) -> Rows:
    for source in site.sources:
        for each in source.streams:
            read_at = each.read_at.isoformat(timespec="seconds") if each.read_at else ""
            yield (source.name, each.name, each.state, read_at, each.seen, each.rejected,
                   " ".join(each.notes))  # fmt: skip


ACROSS: dict[str, tuple[tuple[str, ...], Callable[[Site], Rows]]] = {
    "directory": (
        ("community", "title", "domain", "spaces", "open", "open_on", "open_note", "functional",
         "functional_on", "functional_note", "on_topic", "on_topic_on", "on_topic_note",
         "on_topic_percent", "members", "members_note", "last_activity_on", "contact"),
        _directory,
    ),
    "overlap": (
        ("community", "other", "people_both", "people_both_note", "containment_percent",
         "jaccard_percent"),
        _overlap,
    ),
    "brokers": (
        ("name", "organization", "communities", "bridging_percent", "liaison", "gatekeeper",
         "representative", "only_link_of"),
        _brokers,
    ),
    "coverage": (
        ("figure", "scope", "domain", "region", "region_name", "value", "note"), _coverage,
    ),
    "organizations": (("organization", "community", "people"), _organizations),
    "streams": (
        ("source", "stream", "state", "read_at", "seen", "rejected", "missing"), _streams,
    ),
}  # fmt: skip
TITLES = {
    "directory": "The directory of communities, with the three criteria it is kept by",
    "overlap": "Who shares members with whom: a row per pair of communities",
    "brokers": "Who stands between communities; for facilitators only",
    "coverage": "Members and active people by domain and region of the world",
    "organizations": "Which organisations take part where",
    "streams": "How fresh each stream of each source is",
}
KEYS = {
    "directory": ["community"], "overlap": ["community", "other"], "streams": ["source", "stream"],
    "coverage": ["figure", "scope", "domain", "region"],
}  # fmt: skip
NUMBERS = frozenset({
    "people_both", "containment_percent", "jaccard_percent", "on_topic_percent", "people", "seen",
    "bridging_percent", "liaison", "gatekeeper", "representative",
})  # fmt: skip
TRUTHS = frozenset({"open", "functional", "on_topic"})
