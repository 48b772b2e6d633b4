"""Kinds of settings that many connectors have."""

from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from cophub.connectors.settings import Charset, Host, Words, Zone, means, origin_of
from cophub.plugins import BUILT_IN


class Settings(BaseModel):
    words: Words = []
    host: Host | None = None
    zone: Zone = "UTC"
    charset: Charset = "utf-8"


@pytest.mark.parametrize("given", ["7", 7, ["7"], [7]])
def test_one_word_is_a_list_of_one_and_an_id_may_be_a_number(given: Any):
    assert Settings(words=given).words == ["7"]


def test_a_host_has_no_path_query_or_login():
    assert origin_of(Settings(host="https://one.example.org:8443/").host) == (
        "https://one.example.org:8443"
    )
    for more in ("/api/xml", "/?a=b", "/#top"):
        with pytest.raises(ValidationError, match="scheme and host only"):
            Settings(host=f"https://one.example.org{more}")
    with pytest.raises(ValidationError, match="scheme and host only"):
        Settings(host="https://me:word@one.example.org")


def test_zones_and_character_sets_are_known_ones():
    assert Settings(zone="Europe/Geneva").zone == "Europe/Zurich"
    for wrong in ({"zone": "Europe/Genevre"}, {"zone": "../etc"}, {"charset": "klingon"}):
        with pytest.raises(ValidationError):
            Settings(**wrong)


@pytest.mark.parametrize(
    ("word", "there"),
    [("mercop", True), (" MerCoP ", True), ("mer*", True), ("[Health] calls", True), ("7", True),
     ("mer", False), ("[health]*", True), ("[hm]*", False), ("", False)],
)  # fmt: skip
def test_a_word_means_a_name_or_a_pattern_of_one(word: str, there: bool):
    assert means(word, "7", "MERCoP", "[health] Calls", None, "") is there


def test_every_base_url_is_a_host():
    """Whoever pastes the address of a page is told so, and not sent to a path that is not there."""
    for place in BUILT_IN:
        for connector in getattr(import_module(place), "cophub_connectors", list)():
            if field := connector.settings.model_fields.get("base_url"):
                with pytest.raises(ValidationError, match="scheme and host only"):
                    TypeAdapter(field.rebuild_annotation()).validate_python("https://a.org/g/one")
