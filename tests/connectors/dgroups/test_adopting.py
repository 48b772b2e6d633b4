"""Which topic of the API is which conversation of an archive, and where nobody can tell."""

import pytest

from cophub.connectors.dgroups.adopting import Adopting, Fact
from cophub.connectors.dgroups.payloads import Topic

START = 1_704_103_200.0
"""2024-01-01T10:00:00Z."""


def adopting(*conversations: list[Fact]) -> Adopting:
    """The conversations of an archive, ready to be matched."""
    found = Adopting("68")
    for facts in conversations:
        found.facts |= {fact.number: fact for fact in facts}
        found.by_subject.setdefault(facts[0].subject, []).append(facts)
    return found


def fact(number: int, minutes: float = 0, *, complete: bool = True) -> Fact:
    """A message about a plan, so many minutes after the start."""
    return Fact(number, START + 60 * minutes, "a plan", "68:1", complete, {})


def topic(messages: int, subject: str = "A plan", created: str | None = None) -> Topic:
    """A topic that began at the start."""
    return Topic(
        id=40, subject=subject, num_messages=messages, created=created or "2024-01-01T10:00:00Z"
    )


def test_subject_beginning_and_number_tell_a_topic():
    found = adopting([fact(1), fact(2, 30)])
    assert found.match(topic(2)) == [1, 2]
    assert found.match(topic(2, "Re: A plan")) == [1, 2]


@pytest.mark.parametrize(
    "other",
    [topic(3), topic(1), topic(2, "Another plan"), topic(2, created="2024-01-01T11:00:00Z"),
     topic(2, created="0001-01-01T00:00:00Z"), topic(2, created="soon")],
)  # fmt: skip
def test_a_topic_that_differs_is_asked_for(other: Topic):
    assert adopting([fact(1), fact(2, 30)]).match(other) is None


def test_two_conversations_that_began_together_are_asked_for():
    assert adopting([fact(1), fact(2, 30)], [fact(3, 1), fact(4, 40)]).match(topic(2)) is None


def test_a_conversation_of_which_an_author_is_not_known_is_asked_for():
    assert adopting([fact(1), fact(2, 30, complete=False)]).match(topic(2)) is None
