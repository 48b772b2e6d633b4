"""What is wrong is told once for each cause, by one of all who look, and once more when it is well.

Mail goes to a real SMTP server, webhooks to a real HTTP server, both on loopback.
"""

import json
import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cophub.hub import Hub, alert_ways
from cophub.hub.alerting import Told, listing, look, try_out, undelivered
from cophub.warehouse.tables import alert

from .conftest import START, Hooks, Postbox, Village, free_port, nothing_at

ADA = "ada@example.org"
SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def hook(hooks: Hooks, *kinds: str) -> str:
    each = ", ".join(f'{{ kind = "{kind}", url = "{hooks.url(kind)}" }}' for kind in kinds)
    return f"webhooks = [{each}]\n"


def mail(box: Postbox, to: str = f'"{ADA}"') -> str:
    return (
        f"to = [{to}]\nsmtp = {{ host = '127.0.0.1', port = {box.port}, starttls = false,"
        " sender = 'hub@example.org', timeout_seconds = 5 }\n"
    )


def events(told: list[Told]) -> list[str]:
    return [f"{one.event} {one.subject}" for one in told]


def row(hub: Hub) -> dict[str, object]:
    with hub.warehouse.connect() as connection:
        return dict(connection.execute(select(alert)).one()._mapping)


def test_a_silent_vendor_is_one_alert_told_once_and_cleared_once(
    village: Village, hooks: Hooks, postbox: Postbox
) -> None:
    """By all ways; two streams failed, in three runs, with two faults of the same vendor."""
    hub = village.configure("[alerts]\n" + mail(postbox) + hook(hooks, "teams", "slack", "json"))
    assert village.sync(hub) == []
    [told] = village.sync(hub, "away forum.example.org does not answer")
    assert (told.event, told.subject, told.failed) == ("opened", "news", {})
    assert sorted(told.took) == ["json", "mail 1", "slack", "teams"]
    assert village.sync(hub, "away forum.example.org answered 500") == []
    assert look(hub) == []
    assert events(village.sync(hub)) == ["cleared news"]
    assert look(hub) == village.sync(hub) == []
    assert [one["event"] for one in hooks.of("json")] == ["opened", "cleared"]
    assert postbox.subjects == [
        "[cophub] news: A vendor did not answer, or not as it should",
        "[cophub] news: well again",
    ]
    assert postbox.recipients == [ADA, ADA]
    assert [len(hooks.of(kind)) for kind in ("teams", "slack")] == [2, 2]
    assert (listing(hub), [one.count for one in listing(hub, everything=True)]) == ([], [1])


def test_it_is_told_anew_when_it_comes_back_and_reminded_of_while_it_lasts(
    village: Village, hooks: Hooks
) -> None:
    hub = village.configure("[alerts]\nremind = '1 day'\n" + hook(hooks, "json"))
    village.sync(hub)
    fates = ("away A", "well", "away B")
    assert [events(village.sync(hub, fate)) for fate in fates] == [
        ["opened news"], ["cleared news"], ["opened news"],
    ]  # fmt: skip
    village.passes(hours=23)
    assert look(hub) == []
    village.passes(hours=1)
    assert events(look(hub)) == ["reminded news"]
    assert look(hub) == []
    assert row(hub)["count"] == 2


def test_what_is_over_before_its_time_is_told_to_nobody(village: Village, hooks: Hooks) -> None:
    hub = village.configure("[alerts]\nafter = '30 minutes'\n" + hook(hooks, "json"))
    village.sync(hub)
    assert village.sync(hub, "away A") == []
    village.passes(minutes=20)
    assert look(hub) == []
    assert village.sync(hub) == []
    village.passes(hours=2)
    assert look(hub) == []
    assert village.sync(hub, "away A") == []
    village.passes(minutes=30)
    assert events(look(hub)) == ["opened news"]
    assert len(hooks.of("json")) == 1


def test_another_cause_of_the_same_source_is_told_and_the_first_is_not_called_well(
    village: Village, hooks: Hooks
) -> None:
    hub = village.configure("[alerts]\n" + hook(hooks, "json"))
    village.sync(hub, "away A")
    assert events(village.sync(hub, "refused the key was revoked")) == ["opened news"]
    assert [(one["event"], one["code"][:5]) for one in hooks.of("json")] == [
        ("opened", "CPH-U"), ("opened", "CPH-A"),
    ]  # fmt: skip
    assert events(village.sync(hub)) == ["cleared news"]


