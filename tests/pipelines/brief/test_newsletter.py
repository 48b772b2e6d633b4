"""Candidates for the newsletter, and what comes up."""

import msgspec
import pytest

from cophub import Letter
from cophub.pipelines.brief import request

from .conftest import Village, ago


def talk(village: Village, author: str, title: str, *others: str, **more) -> None:
    first = village.post(author, ago(5), title, kind="message", **more)
    for other in others:
        village.post(other, ago(4), f"Re: {title}", thread=first, **more)


def test_ranks_by_hand(malaria: Village):
    """People 4, 2, 1 (z 1.336, −0.267, −1.069), others 2, 0, 0 (z 1.414, −0.707, −0.707)."""
    for person, organization in (("ann", "x"), ("bob", "x"), ("cy", "y"), ("dee", "y")):
        malaria.person(person, organization=organization)
    malaria.member("ann", "bob", "cy", "dee", space="group")
    talk(malaria, "ann", "Wide", "bob", "cy", "dee", space="group")
    talk(malaria, "bob", "Narrow", "ann", space="group")
    talk(malaria, "cy", "Alone", space="group")
    items = malaria.items("newsletter")
    assert [(item.title, item.figures["score"]) for item in items] == [
        ("Wide", 3.75), ("Narrow", 0.03), ("Alone", -1.78),
    ]  # fmt: skip
    assert items[0].why == "Thread: 4 people took part, of 2 organisations, answered. By Ann."


def test_what_the_list_had_in_its_mail_or_saw_ranks_lower(malaria: Village):
    malaria.members("ann", "bob", "cy")
    talk(malaria, "ann", "On the list")
    talk(malaria, "bob", "Seen by two", space="group", view_count=2)
    talk(malaria, "cy", "Seen by one", space="group", view_count=1)
    scores = {item.title: item.figures["score"] for item in malaria.items("newsletter")}
    assert scores == {"Seen by one": 0.0, "On the list": -1.0, "Seen by two": -1.0}


@pytest.mark.parametrize(
    ("visibility", "public", "members"),
    [
        ("public", True, True),
        ("members", False, True),
        (None, False, True),
        ("secret", False, False),
    ],
)
def test_private_spaces_are_left_out(malaria: Village, visibility, public, members):
    malaria.space("inner", visibility=visibility)
    malaria.members("ann", space="inner")
    talk(malaria, "ann", "Inside", space="inner")
    assert bool(malaria.titles("newsletter")) is public
    assert bool(malaria.titles("newsletter", newsletter="members")) is members
    note = malaria.brief().section("newsletter").note
    assert note.startswith("In spaces for their members alone there is 1") is (members > public)


def test_two_by_one_author_a_newcomer_and_a_country_office(malaria: Village):
    malaria.rows.add("organization", {"key": "head", "name": "Head"})
    malaria.rows.add("organization", {"key": "ke", "name": "Head Kenya", "parent": "head"})
    malaria.members("ann", "bob", "cy", "r1", "r2", "r3", space="group")
    malaria.person("field", organization="ke")
    malaria.member("field", space="group")
    malaria.members("new", space="group", days=20)
    for title in ("A1", "A2", "A3"):
        talk(malaria, "ann", title, "r1", "r2", "r3", space="group")
    talk(malaria, "bob", "B", "r1", "r2", space="group")
    talk(malaria, "cy", "C", "r1", "r2", space="group")
    talk(malaria, "new", "N", space="group")
    talk(malaria, "field", "F", space="group")
    assert set(malaria.titles("newsletter", newsletter_items=4)) == {"A1", "A2", "N", "F"}


