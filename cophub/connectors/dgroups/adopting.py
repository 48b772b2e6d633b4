"""Topics for the posts of an archive, by the list of topics and few requests more.

An archive tells no topics. A topic of the API is that of a conversation of the archive when
subject, beginning and number of messages agree, and no other's do; any other topic is asked for.
Where that would cost more than listing all messages, they are listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from cophub import Item, Post
from cophub.connectors.dgroups.client import PAGE, Ctx, api
from cophub.connectors.dgroups.download import Mail, date_of
from cophub.connectors.dgroups.groups import Found
from cophub.connectors.dgroups.payloads import Topic
from cophub.connectors.dgroups.posts import post_key, same_subject
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.instants import instant

NEAR = 120.0
"""Seconds by which a topic's beginning and its first message's Date may differ."""


@dataclass(slots=True)
class Fact:
    """A message of the archive."""

    number: int
    at: float
    subject: str
    thread: str
    complete: bool
    """Whether the archive tells its author."""
    extra: dict[str, Any]


@dataclass
class Adopting:
    """The messages of one group's archive, for the stream of messages of the same run."""

    group: str
    facts: dict[int, Fact] = field(default_factory=dict)
    threads: dict[str, list[Fact]] = field(default_factory=dict)
    by_subject: dict[str, list[list[Fact]]] = field(default_factory=dict)
    one: Found | None = None
    ctx: Ctx | None = None

    @classmethod
    def of(cls, ctx: Ctx, one: Found) -> "Adopting | None":
        """What this run has read of a group's archive; None if nothing."""
        found = ctx.shared.get("dgroups:archived", {}).pop(one.key, None)
        if isinstance(found, cls):
            found.one, found.ctx = one, ctx
            return found
        return None

    def keep(self, ctx: Ctx) -> None:
        """Hand it to the stream of messages."""
        ctx.shared.setdefault("dgroups:archived", {})[self.group] = self

    @property
    def high(self) -> int:
        """The highest number in the archive."""
        return max(self.facts)

    def add(self, mail: Mail) -> None:
        """Take a message in."""
        post = mail.post
        fact = Fact(
            mail.number or 0, date_of(post).timestamp(), same_subject(str(post.title or "")),
            str(post.thread), post.account is not None, dict(post.extra or {}),
        )  # fmt: skip
        self.facts[fact.number] = fact
        self.threads.setdefault(fact.thread, []).append(fact)

    def plan(self, topics: int) -> list[Topic] | None:
        """The group's topics, each to be matched; None where listing all messages costs less."""
        assert self.ctx is not None and self.one is not None  # noqa: S101 - `of` gave them
        listing = ceil(len(self.facts) / (PAGE - 1))
        at_least = sum(not all(fact.complete for fact in one) for one in self.threads.values())
        if ceil(topics / (PAGE - 1)) + at_least >= listing:
            return None
        for facts in self.threads.values():
            facts.sort(key=lambda fact: (fact.at, fact.number))
            self.by_subject.setdefault(facts[0].subject, []).append(facts)
        params = {"group_id": self.one.id, "sort_field": "created", "sort_dir": "asc"}
        found = Walk(api(self.ctx), "gettopics", Topic, params).every()
        unclear = sum(self.match(topic) is None for topic in found)
        return found if unclear < listing else None

    def match(self, topic: Topic) -> list[int] | None:
        """The numbers of a topic's messages in their order; None where that is not clear."""
        try:
            created = instant(topic.created)
        except ValueError:
            return None
        if created is None:
            return None
        near = [
            facts
            for facts in self.by_subject.get(same_subject(topic.subject), ())
            if abs(facts[0].at - created.timestamp()) <= NEAR
        ]
        if len(near) != 1 or len(near[0]) != topic.num_messages:
            return None
        if not all(fact.complete for fact in near[0]):
            return None
        return [fact.number for fact in near[0]]

    def records(self, topic: Topic, numbers: list[int]) -> Iterator[Item]:
        """The posts of a topic, with what the archive did not tell of them."""
        thread = post_key(self.group, numbers[0])
        for number in numbers:
            extra = {**self.facts[number].extra, "topic": str(topic.id)}
            yield Post(key=post_key(self.group, number), thread=thread, extra=extra)
