"""What of the last two weeks deserves a line in the newsletter."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, pstdev

from cophub.pipelines.brief.facts import Act, Facts, Paper, Post, Ref
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import Speech, subject

LATELY = timedelta(days=14)
NEW_FOR = timedelta(days=90)
PER_AUTHOR = 2
SEEN = 0.6
DEFINITION = (
    "Threads, documents and events of the last 14 days, from spaces that {spaces}; secret ones"
    " never. Ranked by z(people who took part) + z(those of another organisation than the author's)"
    " + 1 if somebody answered − 1 if over 60 % of the mailing list have it already, in their mail"
    " or by the vendor's count of views. At most 2 by one author; one by a newcomer (joined within"
    " 90 days) and one from a country office replace the last ones where there are any."
)
SPACES = {
    "public": "say that they are public",
    "members": "are public or for their members",
}
ALLOWED = {"public": frozenset({"public"}), "members": frozenset({"public", "members", ""})}
"""What may be shown to others; a visibility that is not known is not public."""
_KINDS = {"thread": "Thread: {told}", "event": "Event: {told}", "document": "Document"}
_BY = {
    (False, False): "By {name}.",
    (True, False): "By {name}, a newcomer.",
    (False, True): "By {name}, from a country office.",
    (True, True): "By {name}, a newcomer from a country office.",
}
EMPTY = "Nothing of the last two weeks may go into a newsletter."


@dataclass(frozen=True)
class Candidate:
    """A thread, document or event with what its rank is computed from."""

    kind: str
    title: str
    url: str | None
    at: datetime
    space: Ref
    author: str
    people: frozenset[str]
    answered: bool
    views: int = 0


@dataclass(frozen=True)
class Ranked:
    """A candidate and its rank."""

    found: Candidate
    score: float
    others: int
    """People of another organisation than the author's."""
    organizations: int
    seen: bool
    newcomer: bool
    field: bool


def candidates(facts: Facts, spaces: str) -> list[Candidate]:
    """Everything of the last two weeks that may be shown to others."""
    since = facts.as_of - LATELY
    allowed = ALLOWED[spaces]
    found = [*_threads(facts, since), *_papers(facts), *_events(facts)]
    return [each for each in found if facts.visibility(each.space) in allowed]


def _threads(facts: Facts, since: datetime) -> Iterable[Candidate]:
    reactors: dict[Ref, set[str]] = defaultdict(set)
    for act in facts.acts:
        if act.kind == "reacted":
            reactors[act.ref].add(act.person)
    for thread in facts.threads:
        first = thread.first
        if first.at <= since or not first.human:
            continue
        posts: tuple[Post, ...] = (first, *thread.replies)
        people = {post.person for post in posts} | set().union(*(reactors[p.ref] for p in posts))
        yield Candidate(
            "thread", subject(first, facts.speak), first.url, first.at, first.space, first.person,
            frozenset(people - {""}), any(thread.answers()), first.views,
        )  # fmt: skip


def _papers(facts: Facts) -> Iterable[Candidate]:
    return (_paper(facts, paper) for paper in facts.papers)


def _paper(facts: Facts, paper: Paper) -> Candidate:
    people = frozenset({paper.person} - {""})
    return Candidate("document", facts.paper_title(paper), paper.url, paper.at, paper.space,
                     paper.person, people, answered=False)  # fmt: skip


def _events(facts: Facts) -> Iterable[Candidate]:
    there: dict[Ref, list[Act]] = defaultdict(list)
    for act in facts.acts:
        if act.kind in ("attended", "organised"):
            there[act.ref].append(act)
    held = (e for e in facts.events if e.starts_at <= facts.as_of and e.ref in there)
    for times in facts.series(held):
        # One that was held twice is one line, of the last time.
        event = times[-1]
        acts = [act for each in times for act in there[each.ref]]
        author = next((act.person for act in acts if act.kind == "organised"), "")
        people = frozenset(act.person for act in acts)
        yield Candidate("event", facts.event_title(event), event.url, event.starts_at,
                        event.space, author, people, answered=False)  # fmt: skip


def ranked(facts: Facts, found: Sequence[Candidate]) -> list[Ranked]:
    """All of them, the best first."""
    others = [_of_other_organizations(facts, each) for each in found]
    z_people = _z([len(each.people) for each in found])
    z_others = _z(others)
    listed = _listed(facts)
    ranks = []
    for each, other, zp, zo in zip(found, others, z_people, z_others, strict=True):
        seen = _seen(facts, each, listed)
        author = facts.people.get(each.author)
        names = {facts.people[p].organization for p in each.people if p in facts.people} - {""}
        ranks.append(
            Ranked(
                each, zp + zo + each.answered - seen, other, len(names), seen,
                _is_new(facts, each.author), bool(author and author.parent),
            )
        )  # fmt: skip
    return sorted(ranks, key=lambda r: (-r.score, -r.found.at.timestamp(), r.found.title))


