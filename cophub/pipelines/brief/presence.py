"""Members to thank, and members who have gone quiet by their own measure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from cophub.pipelines.brief.facts import Act, Facts, Post, Ref
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import capital, subject

WEEK = timedelta(days=7)
FEWEST_DAYS = 5
TIMES = 3.0
CHANCE = 0.05
MAIL_FOR = timedelta(days=60)
THANK = (
    "Members who in the last seven days answered somebody, gave a document, held an event, or"
    " contributed for the first time in twelve months; the highest sum of weights comes first."
    " Owners, moderators and facilitators are left out: they do the thanking."
)
NOBODY_TO_THANK = "Nobody answered, shared or organised in the last seven days."
QUIET = (
    "Members with at least 5 active days in twelve months whose silence is over 3 times their own"
    " median gap between active days, and so long with a probability below 5 % by their own gaps:"
    " the larger of the share of their gaps that were as long, and of what evenly scattered days"
    " with as many gaps would give. Active: posted, answered, reacted, attended, organised or"
    " contributed. The most active come first."
)
NOBODY_QUIET = "Nobody has gone quiet by their own measure."
_DEEDS = {
    "answered": ("answered somebody once", "answered somebody {n} times"),
    "contributed": ("shared {n} document", "shared {n} documents"),
    "organised": ("held {n} event", "held {n} events"),
    "posted": ("wrote {n} post", "wrote {n} posts"),
}


@dataclass(frozen=True)
class Silence:
    """A member's silence against their own rhythm, in days."""

    person: str
    days: int
    """Since the last active day."""
    baseline: float
    """Median gap between active days."""
    chance: float
    active_days: int
    last_at: datetime


def silences(facts: Facts) -> list[Silence]:
    """Members who lapsed, the most active first."""
    lasts: dict[str, datetime] = {}
    active: dict[str, set[date]] = defaultdict(set)
    for act in facts.acts:
        active[act.person].add(act.at.astimezone(facts.zone).date())
        lasts[act.person] = max(lasts.get(act.person, act.at), act.at)
    today = facts.as_of.astimezone(facts.zone).date()
    found = []
    for person in facts.members - facts.hosts:
        days = sorted(active.get(person, ()))
        if len(days) >= FEWEST_DAYS and (lapsed := gauge(days, today)):
            baseline, chance = lapsed
            silent = (today - days[-1]).days
            found.append(Silence(person, silent, baseline, chance, len(days), lasts[person]))
    return sorted(found, key=lambda each: (-each.active_days, each.days, each.person))


def gauge(days: Sequence[date], today: date) -> tuple[float, float] | None:
    """(median gap, chance of so long a silence) of whoever lapsed, else None.

    `days` are at least two active days in order. With n gaps that add up to s days, evenly
    scattered days give a silence of d days with probability (s / (s + d)) ** n, the uncertainty
    about their rate included; whoever was as silent before has told so by that gap.
    """
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    silent, baseline = (today - days[-1]).days, median(gaps)
    if silent <= TIMES * baseline:
        return None
    total = sum(gaps)
    chance = max(
        (total / (total + silent)) ** len(gaps),
        sum(gap >= silent for gap in gaps) / len(gaps),
    )
    return (baseline, chance) if chance < CHANCE else None


def quiet_items(
    facts: Facts, found: Iterable[Silence], opened: Mapping[str, datetime]
) -> list[Item]:
    """What is said of each: rhythm, last topic and partner, and whether mail is still read."""
    threads = {post.ref: post for post in facts.posts}
    last = _last_posts(facts)
    return [
        _quiet(facts, each, last.get(each.person), threads, opened.get(each.person))
        for each in found
    ]


def _last_posts(facts: Facts) -> dict[str, Post]:
    return {post.person: post for post in facts.posts if post.person}


def _quiet(
    facts: Facts, found: Silence, post: Post | None, threads: Mapping[Ref, Post],
    opened: datetime | None,
) -> Item:  # fmt: skip
    first = threads.get(post.thread, post) if post else None
    reads = opened is not None and facts.as_of - opened <= MAIL_FOR
    why = " ".join(_told(facts, found, post, first, opened))
    space = post.space if post else None
    url = next((each.url for each in (post, first) if each and each.url), None)
    url = url or facts.link(None, space or _stay(facts, found.person))
    return Item(
        facts.name(found.person), why, url, found.last_at, facts.where(space) if space else "",
        facts.secret(space) if space else _only_secret(facts, found.person), found.person,
        {"silent_days": found.days, "median_gap_days": found.baseline,
         "probability": round(found.chance, 4), "active_days": found.active_days,
         "reads_mail": reads if opened is not None else None},
    )  # fmt: skip


