"""Which spaces serve which community."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import CommunitySpec, ConfigError
from cophub.pipelines.identities import cophub_pipelines
from cophub.pipelines.identities.communities import Space, matching, proposed, slug

IDENTITIES = cophub_pipelines()[0]
LATER = datetime(2026, 2, 1, tzinfo=UTC)
SPACES = [
    Space("news", "a1", "Soil"),
    Space("news", "a2", "Water"),
    Space("lists", "soil[en]", "Soil"),
    Space("calls", "owner=ana", None),
]


def spec(key: str, *spaces: str, **more: Any) -> CommunitySpec:
    return CommunitySpec(key=key, title=more.pop("title", key.title()), spaces=spaces, **more)


def links(rows: Any) -> set[tuple[str, str, str, str]]:
    return {
        (r["community"], r["source"], r["space"], r["set_by"]) for r in rows.all("community_space")
    }


@pytest.fixture
def spaces(rows: Any) -> None:
    for space in SPACES:
        rows.add("space", {"source": space.source, "key": space.key, "title": space.title})


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("news:a1", ["a1"]),
        ("news:a*", ["a1", "a2"]),
        ("*:a?", ["a1", "a2"]),
        ("news:a[13]", ["a1"]),
        ("lists:soil[en]", ["soil[en]"]),
        ("calls:owner=ana", ["owner=ana"]),
        ("News:a1", []),
        ("calls:subject=MERCOP*", []),
    ],
)
def test_a_space_is_named_by_its_key_or_a_pattern(pattern: str, keys: list[str]) -> None:
    """A key that is written out is taken as it stands, brackets and equals signs too."""
    assert [space.key for space in matching(pattern, SPACES, "soil")] == keys


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("news", 'is not "source:space"'),
        (":a1", 'is not "source:space"'),
        ("news:", 'is not "source:space"'),
        ("calls:organiser=ana", 'unknown form "organiser="'),
    ],
)
def test_an_unknown_form_says_where_to_correct_it(pattern: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        matching(pattern, SPACES, "soil")
    message = str(raised.value)
    assert words in message
    assert f'community "soil": "{pattern}"' in message
    assert "[communities.soil] in plugins.toml" in message


@pytest.mark.usefixtures("spaces")
def test_communities_are_those_of_plugins_toml(rows: Any, run: Callable) -> None:
    soil = spec("soil", "news:a1", "lists:*", title="Soil health", domain="Land", contact="a@b.org")
    run(IDENTITIES, communities=(soil, spec("water", "news:a*")))
    assert links(rows) == {
        ("soil", "news", "a1", "config"),
        ("soil", "lists", "soil[en]", "config"),
        ("water", "news", "a1", "config"),
        ("water", "news", "a2", "config"),
    }
    stored = rows.all("community")[0]
    assert (stored["title"], stored["domain"], stored["contact"]) == (
        "Soil health", "Land", "a@b.org",
    )  # fmt: skip


@pytest.mark.usefixtures("spaces")
def test_what_plugins_toml_no_longer_says_is_taken_back(rows: Any, run: Callable) -> None:
    """But not what a person set."""
    run(IDENTITIES, communities=(spec("soil", "news:a1"), spec("water", "news:a2")))
    by_hand = {"community": "water", "source": "lists", "space": "soil[en]", "set_by": "Ana"}
    rows.add("community_space", by_hand)
    run(IDENTITIES, LATER, communities=(spec("soil", "news:a2", title="Soils"),))
    assert links(rows) == {
        ("soil", "news", "a2", "config"),
        ("water", "lists", "soil[en]", "Ana"),
    }
    assert [(c["key"], c["title"]) for c in rows.all("community")] == [
        ("soil", "Soils"),
        ("water", "Water"),
    ]


@pytest.mark.usefixtures("spaces")
def test_a_space_that_is_not_there_is_said_and_stops_nothing(
    rows: Any, run: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "cophub.pipeline"):
        run(IDENTITIES, communities=(spec("soil", "news:a1", "news:gone", "calls:subject=S*"),))
    assert links(rows) == {("soil", "news", "a1", "config")}
    first, second = caplog.messages
    assert first.startswith('community "soil": "news:gone" matches no space of the warehouse')
    assert second.startswith('community "soil": "calls:subject=S*" fits no event of the warehouse')


@pytest.mark.usefixtures("spaces")
def test_without_communities_each_title_is_proposed_as_one(rows: Any, run: Callable) -> None:
    run(IDENTITIES)
    assert links(rows) == {
        ("soil", "news", "a1", "proposed"),
        ("soil", "lists", "soil[en]", "proposed"),
        ("water", "news", "a2", "proposed"),
        ("owner-ana", "calls", "owner=ana", "proposed"),
    }


@pytest.mark.usefixtures("spaces")
def test_a_proposal_keeps_its_key_when_the_space_is_renamed(rows: Any, run: Callable) -> None:
    """Links to its page go on working; a newcomer with the new title joins it."""
    run(IDENTITIES)
    rows.change("space", {"key": "a2"}, title="Rivers")
    rows.add("space", {"source": "x", "key": "1", "title": "rivers "})
    run(IDENTITIES, LATER)
    assert {link for link in links(rows) if link[0] == "water"} == {
        ("water", "news", "a2", "proposed"),
        ("water", "x", "1", "proposed"),
    }
    assert {c["key"]: c["title"] for c in rows.all("community")}["water"] == "Rivers"


@pytest.mark.usefixtures("spaces")
def test_proposals_give_way_to_plugins_toml(rows: Any, run: Callable) -> None:
    run(IDENTITIES)
    run(IDENTITIES, LATER, communities=(spec("soil", "news:a1"),))
    assert links(rows) == {("soil", "news", "a1", "config")}
    assert [c["key"] for c in rows.all("community")] == ["soil"]


def test_unlike_titles_never_share_a_key() -> None:
    """Not those that differ in signs only, and not those that have no Latin letter."""
    spaces = [
        Space("s", str(n), title) for n, title in enumerate(("A&B", "A B", "土壌", "水", " "))
    ]
    communities, found = proposed(spaces, {})
    assert len({spec.key for spec in communities}) == len(found) == 5
    assert all(slug(spec.key) == spec.key for spec in communities)


def test_a_key_is_safe_in_a_link() -> None:
    assert slug("  Réseau M&E / Suivi-Évaluation ") == "reseau-m-e-suivi-evaluation"
    assert slug("../..") == ""
    assert len(slug("long " * 40)) <= 60
