"""Page `new`: threads, documents, events and newsletters of 30 days, in all communities."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cophub import Page, PageContext, hookimpl
from cophub.page import Block, Chart, Column, Heading, Headline, Headlines, Link, Paragraph, Table

DAYS, WEEKS, ON_A_PANEL = 30, 12, 5
KINDS = {
    "thread": {"en": "Thread", "fr": "Fil de discussion", "es": "Hilo"},
    "document": {"en": "Document", "fr": "Document", "es": "Documento"},
    "event": {"en": "Event", "fr": "Événement", "es": "Evento"},
    "newsletter": {"en": "Newsletter", "fr": "Lettre d’information", "es": "Boletín"},
}
MANY = {
    "thread": {"en": "Threads", "fr": "Fils de discussion", "es": "Hilos"},
    "document": {"en": "Documents", "fr": "Documents", "es": "Documentos"},
    "event": {"en": "Events", "fr": "Événements", "es": "Eventos"},
    "newsletter": {"en": "Newsletters", "fr": "Lettres d’information", "es": "Boletines"},
}
TITLE = {"en": "What is new", "fr": "Nouveautés", "es": "Novedades"}
SUMMARY = {
    "en": "Threads, documents, events and newsletters of the last 30 days, in all communities, and"
    " what is coming.",
    "fr": "Fils de discussion, documents, événements et lettres d’information des 30 derniers"
    " jours, dans toutes les communautés, et ce qui vient.",
    "es": "Hilos, documentos, eventos y boletines de los últimos 30 días, en todas las comunidades,"
    " y lo que viene.",
}
LAST_DAYS = {"en": "in 30 days", "fr": "en 30 jours", "es": "en 30 días"}
WHICH = {
    "en": "Titles are those of spaces that readers of this site may look into; nobody is named.",
    "fr": "Les titres sont ceux des espaces que les lecteurs de ce site peuvent consulter ;"
    " personne n’est nommé.",
    "es": "Los títulos son los de los espacios que los lectores de este sitio pueden consultar; no"
    " se nombra a nadie.",
}
COMMUNITY = {"en": "Community", "fr": "Communauté", "es": "Comunidad"}
DAY = {"en": "Day", "fr": "Jour", "es": "Día"}
WHAT = {"en": "Title", "fr": "Titre", "es": "Título"}
KIND = {"en": "Kind", "fr": "Type", "es": "Tipo"}
WHERE = {"en": "Where", "fr": "Où", "es": "Dónde"}
NEWEST = {"en": "Newest", "fr": "Plus récent", "es": "Lo más reciente"}
COMING = {"en": "Coming events", "fr": "Événements à venir", "es": "Próximos eventos"}
BEGINS = {"en": "Begins", "fr": "Début", "es": "Comienzo"}
COMMUNITIES = {"en": "Communities", "fr": "Communautés", "es": "Comunidades"}
BY_COMMUNITY = {"en": "By community", "fr": "Par communauté", "es": "Por comunidad"}
EVERYTHING = {"en": "Everything", "fr": "Tout", "es": "Todo"}
BY_WEEK = {"en": "What was new by week", "fr": "Nouveautés par semaine",
           "es": "Novedades por semana"}  # fmt: skip
WEEK = {"en": "Week from", "fr": "Semaine du", "es": "Semana del"}
DOCUMENTS = {"en": "Newest documents", "fr": "Documents récents", "es": "Documentos recientes"}

_ITEMS = """
SELECT kind, community, source, space, title, url, happened_at, happened_on
FROM items WHERE happened_at >= :since ORDER BY happened_at DESC, title
"""
_LETTERS = "SELECT community, title, url, sent_on FROM newsletters WHERE sent_on >= :since"


@dataclass
class Thing:
    """Something new, once, in whichever communities."""

    kind: str
    title: str
    url: str
    where: str
    on: date
    at: datetime | None
    communities: list[str]


def content(ctx: PageContext) -> Iterator[Block]:
    """Headline figures, the weeks, each community, what is coming, and every single thing."""
    found = things(ctx)
    today = ctx.now.astimezone(ctx.timezone).date()
    past = [each for each in found if each.on <= today]
    new = [each for each in past if each.on > today - timedelta(days=DAYS)]
    count = Counter(each.kind for each in new)
    yield Headlines([Headline(MANY[kind], count[kind], LAST_DAYS) for kind in KINDS])
    yield Paragraph(WHICH)
    yield Chart(
        "weeks", BY_WEEK, WEEK, [Column(kind, MANY[kind], "number") for kind in KINDS],
        list(weeks(past, today)),
    )  # fmt: skip
    yield Heading(COMMUNITIES)
    yield Table("communities", BY_COMMUNITY, [
        Column("community", COMMUNITY, "link"),
        *(Column(kind, MANY[kind], "number") for kind in KINDS), Column("newest", NEWEST, "day"),
    ], list(by_community(ctx, new)))  # fmt: skip
    yield Heading(EVERYTHING)
    yield coming(ctx, [each for each in found if each.kind == "event" and each.on >= today])
    yield Table("things", TITLE, [
        Column("title", WHAT, "link"), Column("kind", KIND), Column("communities", COMMUNITY),
        Column("where", WHERE), Column("day", DAY, "day"),
    ], [(Link(each.title, each.url), KINDS[each.kind], named(ctx, each), each.where, each.on)
        for each in new])  # fmt: skip


def panel(ctx: PageContext) -> Iterator[Block]:
    """The newest documents of a community and its coming events, where it has any."""
    found = [each for each in things(ctx) if ctx.community in each.communities]
    today = ctx.now.astimezone(ctx.timezone).date()
    if events := [each for each in found if each.kind == "event" and each.on >= today]:
        yield coming(ctx, events[-ON_A_PANEL:])
    if documents := [each for each in found if each.kind == "document"][:ON_A_PANEL]:
        yield Table("documents", DOCUMENTS, [
            Column("title", WHAT, "link"), Column("where", WHERE), Column("day", DAY, "day"),
        ], [(Link(each.title, each.url), each.where, each.on) for each in documents])  # fmt: skip


def things(ctx: PageContext) -> list[Thing]:
    """Everything of the last weeks and to come, newest first; of several communities once."""
    since = ctx.now - timedelta(weeks=WEEKS)
    found: dict[tuple[Any, ...], Thing] = {}
    for row in ctx.rows(_ITEMS, since=since):
        at, on = row["happened_at"], row["happened_on"]
        thing = Thing(row["kind"], row["title"], row["url"], row["space"], on, at, [])
        _keep(found, thing, row["community"], row["source"])
    for row in ctx.rows(_LETTERS, since=since.date()):
        thing = Thing("newsletter", row["title"], row["url"], "", row["sent_on"], None, [])
        _keep(found, thing, row["community"], "")
    return sorted(found.values(), key=lambda each: each.on, reverse=True)


def _keep(found: dict[tuple[Any, ...], Thing], thing: Thing, community: str, source: str) -> None:
    same = (thing.kind, source, thing.where, thing.title, thing.url, thing.on)
    found.setdefault(same, thing).communities.append(community)


def weeks(past: list[Thing], today: date) -> Iterator[tuple[date, list[int]]]:
    """How many of each kind in each whole week, and in the one that has begun; from its Monday."""
    monday = today - timedelta(days=today.weekday())
    count = Counter((each.on - timedelta(days=each.on.weekday()), each.kind) for each in past)
    for back in reversed(range(WEEKS)):
        week = monday - timedelta(weeks=back)
        yield week, [count[week, kind] for kind in KINDS]


def by_community(ctx: PageContext, new: list[Thing]) -> Iterator[tuple[Any, ...]]:
    """Where most is new comes first."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for each in new:
        for community in each.communities:
            count[community][each.kind] += 1
    newest = {key: each.on for each in reversed(new) for key in each.communities}
    for key in sorted(count, key=lambda key: -count[key].total()):
        title = Link(ctx.communities[key], community=key)
        yield (title, *(count[key][kind] for kind in KINDS), newest[key])


def coming(ctx: PageContext, events: list[Thing]) -> Table:
    """The next event first."""
    columns = [Column("title", WHAT, "link"), Column("communities", COMMUNITY),
               Column("begins", BEGINS, "instant")]  # fmt: skip
    rows = [(Link(each.title, each.url), named(ctx, each), each.at) for each in reversed(events)]
    return Table("coming", COMING, columns, rows)


def named(ctx: PageContext, thing: Thing) -> str:
    """The titles of its communities."""
    return ", ".join(sorted({ctx.communities[key] for key in thing.communities}))


@hookimpl
def cophub_pages() -> list[Page]:
    """What is new, for every audience."""
    return [Page("new", TITLE, SUMMARY, content, ("public", "members", "facilitators"), panel)]