def _told(
    facts: Facts, found: Silence, post: Post | None, first: Post | None, opened: datetime | None
) -> Iterator[str]:
    """Sentences on a silence: how long against what rhythm, the last topic, what is still read."""
    speak = facts.speak
    yield speak.say(
        "Silent for {days}; used to be seen {rhythm}.",
        days=speak.count(found.days, "{n} day", "{n} days"),
        rhythm=speak.count(round(found.baseline), "about every day", "about every {n} days"),
    )
    if post and first:
        topic = subject(first, speak, 70)
        if partner := _partner(facts, post):
            name = facts.name(partner)
            yield speak.say("Last wrote in “{title}”, with {name}.", title=topic, name=name)
        else:
            yield speak.say("Last wrote in “{title}”.", title=topic)
    if opened is not None and facts.as_of - opened <= MAIL_FOR:
        yield speak.say("Still opens newsletters.")
    elif opened is not None:
        span = speak.span(facts.as_of - opened)
        yield speak.say("Last opened a newsletter {span} ago.", span=span)


def _partner(facts: Facts, last: Post) -> str | None:
    """With whom they last were in a thread: who wrote before them, else after."""
    for thread in facts.threads:
        if thread.first.ref == last.thread:
            others = [
                post for post in (thread.first, *thread.replies)
                if post.person and post.person != last.person
            ]  # fmt: skip
            before = [post for post in others if post.at <= last.at]
            return (before[-1] if before else others[0]).person if others else None
    return None


def _stay(facts: Facts, person: str) -> Ref:
    """A space that they are in."""
    return min(stay.space for stay in facts.stays if stay.person == person)


def _only_secret(facts: Facts, person: str) -> bool:
    spaces = [stay.space for stay in facts.stays if stay.person == person]
    return bool(spaces) and all(facts.secret(space) for space in spaces)


def to_thank(facts: Facts) -> list[Item]:
    """An item for each member who did something worth a word of thanks."""
    edge = facts.as_of - WEEK
    lately: dict[str, list[Act]] = defaultdict(list)
    before: set[str] = set()
    for act in facts.acts:
        if act.kind in _DEEDS:
            if act.at > edge:
                lately[act.person].append(act)
            else:
                before.add(act.person)
    found = []
    for person, acts in lately.items():
        first = person not in before
        deserves = first or any(act.kind != "posted" for act in acts)
        if deserves and person in facts.members and person not in facts.hosts:
            found.append((person, acts, first))
    found.sort(key=lambda each: (-sum(act.weight for act in each[1]), each[0]))
    posts = {post.ref: post for post in facts.posts}
    return [_thanks(facts, person, acts, posts, first=first) for person, acts, first in found]


def _thanks(
    facts: Facts, person: str, acts: Sequence[Act], posts: Mapping[Ref, Post], *, first: bool
) -> Item:
    speak, kinds = facts.speak, Counter(act.kind for act in acts)
    did = [speak.count(kinds[kind], *words) for kind, words in _DEEDS.items() if kinds[kind]]
    why = f"{capital(speak.together(did))}."
    if first:
        why += " " + speak.say("The first contribution in twelve months.")
    best = max(acts, key=lambda act: (act.weight, act.at))
    title, url = _what(facts, best, posts)
    if title:
        day = speak.on_day(best.at, facts.zone)
        why += " " + speak.say("“{title}”, on {day}.", title=title, day=day)
    return Item(
        facts.name(person), why, url, best.at, facts.where(best.space), facts.secret(best.space),
        person, {**kinds, "weight": sum(act.weight for act in acts), "first": first},
    )  # fmt: skip


def _what(facts: Facts, act: Act, posts: Mapping[Ref, Post]) -> tuple[str, str | None]:
    """Title and link of the post, document or event that an act was about."""
    if act.kind in ("contributed", "organised"):
        for paper in facts.papers:
            if paper.ref == act.ref:
                return facts.paper_title(paper), facts.link(paper.url, paper.space)
        for event in facts.events:
            if event.ref == act.ref:
                return facts.event_title(event), facts.link(event.url, event.space)
        return "", None
    post = posts.get(act.ref)
    if post is None:
        return "", None
    return subject(posts.get(post.thread, post), facts.speak, 70), facts.link(post.url, post.space)
