"""Who asked to join or joined, and has had no welcome."""

import pytest

from .conftest import Village, ago


def test_a_week_at_the_door_counted_by_hand(malaria: Village):
    """Eight came; two were answered, one was named, one came long ago: four wait."""
    malaria.members("asker", days=3, status="pending")
    malaria.members("silent", "writer", "answered", "liked", days=5)
    malaria.members("old", days=200)
    malaria.members("always")
    malaria.person("named", "Ama Boateng")
    malaria.person("given", "Kofi Mensah")
    malaria.member("named", "given", days=6)
    malaria.post("writer", ago(4), "Hello from the coast")
    own = malaria.post("answered", ago(4), "Hello")
    malaria.post("old", ago(3), "Re: Hello", thread=own)
    liked = malaria.post("liked", ago(4), "Good day")
    mark = {"source": "s", "post": liked, "account": "old", "kind": "like", "reacted_at": ago(3)}
    malaria.rows.add("reaction", mark)
    malaria.post("old", ago(5), "News", body="We thank Ama Boateng for the photos.")
    malaria.post("always", ago(5), "Who is who", body="Kofi, can you tell us more?")
    items = malaria.items("welcome")
    assert [item.person for item in items] == ["asker", "given", "silent", "writer"]
    assert items[0].why.startswith("Asked to join The list on Sunday, 15 Nov, and has waited")
    assert "no welcome since" in items[2].why
    assert "wrote 1 post that nobody answered" in items[3].why
    assert items[2].url == "https://s.example/list" and items[3].url.startswith("https://s.ex")


@pytest.mark.parametrize(
    ("words", "welcomed"),
    [("Welcome, Zoé!", True), ("A warm welcome to Zoe", True), ("Bienvenue Zoé", True),
     ("Zoé, hello", False), ("Welcome, Zoélie", False), ("zoe durand joined", True)],
)  # fmt: skip
def test_a_word_of_welcome_and_the_given_name_are_one(malaria: Village, words, welcomed):
    malaria.person("zoe", "Zoé Durand")
    malaria.member("zoe", days=4)
    malaria.members("host")
    malaria.post("host", ago(2), "This week", body=words)
    assert (malaria.titles("welcome") == []) is welcomed


def test_what_was_said_before_they_came_or_by_themselves_is_no_welcome(malaria: Village):
    malaria.person("zoe", "Zoé Durand")
    malaria.member("zoe", days=4)
    malaria.members("host")
    malaria.post("host", ago(9), "Welcome Zoé")
    malaria.post("zoe", ago(2), "Zoé Durand says: welcome Zoé")
    assert malaria.titles("welcome") == ["Zoé Durand"]


def test_who_comes_into_a_second_space_is_no_newcomer(malaria: Village):
    malaria.members("ann", days=300)
    malaria.member("ann", space="group", days=2)
    malaria.members("bob", space="group")
    malaria.member("bob", days=2)
    assert malaria.titles("welcome") == []


def test_everybody_whom_the_first_sync_met_is_no_newcomer_and_who_came_later_is(malaria: Village):
    malaria.members("first", joined_at=ago(400), joined_at_basis="first_seen")
    malaria.rows.seen_at = ago(3)
    malaria.members("later", joined_at=ago(3), joined_at_basis="first_seen")
    malaria.members("unsaid")
    assert malaria.titles("welcome") == ["Later", "Unsaid"]


def test_hosts_bots_and_mailboxes_are_not_welcomed(malaria: Village):
    malaria.members("host", days=2, role="moderator")
    malaria.person("desk", kind="role_mailbox")
    malaria.member("desk", days=2)
    assert malaria.titles("welcome") == []


def test_who_has_no_name_or_an_address_for_one_is_masked(malaria: Village):
    malaria.person("a", "ama@health.example")
    malaria.person("b", " ", email="kofi@health.example")
    malaria.member("a", "b", days=2)
    assert malaria.titles("welcome") == ["a***@health.example", "k***@health.example"]


def test_a_past_week_knows_nothing_of_what_came_after(malaria: Village):
    malaria.members("then", days=20)
    malaria.members("now", days=1)
    post = malaria.post("then", ago(19), "Hello")
    malaria.members("host")
    malaria.post("host", ago(1), "Re: Hello", thread=post)
    assert malaria.titles("welcome") == ["Now"]
    assert malaria.titles("welcome", week="2026-W45") == ["Then"]
    assert malaria.brief(week="2026-W45").members == 2
