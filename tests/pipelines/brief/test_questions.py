"""Unanswered questions against the community's own pace."""

from datetime import timedelta

import pytest

from cophub.pipelines.brief.questions import LEAST

from .conftest import Village, ago


def answered(village: Village, hours: float, days: float = 100) -> None:
    """A thread of long ago whose first answer came after so many hours."""
    first = village.post("ann", ago(days), "Report", kind="news")
    village.post("bob", ago(days) + timedelta(hours=hours), "Re: Report", thread=first)


def test_the_queue_counted_by_hand(malaria: Village):
    """Answers after 10, 20, 60 and 100 hours: the third of four, 60 hours, is T."""
    malaria.members("ann", "bob", "cy")
    malaria.members("new", days=20)
    for hours in (10, 20, 60, 100):
        answered(malaria, hours)
    malaria.post("ann", ago(hours=59), "Too young?")
    malaria.post("ann", ago(hours=120), "Old enough?")
    malaria.post("new", ago(hours=90), "By a newcomer?")
    liked = malaria.post("cy", ago(hours=66), "Liked?", reaction_count=1)
    for who in ("ann", "bob"):
        mark = {"source": "s", "post": liked, "account": who, "kind": "like"}
        malaria.rows.add("reaction", mark | {"reacted_at": ago(1)})
    items = malaria.items("questions")
    assert [item.title for item in items] == ["By a newcomer?", "Liked?", "Old enough?"]
    assert [item.figures["priority"] for item in items] == [3.5, 3.1, 2.0]
    assert {item.figures["patience_hours"] for item in items} == {60.0}
    assert items[0].why == "New asked 3 days ago, as a newcomer, and nobody else has answered."
    assert items[1].why.endswith("2 reactions so far.")


def test_t_is_48_hours_at_least_and_where_nothing_was_answered(malaria: Village):
    malaria.members("ann", "bob")
    malaria.post("ann", ago(hours=49), "Anybody?")
    assert malaria.items("questions")[0].figures["patience_hours"] == 48.0
    assert "nothing has been answered" in malaria.brief().section("questions").note
    answered(malaria, 5)
    assert malaria.items("questions")[0].figures["patience_hours"] == 48.0
    assert timedelta(hours=48) == LEAST


@pytest.mark.parametrize(
    ("title", "body", "kind", "asked"),
    [("Where?", "", None, True), ("Hello", "Does it work?", "message", True),
     ("Hello", "> Does it work?\nIt does.", None, False), ("Hello", "Yes.", "question", True),
     ("Ready?", "", "news", False), ("Ready?", "", "announcement", False),
     ("Looking for a trainer", "", None, True),
     ("Minutes", "See https://x.example/?a=1 b", None, False),
     ("Γιατί;", "", None, True), ("One; two", "", None, False), ("何時ですか？", "", None, True),
     ("Hello", "All is well.\n--\nAny questions? Call us", None, False)],
)  # fmt: skip
def test_what_is_a_question(malaria: Village, title, body, kind, asked):
    malaria.members("ann")
    malaria.post("ann", ago(5), title, body=body, kind=kind)
    assert bool(malaria.titles("questions")) is asked


@pytest.mark.parametrize(
    ("answer", "waits"),
    [("bob", False), ("ann", True), ("bot", True), ("desk", True), ("stranger", False)],
)
def test_only_another_human_answers(malaria: Village, answer, waits):
    malaria.members("ann", "bob")
    malaria.person("bot", kind="bot")
    malaria.person("desk", kind="role_mailbox")
    first = malaria.post("ann", ago(5), "Anybody?")
    if answer == "stranger":
        malaria.post(None, ago(4), "Re: Anybody?", thread=first, author_name="Somebody else")
    else:
        malaria.post(answer, ago(4), "Re: Anybody?", thread=first)
    assert bool(malaria.titles("questions")) is waits


def test_questions_that_are_gone_too_old_or_a_bots_do_not_wait(malaria: Village):
    malaria.members("ann")
    malaria.person("bot", kind="bot")
    malaria.post("ann", ago(91), "Too old?")
    malaria.post("ann", ago(5), "Deleted?", deleted_at=ago(4))
    malaria.post("ann", ago(5), "Gone?", gone_at=ago(4))
    malaria.post("bot", ago(5), "By a bot?")
    malaria.post("ann", ago(5), "There?")
    assert malaria.titles("questions") == ["There?"]


def test_more_than_are_shown_are_counted(malaria: Village):
    malaria.members("ann")
    for number in range(12):
        malaria.post("ann", ago(5 + number), f"Number {number}?")
    section = malaria.brief(items=5).section("questions")
    assert (len(section.items), section.more) == (5, 7)
    assert section.items[0].title == "Number 11?"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("All is well here. Who has a guide for ada@example.org? Thanks.",
         "“Who has a guide for a***@example.org?”"),
        ("Who knows?", "“Who knows?”"),
        ("> Who knew?\nMany thanks", None),
    ],
)  # fmt: skip
def test_the_sentence_that_asks_is_told(malaria: Village, body, told):
    malaria.members("ann")
    malaria.post("ann", ago(5), "Notes", body=body, kind="question")
    (item,) = malaria.items("questions")
    assert item.why == "Ann asked 5 days ago and nobody else has answered." + (
        f" {told}" if told else ""
    )


def test_the_words_that_ask_are_not_told_twice(malaria: Village):
    """What has no title is called by how it begins."""
    malaria.members("ann")
    malaria.post("ann", ago(5), "", body="Has anybody a tool for field stories?")
    malaria.post("ann", ago(4), "Field stories", body="Has anybody a tool?")
    first, second = malaria.items("questions")
    assert first.title == "Has anybody a tool for field stories?"
    assert first.why == "Ann asked 5 days ago and nobody else has answered."
    assert second.why.endswith("“Has anybody a tool?”")


def test_what_has_no_address_leads_to_its_space(malaria: Village):
    malaria.members("ann")
    malaria.post("ann", ago(5), "Anybody?", url=None)
    (item,) = malaria.items("questions")
    assert item.url == "https://s.example/list"
    assert item.why.endswith("It has no page of its own: look in The list, on Friday, 13 Nov 2026.")


def test_marks_of_an_export_are_not_told(malaria: Village):
    malaria.members("ann")
    malaria.post("ann", ago(5), "", body="[[user:2000000002600]] Does anybody [[tag:7]] know?")
    (item,) = malaria.items("questions")
    assert item.title == "Does anybody know?"