def test_each_silent_source_is_told_and_what_is_late_is_one_for_all(
    village: Village, hooks: Hooks
) -> None:
    names = tuple("abcde")
    hub = village.configure("[alerts]\n" + hook(hooks, "json"), names, 'every = "1 hour"\n')
    assert village.sync(hub) == []
    village.passes(hours=3)
    [told] = look(hub)
    assert (told.event, told.code, told.subject) == ("opened", "CPH-S01", "a, b, c and 2 more")
    list(hub.sync(["a"]))
    assert look(hub) == []
    assert events(village.sync(hub)) == ["cleared b, c, d and 1 more"]


def test_who_did_not_take_it_is_told_later_and_nobody_twice(
    village: Village, hooks: Hooks, postbox: Postbox
) -> None:
    """A webhook answers 500, and one of two recipients is refused; both have it in the end."""
    hooks.answers["slack"] = 500
    postbox.refuse["ben@example.org"] = "451 ben@example.org: later"
    both = mail(postbox, f'"{ADA}", "ben@example.org"')
    hub = village.configure("[alerts]\n" + both + hook(hooks, "slack", "json"))
    [told] = village.sync(hub, "away A")
    assert sorted(told.took) == ["json", "mail 1"]
    assert told.failed["slack"] == "127.0.0.1 answered 500"
    assert "ben@" not in told.failed["mail 2"]
    assert len(undelivered(hub)) == 2
    assert [line for line in hub.status().warnings if "was not delivered by slack" in line]
    assert look(hub) == []  # it waits
    waits = []
    for _ in range(4):
        waits.append(listing(hub)[0].next_try_at - village.now)  # type: ignore[operator]
        village.now += waits[-1]
        assert sorted(look(hub)[0].failed) == ["mail 2", "slack"]
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    hooks.answers.clear()
    postbox.refuse.clear()
    village.passes(hours=1)
    assert sorted(look(hub)[0].took) == ["mail 2", "slack"]
    assert undelivered(hub) == look(hub) == []
    assert [len(hooks.of(kind)) for kind in ("slack", "json")] == [1, 1]
    assert postbox.recipients == [ADA, "ben@example.org"]


def test_what_never_arrived_is_not_called_well(village: Village, hooks: Hooks) -> None:
    hooks.answers["json"] = 503
    hub = village.configure("[alerts]\n" + hook(hooks, "json"))
    village.sync(hub, "away A")
    hooks.answers.clear()
    assert village.sync(hub) == []
    assert (hooks.of("json"), undelivered(hub)) == ([], [])