def chosen(ranks: Sequence[Ranked], most: int) -> list[Ranked]:
    """The best, with at most two by one author, a newcomer's and a country office's among them."""
    by_author: Counter[str] = Counter()
    fitting: list[Ranked] = []
    for each in ranks:
        author = each.found.author
        if not author or by_author[author] < PER_AUTHOR:
            by_author[author] += 1
            fitting.append(each)
    taken = fitting[:most]
    for wish in ("newcomer", "field"):
        wished = next((each for each in fitting if getattr(each, wish)), None)
        if wished and wished not in taken:
            place = _least_needed(taken)
            if place is not None:
                taken[place] = wished
    return sorted(taken, key=ranks.index)


def _least_needed(taken: Sequence[Ranked]) -> int | None:
    """The last one that is there for its rank alone."""
    places = [i for i, each in enumerate(taken) if not each.newcomer and not each.field]
    return places[-1] if places else None


def _of_other_organizations(facts: Facts, found: Candidate) -> int:
    """Participants of a known organisation that is not the author's."""
    author = facts.people.get(found.author)
    own = author.organization if author else ""
    theirs = (facts.people[p].organization for p in found.people if p in facts.people)
    return sum(1 for organization in theirs if organization and organization != own)


def _z(values: Sequence[int]) -> list[float]:
    """Standard scores; 0 where all are alike."""
    spread = pstdev(values) if values else 0.0
    return [(value - fmean(values)) / spread if spread else 0.0 for value in values]


def _listed(facts: Facts) -> dict[Ref, set[str]]:
    """Who is on each mailing list of the community."""
    lists: dict[Ref, set[str]] = defaultdict(set)
    for stay in facts.stays:
        place = facts.places.get(stay.space)
        if stay.status == "active" and place and place.kind in ("list", "audience"):
            lists[stay.space].add(stay.person)
    return lists


def _seen(facts: Facts, found: Candidate, lists: dict[Ref, set[str]]) -> bool:
    everybody = set().union(*lists.values())
    if not everybody:
        return False
    place = facts.places.get(found.space)
    mailed = len(lists.get(found.space, ())) if place and place.kind == "list" else 0
    return max(mailed, found.views) / len(everybody) > SEEN


def _is_new(facts: Facts, person: str) -> bool:
    dates = [s.joined_at for s in facts.stays if s.person == person and s.status == "active"]
    return bool(dates) and all(at and facts.as_of - at <= NEW_FOR for at in dates)


def note(speak: Speech, closed: int) -> str:
    """How much stays out because it is for members, and how that is changed."""
    if not closed:
        return ""
    return speak.count(
        closed,
        "In spaces for their members alone there is {n} more. If the newsletter goes to members"
        ' only, set newsletter = "members" for this brief in plugins.toml: then it is proposed'
        " too.",
        "In spaces for their members alone there are {n} more. If the newsletter goes to members"
        ' only, set newsletter = "members" for this brief in plugins.toml: then they are proposed'
        " too.",
    )


def items(facts: Facts, taken: Iterable[Ranked]) -> list[Item]:
    """What is said of each."""
    return [_item(facts, each) for each in taken]


def _told(facts: Facts, each: Ranked) -> Iterator[str]:
    """Sentences on a candidate: what it is, who took part, by whom, and who has it already."""
    speak, found = facts.speak, each.found
    told = took_part(speak, len(found.people), each.organizations)
    parts = [speak.say(_KINDS[found.kind], told=told)]
    if found.answered:
        parts.append(speak.say("answered"))
    yield f"{', '.join(parts)}."
    if found.author and (name := facts.name(found.author)):
        yield speak.say(_BY[each.newcomer, each.field], name=name)
    if each.seen:
        yield speak.say("Most of the list have it already.")
    if found.kind == "thread" and not found.url:
        yield facts.sent(found.at, found.space)


def took_part(speak: Speech, people: int, organizations: int) -> str:
    """'4 people took part, of 2 organisations'."""
    told = speak.count(people, "{n} person took part", "{n} people took part")
    if organizations > 1:
        told += speak.count(organizations, ", of {n} organisation", ", of {n} organisations")
    return told


def _item(facts: Facts, each: Ranked) -> Item:
    found = each.found
    why = " ".join(_told(facts, each))
    return Item(
        found.title, why, facts.link(found.url, found.space), found.at, facts.where(found.space),
        person=found.author or None,
        figures={
            "kind": found.kind, "score": round(each.score, 2), "people": len(found.people),
            "of_other_organizations": each.others, "organizations": each.organizations,
            "answered": found.answered, "seen": each.seen, "newcomer": each.newcomer,
            "field_office": each.field,
        },
    )  # fmt: skip
