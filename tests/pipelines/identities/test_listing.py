"""Who stands in the directory of people, and who is taken out of it again."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from cophub.config import load_config
from cophub.errors import ConfigError
from cophub.pipelines.identities import cophub_pipelines
from cophub.pipelines.identities.listing import normal

IDENTITIES = cophub_pipelines()[0]
TICKED = {"interests": ["Soil", "List me in the directory"]}


def member(rows: Any, account: str, extra: Any = None, space: str = "s", **more: Any) -> None:
    row = {"source": "a", "space": space, "account": account, "status": "active", "extra": extra}
    rows.add("membership", row | more)


def listed(rows: Any) -> set[str]:
    """The names of the people who are listed."""
    return {person["name"] for person in rows.all("person") if person["listed"]}


@pytest.fixture
def people(rows: Any) -> None:
    """Ana, Ben and Eva, none of whom has said anything."""
    for name in ("Ana", "Ben", "Eva"):
        rows.account(name, f"{name.lower()}@example.org", name=name)


@pytest.mark.usefixtures("people")
def test_nobody_is_listed_who_did_not_agree(rows: Any, run: Callable) -> None:
    member(rows, "Ana", {"tags": ["member directory"], "interests": ["Soil"]})
    member(rows, "Ben", {"source": "directory"})
    member(rows, "Eva")
    run(IDENTITIES)
    assert listed(rows) == set()


@pytest.mark.usefixtures("people")
def test_who_carries_a_tag_or_ticked_an_interest_anywhere_is_listed(
    rows: Any, run: Callable
) -> None:
    member(rows, "Ana", TICKED)
    member(rows, "Ana", {"tags": ["guest"]}, space="other")
    member(rows, "Ben", {"tags": ["guest", "DIRECTORY"]})
    member(rows, "Eva", {"tags": ["guest"]})
    run(IDENTITIES)
    assert listed(rows) == {"Ana", "Ben"}


@pytest.mark.usefixtures("people")
def test_an_agreement_is_taken_back_with_the_tag(rows: Any, run: Callable) -> None:
    member(rows, "Ana", TICKED)
    member(rows, "Ben", TICKED)
    run(IDENTITIES)
    rows.change("membership", {"account": "Ana"}, extra={"interests": ["Soil"]})
    run(IDENTITIES)
    assert listed(rows) == {"Ben"}
    rows.change("membership", {"account": "Ana"}, extra=TICKED)
    run(IDENTITIES)
    assert listed(rows) == {"Ana", "Ben"}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("ended", [{"status": "left"}, {"status": "pending"}, {"gone_at": "now"}])
def test_what_has_ended_or_was_never_confirmed_agrees_to_nothing(
    rows: Any, run: Callable, ended: dict[str, Any]
) -> None:
    """Anybody can sign somebody else up; only they can confirm it."""
    if "gone_at" in ended:
        ended = {"gone_at": rows.seen_at}
    member(rows, "Ana", TICKED, **ended)
    run(IDENTITIES)
    assert listed(rows) == set()


@pytest.mark.usefixtures("people")
def test_the_words_are_those_of_the_settings_in_any_script_and_case(
    rows: Any, run: Callable
) -> None:
    member(rows, "Ana", {"interests": ["  RÉPERTOIRE   des membres"]})
    member(rows, "Ben", {"tags": ["Справочник"]})
    member(rows, "Eva", TICKED)
    run(IDENTITIES, listed_by=["répertoire des membres", "СПРАВОЧНИК"])
    assert listed(rows) == {"Ana", "Ben"}
    run(IDENTITIES, listed_by=[])
    assert listed(rows) == set()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("extra", [{"tags": "directory"}, {"tags": {"a": "directory"}}, ["tags"]])
def test_what_is_no_list_of_words_agrees_to_nothing(rows: Any, run: Callable, extra: Any) -> None:
    member(rows, "Ana", extra)
    member(rows, "Ben", {"tags": [None, 7, {"directory": True}], "interests": ["directory"]})
    run(IDENTITIES)
    assert listed(rows) == {"Ben"}


def test_only_persons_are_listed(rows: Any, run: Callable) -> None:
    """Neither mailboxes of several people nor bots, and of merged people the one who remains."""
    rows.account("office", "info@example.org", name="Office")
    rows.account("bot", "b@example.org", name="Bot", kind="bot")
    rows.account("old", "old@example.org", name="Ana")
    rows.account("new", "ana@example.org", name="Ana Lima")
    for account in ("office", "bot", "old", "new"):
        member(rows, account, TICKED)
    run(IDENTITIES)
    assert listed(rows) == {"Ana", "Ana Lima"}
    rows.change("account", {"key": "old"}, email="ana@example.org")
    run(IDENTITIES)
    assert listed(rows) == {"Ana Lima"}
    assert [person["listed"] for person in rows.all("person") if person["merged_into"]] == [False]
    run(IDENTITIES, listed="everybody")
    assert listed(rows) == {"Ana Lima"}


@pytest.mark.usefixtures("people")
def test_everybody_is_who_has_not_left(rows: Any, run: Callable) -> None:
    """Of an archive nobody is a member, so whoever wrote in it has not left."""
    member(rows, "Ana", {"tags": ["guest"]})
    member(rows, "Ben", TICKED, status="left")
    member(rows, "Ben", TICKED, space="other", gone_at=rows.seen_at)
    rows.account("Ida", "ida@example.org", name="Ida", gone_at=rows.seen_at)
    run(IDENTITIES, listed="everybody")
    assert listed(rows) == {"Ana", "Eva"}
    run(IDENTITIES)
    assert listed(rows) == set()


def test_who_typed_a_word_into_a_call_is_not_named(rows: Any, run: Callable) -> None:
    """Unless they are a member somewhere, or tell more than a word of a name."""
    rows.account("guest-1", None, name="maria")
    rows.account("guest-2", None, name="Maria")
    rows.account("guest-3", None, name="王伟")
    rows.account("guest-4", None, name="Zainab Otieno")
    rows.account("guest-5", "zoe@example.org", name="zoe")
    rows.account("guest-6", None, name="Kofi")
    member(rows, "guest-6")
    run(IDENTITIES, listed="everybody")
    assert listed(rows) == {"王伟", "Zainab Otieno", "Zoe", "Kofi"}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("settings", [{}, {"listed": "everybody"}])
def test_a_run_without_a_change_writes_no_person(
    rows: Any, run: Callable, settings: dict[str, str]
) -> None:
    member(rows, "Ana", TICKED)
    run(IDENTITIES, **settings)
    assert listed(rows) >= {"Ana"}
    rows.alarm("person")
    run(IDENTITIES, **settings)
    rows.change("membership", {"account": "Ana"}, status="left")
    with pytest.raises(DBAPIError, match="written"):
        run(IDENTITIES, **settings)


def test_plugins_toml_sets_who_is_listed(tmp_path: Any) -> None:
    file = tmp_path / "plugins.toml"
    file.write_text('[pipelines.identities]\nsettings = { listed = "everybody" }\n')
    chosen = load_config(file).pipeline_settings(IDENTITIES)
    assert chosen.model_dump(exclude={"weights"}) == {
        "listed": "everybody", "listed_by": ["directory", "list me in the directory"],
    }  # fmt: skip
    file.write_text('[pipelines.identities]\nsettings = { listed = "all" }\n')
    with pytest.raises(ConfigError, match=r"pipelines\.identities.*listed.*everybody"):
        load_config(file).pipeline_settings(IDENTITIES)


def test_case_and_blanks_of_a_word_do_not_count() -> None:
    assert normal("  List ME\tin the  Directory ") == "list me in the directory"
