"""Who asked to join or has joined, and has had no welcome."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cophub.pipelines.brief.facts import Facts, Post, Stay
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import own_words

DEFINITION = (
    "Whoever asked to join, or joined the community within {days} days and had no welcome: no"
    " reply or reaction by another person to a post of theirs, and no post by another person that"
    " names them in full, or by their given name beside a word of welcome."
)
EMPTY = "Everybody who came lately has had a welcome."
_GREETINGS = re.compile(r"\b(welcom\w*|bienven\w*|bem[- ]?vind\w*|karibu)\b")


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door: since when, and by which space."""

    stay: Stay
    since: datetime
    asked: bool


def newcomers(facts: Facts, days: int) -> list[Newcomer]:
    """Who asked to join, and who joined within so many days and was in no space before."""
    theirs: dict[str, list[Stay]] = defaultdict(list)
    for stay in facts.stays:
        theirs[stay.person].append(stay)
    edge, hosts = facts.as_of - timedelta(days=days), facts.hosts
    found = []
    for stays in theirs.values():
        active = [stay for stay in stays if stay.status == "active"]
        if not active:
            first = min(stays, key=lambda stay: (stay.asked_at, stay.space))
            if first.asked_at > edge:
                found.append(Newcomer(first, first.asked_at, asked=True))
        elif (joined := _joined(active)) and joined[0] > edge and active[0].person not in hosts:
            found.append(Newcomer(joined[1], joined[0], asked=False))
    return found


def _joined(stays: Iterable[Stay]) -> tuple[datetime, Stay] | None:
    """When somebody first came into any space; None where they may have been there always."""
    dated = [(stay.joined_at, stay) for stay in stays]
    if any(at is None for at, _ in dated):
        return None
    known = [(at, stay) for at, stay in dated if at is not None]
    return min(known, key=lambda found: (found[0], found[1].space))


def to_welcome(facts: Facts, days: int) -> list[Item]:
    """An item for each newcomer without a welcome: who asked comes first, then the longest here."""
    found = newcomers(facts, days)
    welcomed = _answered(facts, found) | _named(facts, found)
    wanted = [each for each in found if each.asked or each.stay.person not in welcomed]
    posted = _first_posts(facts, {each.stay.person: each.since for each in wanted})
    wanted.sort(key=lambda each: (not each.asked, each.since, each.stay.person))
    return [_item(facts, each, posted.get(each.stay.person, ())) for each in wanted]


def _item(facts: Facts, found: Newcomer, posts: Iterable[Post]) -> Item:
    posts = list(posts)
    someone = facts.people[found.stay.person]
    waits = facts.as_of - found.since
    where = facts.where(found.stay.space)
    why = _why(facts, found, len(posts))
    if someone.organization:
        why += " " + facts.speak.say("Works for {name}.", name=someone.organization)
    place = facts.places.get(found.stay.space)
    url = next((post.url for post in posts if post.url), None) or found.stay.url
    return Item(
        facts.name(someone.id), why, url or (place.url if place else None), found.since, where,
        facts.secret(found.stay.space), someone.id,
        {"asked": found.asked, "waits_hours": int(waits.total_seconds() // 3600),
         "posts": len(posts)},
    )  # fmt: skip


def _why(facts: Facts, found: Newcomer, posts: int) -> str:
    speak = facts.speak
    where = facts.where(found.stay.space) or speak.say("the community")
    at = {"where": where, "day": speak.on_day(found.since, facts.zone)}
    if found.asked:
        waits = speak.span(facts.as_of - found.since)
        return speak.say(
            "Asked to join {where} on {day}, and has waited for {span}.", span=waits, **at
        )
    if posts:
        return speak.count(
            posts,
            "Joined {where} on {day} and wrote {n} post that nobody answered; no welcome yet.",
            "Joined {where} on {day} and wrote {n} posts that nobody answered; no welcome yet.",
            **at,
        )
    return speak.say("Joined {where} on {day}; no welcome since.", **at)


def _first_posts(facts: Facts, since: Mapping[str, datetime]) -> dict[str, list[Post]]:
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in facts.posts:
        if post.person in since and post.at >= since[post.person]:
            posts[post.person].append(post)
    return posts


def _answered(facts: Facts, found: Iterable[Newcomer]) -> set[str]:
    """Those of them to whose posts another person has replied or reacted."""
    new = {each.stay.person for each in found}
    authors = {post.ref: post.person for post in facts.posts if post.person in new}
    welcomed = set()
    for thread in facts.threads:
        if thread.first.person in new and any(thread.answers()):
            welcomed.add(thread.first.person)
    for act in facts.acts:
        author = authors.get(act.ref) if act.kind == "reacted" else None
        if author and author != act.person:
            welcomed.add(author)
    return welcomed


def _named(facts: Facts, found: Iterable[Newcomer]) -> set[str]:
    """Those of them whom a later post by another person names."""
    found = [each for each in found if not each.asked]
    if not found:
        return set()
    first = min(each.since for each in found)
    texts = [
        (post, _folded(f"{post.title}\n{own_words(post.body)}"))
        for post in facts.posts
        if post.at >= first and post.human
    ]
    greetings = [(post, text) for post, text in texts if _GREETINGS.search(text)]
    welcomed = set()
    for each in found:
        name = _folded(facts.name(each.stay.person))
        given, _, family = name.partition(" ")
        if (family and _names(name, texts, each)) or _names(given, greetings, each):
            welcomed.add(each.stay.person)
    return welcomed


def _names(name: str, texts: Iterable[tuple[Post, str]], found: Newcomer) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return any(
        post.at >= found.since and post.person != found.stay.person and pattern.search(text)
        for post, text in texts
        if name in text
    )


def _folded(text: str) -> str:
    """Small letters without accents: names are written with them and without."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())
