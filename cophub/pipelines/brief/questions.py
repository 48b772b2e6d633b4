"""Questions that wait for an answer for longer than this community's usually do."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cophub.identities.privacy import mask_text
from cophub.pipelines.brief.facts import Facts, Thread
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import own_words, subject
from cophub.pipelines.site.formats import plain

LEAST = timedelta(hours=48)
OPEN_FOR = timedelta(days=90)
NEW_FOR = timedelta(days=90)
DEFINITION = (
    "Questions of the last 90 days that no other person has answered after T: the time within which"
    " three of four answered threads of this community had their first answer, over twelve months,"
    " and at least 48 hours. First come those with the highest sum of 2 for an asker who joined"
    " within 90 days, age over T, and reactions."
)
EMPTY = "Every question has had an answer, or is too young to worry about."
_QUESTION = re.compile(r"[?？؟;](\s|$|[\"')\]»])")
_SENTENCES = re.compile(r"(?<=[.!?？])\s+")
_GREEK = re.compile(r"[\u0370-\u03ff]")
_ASKS = re.compile(
    r"^\W*(question|help|request|query|seeking|looking for|does anyone|has anyone|pregunta"
    r"|consulta)\b",
    re.IGNORECASE,
)
_ANSWERED_KINDS = ("announcement", "news", "system")


@dataclass(frozen=True)
class Waiting:
    """A question and what its place in the queue was computed from."""

    thread: Thread
    age: timedelta
    patience: timedelta
    newcomer: bool
    reactions: int

    @property
    def priority(self) -> float:
        """The higher the more pressing."""
        return 2 * self.newcomer + self.age / self.patience + self.reactions


def usual(facts: Facts) -> timedelta | None:
    """The 75th percentile (nearest rank) of times to the first answer; None: nothing was."""
    times = sorted(
        first.at - thread.first.at
        for thread in facts.threads
        if thread.first.human and (first := next(thread.answers(), None)) is not None
    )
    return times[math.ceil(0.75 * len(times)) - 1] if times else None


def patience(facts: Facts) -> timedelta:
    """T: what is usual, and at least 48 hours."""
    return max(LEAST, usual(facts) or LEAST)


def is_question(thread: Thread) -> bool:
    """Whether a thread begins with a question: its kind says so, or its author's own words do."""
    post = thread.first
    if post.kind == "question":
        return True
    if post.kind in _ANSWERED_KINDS:
        return False
    return bool(_ASKS.match(post.title)) or _asks(post.title) or _asks(own_words(post.body))


def asking(thread: Thread) -> str:
    """The sentence that asks, where the title does not; else an empty text."""
    post = thread.first
    if _asks(post.title):
        return ""
    # Masked first: an address cut in two is none any more.
    words = mask_text(" ".join(own_words(post.body).split()))
    asked = (each for each in _SENTENCES.split(words) if len(each) > 3 and _asks(each))
    return plain(next(asked, ""), 140)


def _asks(text: str) -> bool:
    """A question mark that ends a word; a semicolon is one in Greek alone."""
    return any(found[0][0] != ";" or _GREEK.search(text) for found in _QUESTION.finditer(text))


def unanswered(facts: Facts) -> list[Waiting]:
    """The queue, the most pressing first."""
    limit = patience(facts)
    joined = _newcomers(facts)
    reacted = Counter(act.ref for act in facts.acts if act.kind == "reacted")
    found = []
    for thread in facts.threads:
        post, age = thread.first, facts.as_of - thread.first.at
        if not limit < age <= OPEN_FOR or not post.human:
            continue
        if any(thread.answers()) or not is_question(thread):
            continue
        reactions = max(post.reactions, reacted[post.ref])
        found.append(Waiting(thread, age, limit, post.person in joined, reactions))
    return sorted(found, key=lambda each: (-each.priority, each.thread.first.at))


def _newcomers(facts: Facts) -> set[str]:
    """Members who joined lately, and were not in any space before."""
    new: dict[str, bool] = {}
    for stay in facts.stays:
        if stay.status == "active":
            late = stay.joined_at is not None and facts.as_of - stay.joined_at <= NEW_FOR
            new[stay.person] = late and new.get(stay.person, True)
    return {person for person, late in new.items() if late}


def note(facts: Facts) -> str:
    """How long an answer usually takes here, and how long is waited for one."""
    speak, often = facts.speak, usual(facts)
    limit = speak.span(patience(facts))
    if often is None:
        return speak.say(
            "A question is listed after {span}; nothing has been answered in twelve months.",
            span=limit,
        )
    return speak.say(
        "A question is listed after {span}; three of four answered threads had an answer within"
        " {usual}.",
        span=limit, usual=speak.span(often),
    )  # fmt: skip


def items(facts: Facts, found: Sequence[Waiting]) -> list[Item]:
    """What is said of each."""
    return [_item(facts, each) for each in found]


def _item(facts: Facts, found: Waiting) -> Item:
    post = found.thread.first
    speak = facts.speak
    asker = facts.name(post.person) if post.person else speak.say("Somebody")
    asked = (
        "{name} asked {span} ago, as a newcomer, and nobody else has answered."
        if found.newcomer
        else "{name} asked {span} ago and nobody else has answered."
    )
    why = speak.say(asked, name=asker, span=speak.span(found.age))
    title = subject(post, speak)
    words = asking(found.thread)
    if words and words.rstrip("….") not in title:
        why += " " + speak.say("“{words}”", words=words)
    if found.reactions:
        told = speak.count(found.reactions, "{n} reaction so far.", "{n} reactions so far.")
        why += f" {told}"
    if not post.url:
        why += f" {facts.sent(post.at, post.space)}"
    return Item(
        title, why, facts.link(post.url, post.space), post.at,
        facts.where(post.space), facts.secret(post.space), post.person or None,
        {"age_hours": int(found.age.total_seconds() // 3600),
         "patience_hours": round(found.patience.total_seconds() / 3600, 1),
         "newcomer": found.newcomer, "reactions": found.reactions,
         "priority": round(found.priority, 2)},
    )  # fmt: skip