def test_documents_and_events_are_candidates_for_fourteen_days(malaria: Village):
    malaria.members("ann", "bob", space="group")
    for key, days in (("new", 13), ("old", 15)):
        row = {"source": "s", "key": key, "space": "group", "account": "ann", "title": key}
        malaria.rows.add("document", row | {"created_at": ago(days)})
    malaria.event("held", ago(3), "ann", "bob")
    malaria.event("empty", ago(3))
    malaria.event("off", ago(3), "ann", cancelled=True)
    talk(malaria, "ann", "Talk", "bob", space="group")
    kinds = {item.title: item.figures["kind"] for item in malaria.items("newsletter")}
    assert kinds == {"new": "document", "Held": "event", "Talk": "thread"}


def test_what_comes_up_in_two_weeks(malaria: Village):
    malaria.event("later", ago(-13.9), ends_at=ago(-13.9, hours=-1.5), registered_count=12)
    malaria.event("soon", ago(-1))
    malaria.event("too late", ago(-14.1))
    malaria.event("off", ago(-2), cancelled=True)
    malaria.event("gone", ago(-2), gone_at=ago(1))
    items = malaria.items("coming", zone="Africa/Nairobi")
    assert [item.title for item in items] == ["Soon", "Later"]
    assert items[0].why == "Thursday, 19 Nov, 13:00 (Africa/Nairobi)."
    assert items[1].why == ("Wednesday, 2 Dec, 10:36 to 12:06 (Africa/Nairobi). 12 registrations.")


def test_a_call_that_recurs_is_told_once_with_its_other_days(malaria: Village):
    """Another tool tells of the first time too, without an address."""
    malaria.event("w1", ago(-1), title="Community call")
    malaria.event("w1 again", ago(-1), title="community  call", url=None)
    malaria.event("w2", ago(-8), title="Community call")
    malaria.event("w3", ago(-13, hours=-2), title="Community call")
    malaria.event("other", ago(-8), title="Clinic")
    items = malaria.items("coming")
    assert [item.title for item in items] == ["Community call", "Clinic"]
    assert items[0].why == (
        "Thursday, 19 Nov, 10:00 (UTC). Again on Thursday, 26 Nov and Tuesday, 1 Dec, 12:00."
    )
    assert items[0].url == "https://s.example/e/w1"


def test_a_call_that_was_held_twice_is_one_line_of_the_newsletter(malaria: Village):
    malaria.members("ann", "bo", "cy")
    malaria.event("w1", ago(9), "ann", "bo", title="Community call")
    malaria.event("w2", ago(2), "bo", "cy", title="Community call")
    (item,) = malaria.items("newsletter")
    assert (item.at, item.figures["people"]) == (ago(2), 3)


def test_a_call_that_a_rule_gave_the_community_comes_up(malaria: Village):
    malaria.rows.add("space", {"source": "s", "key": "room", "visibility": "members"})
    link = {"community": "m", "source": "s", "space": "rule 1", "set_by": "config"}
    malaria.rows.add("community_space", link)
    malaria.event("call", ago(-1), space="room")
    malaria.rows.add("event_place", {"source": "s", "event": "call", "place": "rule 1"})
    assert malaria.titles("coming") == ["Call"]


def test_a_letter_names_nobody_and_holds_nothing_of_secret_spaces(malaria: Village):
    malaria.space("hidden", visibility="secret")
    malaria.members("ann", "bob", space="group")
    talk(malaria, "ann", "Nets <b>for</b> schools", "bob", space="group")
    malaria.event("hidden call", ago(-2), space="hidden")
    malaria.space("inner", visibility="members")
    malaria.event("inner call", ago(-2), space="inner")
    malaria.event("open call", ago(-3))
    made = request(malaria.context(), {"community": "m", "format": "letter"})
    letter = msgspec.json.decode(made.content, type=Letter)
    assert letter.subject == "Malaria: what is new"
    assert letter.name == "cophub draft: m 2026-W47"
    for text in (letter.html, letter.text):
        assert "Ann" not in text and "Bob" not in text and "Hidden" not in text
        assert "Inner" not in text
        assert "2 people took part" in text, text
        assert "Open Call" in text and "*|UNSUB|*" in text, text
    assert "Nets &lt;b&gt;for&lt;/b&gt; schools" in letter.html and "<b>" not in letter.html