@SQLITE
def test_servers_that_are_slow_or_away_are_waited_for_once(
    village: Village, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three sources fail; a webhook answers too late and a mail server not at all."""
    monkeypatch.setattr(alert_ways, "_PATIENCE", 0.1)
    hooks.slow = 0.2
    box = Postbox()
    smtp = mail(box).replace("timeout_seconds = 5", "timeout_seconds = 0.1")
    hub = village.configure("[alerts]\n" + smtp + hook(hooks, "json"), ("a", "b", "c"))
    with nothing_at(box.port):
        told = village.sync(hub, "away A")
    assert [sorted(one.failed) for one in told] == [["json", "mail 1"]] * 3
    assert "did not answer within" in told[0].failed["json"]
    assert "timed out" in told[0].failed["mail 1"]
    assert len({json.dumps(one.failed) for one in told}) == 1


@SQLITE
def test_a_mail_server_that_is_not_there_stops_no_webhook(village: Village, hooks: Hooks) -> None:
    box = Postbox()
    box.port = free_port()
    hub = village.configure("[alerts]\n" + mail(box) + hook(hooks, "json"))
    [told] = village.sync(hub, "away A")
    assert (told.took, list(told.failed)) == (("json",), ["mail 1"])


def _look(path: Path, minutes: int) -> None:
    with Hub.open(path, lambda: START + timedelta(minutes=minutes)) as hub:
        for _ in range(3):
            look(hub)


def test_of_several_processes_that_look_at_once_one_tells(village: Village, hooks: Hooks) -> None:
    hooks.slow = 0.05
    hub = village.configure("[alerts]\n" + hook(hooks, "json"), ("a", "b"))
    village.vendor("away A")
    list(hub.sync())
    _at_once(village.path, 1)
    assert sorted(f"{one['event']} {one['subject']}" for one in hooks.of("json")) == [
        "opened a", "opened b",
    ]  # fmt: skip
    village.vendor("well")
    list(hub.sync())
    _at_once(village.path, 2)
    assert sorted(one["event"] for one in hooks.of("json")) == ["cleared"] * 2 + ["opened"] * 2


def _at_once(path: Path, minutes: int) -> None:
    context = multiprocessing.get_context("fork")
    looks = [context.Process(target=_look, args=(path, minutes)) for _ in range(3)]
    for one in looks:
        one.start()
    for one in looks:
        one.join(20)
    assert [one.exitcode for one in looks] == [0, 0, 0]


def test_who_dies_while_telling_is_followed_by_another(village: Village, hooks: Hooks) -> None:
    hub = village.configure("[alerts]\n" + hook(hooks, "json"))

    class Died(BaseException):
        """The process ends."""

    def die(*_: object) -> str | None:
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alert_ways.Ways, "tell", die)
        with pytest.raises(Died):
            village.sync(hub, "away A")
    village.passes(minutes=9)
    assert look(hub) == []
    village.passes(minutes=1)
    assert events(look(hub)) == ["opened news"]


def test_what_gets_well_while_it_is_told_is_called_well_next(
    village: Village, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = village.configure("[alerts]\n" + hook(hooks, "json"))
    tell, others = alert_ways.Ways.tell, village.open()

    def slowly(ways: alert_ways.Ways, way: str, message: alert_ways.Message) -> str | None:
        monkeypatch.undo()
        village.vendor("well")
        list(others.sync())
        assert look(others) == []
        return tell(ways, way, message)

    monkeypatch.setattr(alert_ways.Ways, "tell", slowly)
    assert events(village.sync(hub, "away A")) == ["opened news"]
    assert events(look(hub)) == ["cleared news"]
    assert look(hub) == []


def test_nothing_that_is_told_or_kept_holds_a_secret_or_an_address(
    village: Village, hooks: Hooks, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a vendor says may name people and tokens; what a webhook answers repeats its address."""
    monkeypatch.setenv("SLACK_CANARY", hooks.url("slack"))
    hooks.answers["json"] = 500
    slack = 'webhooks = [{ kind = "slack", url = { env = "SLACK_CANARY" } }, '
    rest = hook(hooks, "teams", "json").removeprefix("webhooks = [")
    hub = village.configure("[alerts]\n" + mail(postbox) + slack + rest)
    told = village.sync(
        hub, "away https://f.example.org/x?api_key=key-canary-1 zoe.canary@example.org <b>*x*</b>"
    )
    everything = json.dumps(hooks.posted) + str(postbox.mails[0]) + str(told) + str(row(hub))
    everything += str(hub.status().warnings)
    for canary in ("key-canary-1", "zoe.canary", "secret-canary", "answer-canary"):
        assert canary not in everything
    assert "<b>" not in json.dumps(hooks.of("slack")[0]["blocks"][0])
    assert hooks.of("slack")[0]["blocks"][1]["text"]["type"] == "plain_text"


@SQLITE
def test_each_kind_gets_what_it_understands(village: Village, hooks: Hooks) -> None:
    hub = village.configure("[alerts]\n" + hook(hooks, "teams", "slack", "json"))
    village.sync(hub, "away forum.example.org does not answer")
    [teams], [slack], [plain] = (hooks.of(kind) for kind in ("teams", "slack", "json"))
    assert teams["type"] == "message"
    [card] = teams["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    head, said, facts = card["content"]["body"]
    assert head["text"] == "news: A vendor did not answer, or not as it should"
    assert said["text"] == "forum.example.org does not answer"
    assert facts["facts"][0] == {"title": "Since", "value": "2026-03-01 10:31 CET"}
    assert slack["text"] == head["text"]
    assert {block["type"] for block in slack["blocks"]} == {"section"}
    assert plain == {
        "event": "opened", "cause": "news: CPH-U", "code": "CPH-U01", "subject": "news",
        "title": "A vendor did not answer, or not as it should",
        "said": "forum.example.org does not answer", "next_step": plain["next_step"],
        "opened_at": "2026-03-01T09:31:00Z", "cleared_at": None, "hub": village.folder.name,
    }  # fmt: skip


@SQLITE
def test_a_hub_without_alerts_writes_none(village: Village) -> None:
    hub = village.configure("")
    assert village.sync(hub, "away A") == []
    assert listing(hub, everything=True) == undelivered(hub) == []
    assert try_out(hub).took == ()


@SQLITE
def test_a_variable_that_is_not_set_stops_that_way_alone(
    village: Village, hooks: Hooks, postbox: Postbox
) -> None:
    smtp = mail(postbox).replace("timeout", 'user = "u", password = { env = "NOT_SET_1" }, timeout')
    hub = village.configure("[alerts]\n" + smtp + hook(hooks, "json"))
    [told] = village.sync(hub, "away A")
    assert told.took == ("json",)
    assert (
        "[alerts] smtp.password: the environment variable NOT_SET_1 is not set"
        in (told.failed["mail 1"])
    )
