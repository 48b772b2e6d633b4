"""Whoever keeps time looks each minute, also while the warehouse is away; commands at their end."""

import os
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cophub import ConfigError, WarehouseError, schedule
from cophub.cli import run
from cophub.config import load_config
from cophub.hub import Hub, alert_watch
from cophub.hub.alert_watch import Watch
from cophub.schedule import Timekeeper
from cophub.warehouse import Warehouse

from .conftest import Hooks, Postbox, Village

SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def alerts(hooks: Hooks, *kinds: str) -> str:
    each = ", ".join(f'{{ kind = "{kind}", url = "{hooks.url(kind)}" }}' for kind in kinds)
    return f"[alerts]\nwebhooks = [{each}]\n"


def told(hooks: Hooks, kind: str = "json") -> list[str]:
    return [f"{one['event']} {one['subject']}" for one in hooks.of(kind)]


@SQLITE
def test_a_warehouse_that_is_away_is_one_alert_and_its_return_another(
    village: Village, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """13 sources, and a webhook that takes it at the third try only."""
    names = tuple(f"s{place}" for place in range(13))
    hub = village.configure(alerts(hooks, "json", "slack"), names)
    assert village.sync(hub) == []
    watch, here = Watch(), Warehouse.connect

    def away(self: Warehouse) -> None:
        raise WarehouseError("the server of the warehouse does not answer", code="CPH-W08")

    monkeypatch.setattr(Warehouse, "connect", away)
    hooks.answers["slack"] = 500
    watch.look(hub)
    assert told(hooks) == []
    for minutes in (1, 0, 1, 2, 0):
        village.passes(minutes=minutes)
        watch.look(hub)
        if minutes == 2:
            hooks.answers.clear()
    village.passes(minutes=5)
    watch.look(hub)
    watch.look(hub)
    assert told(hooks) == ["opened the warehouse"]
    assert len(hooks.of("slack")) == 1
    monkeypatch.setattr(Warehouse, "connect", here)
    watch.look(hub)
    watch.look(hub)
    assert told(hooks) == ["opened the warehouse", "cleared the warehouse"]
    assert len(hooks.of("slack")) == 2


@SQLITE
def test_a_warehouse_that_was_away_for_a_moment_is_told_to_nobody(
    village: Village, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, watch = village.configure(alerts(hooks, "json")), Watch()
    with pytest.MonkeyPatch.context() as patch:
        error = WarehouseError("locked", code="CPH-W03")
        patch.setattr(alert_watch, "look", lambda *_: (_ for _ in ()).throw(error))
        watch.look(hub)
    village.passes(minutes=1)
    watch.look(hub)
    assert told(hooks) == []


@SQLITE
def test_who_keeps_time_tells_of_sources_and_of_a_file_that_it_cannot_take_over(
    village: Village, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "ALERTS_SECONDS", 0.05)
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    village.now = datetime.now(UTC)  # as leases have it: else a run would seem to be nobody's
    village.vendor("away A")
    hub = village.configure(alerts(hooks, "json"), more='every = "6 hours"\n')
    good = village.path.read_text()
    keeper = Timekeeper(hub, lambda result: None)
    thread = threading.Thread(target=keeper.run)
    thread.start()

    def until(what: str) -> None:
        end = time.monotonic() + 10
        while what not in told(hooks) and time.monotonic() < end:
            time.sleep(0.02)
        assert what in told(hooks)

    try:
        until("opened news")
        village.path.write_text(good.replace("every", "evry"))
        until("opened plugins.toml")
        village.path.write_text(good)
        until("cleared plugins.toml")
        assert time.monotonic() - keeper.looked_at < 5
    finally:
        keeper.stop.set()
        thread.join(20)
    assert sorted(told(hooks)) == [
        "cleared plugins.toml", "opened news", "opened plugins.toml",
    ], hooks.posted  # fmt: skip


def cophub(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


@SQLITE
def test_sync_and_run_tell_at_their_end_and_the_command_shows_it(
    village: Village, hooks: Hooks, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(village.folder)
    hooks.answers["slack"] = 404
    village.configure(alerts(hooks, "json", "slack"))
    village.vendor("away the forum does not answer")
    code, _, errors = cophub(capsys, "sync")
    assert (code, told(hooks)) == (1, ["opened news"])
    assert "warning: the alert about news was not delivered by slack: 127.0.0.1 answered 404" in (
        errors
    )
    _, shown, _ = cophub(capsys, "alerts")
    assert re.search(r"news wrong, seen now, told now \[CPH-U01\]\n    the forum does not", shown)
    assert "not delivered by slack: 127.0.0.1 answered 404; tried again in 1 minute" in shown
    assert "was not delivered by slack" in cophub(capsys, "status", "--all")[1]
    village.vendor("well")
    hooks.answers.clear()
    assert cophub(capsys, "run", "--json")[0] == 0
    assert told(hooks) == ["opened news", "cleared news"]
    assert "nothing is wrong" in cophub(capsys, "alerts")[1]
    assert "news well again now" in cophub(capsys, "alerts", "--all")[1]


@SQLITE
def test_a_test_says_who_took_it(
    village: Village, hooks: Hooks, postbox: Postbox, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(village.folder)
    postbox.refuse["ben@example.org"] = "550 no such mailbox"
    mail = (
        '[alerts]\nto = ["ada@example.org", "ben@example.org"]\n[alerts.smtp]\nhost = "127.0.0.1"\n'
        f'port = {postbox.port}\nstarttls = false\nsender = "hub@example.org"\n'
    )
    hooked = alerts(hooks, "teams").removeprefix("[alerts]\n")
    village.configure(mail.replace("[alerts.smtp]", hooked + "[alerts.smtp]"))
    code, shown, _ = cophub(capsys, "alerts", "test")
    assert code == 1
    assert "mail 1 took it" in shown
    assert "teams took it" in shown
    assert "mail 2: the mail server did not take it (550 no such mailbox)" in shown
    assert postbox.subjects == ["[cophub] alerts: this is a test"]
    village.configure("")
    code, _, errors = cophub(capsys, "alerts", "test")
    assert (code, "has no table [alerts]" in errors) == (2, True)


GOOD = {"to": '["a@example.org"]', "smtp": '{ host = "mail", sender = "b@example.org" }'}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[alerts]", 'tells nobody; add to = ["you@example.org"] with [alerts.smtp], or webhooks'),
        ('[alerts]\nto = ["a@example.org"]', "names whom to mail and no mail server"),
        ('[alerts]\nto = ["Ann <a@example.org>"]', "is not an e-mail address"),
        (f"[alerts]\nsmtp = {GOOD['smtp']}", "has a mail server and nobody to mail"),
        (f"[alerts]\nto = {GOOD['to']}\nsmtp = {{ hots = 'x' }}", 'did you mean "host"'),
        (f"[alerts]\nto = {GOOD['to']}\nsmtp = {{ host = 'x' }}", "lacks sender"),
        ('[alerts]\nwebhooks = [{ kind = "irc", url = "https://x.example" }]', "'teams', 'slack'"),
        ('[alerts]\nwebhooks = [{ kind = "json", url = "ftp://canary" }]', "begins with https://"),
        (
            '[alerts]\nwebhooks = [{ kind = "json", url = "http://canary.example" }]',
            "you alone",
        ),
        ('[alerts]\nwebhooks = [{ kind = "json", url = 3 }]', "must be text in quotes"),
        ('[alerts]\nremind = "soon"\n', '"soon" is not a length of time'),
        ('[alerts]\nrepeat = "1 day"\n', "no such key"),
    ],
)
def test_what_is_wrong_in_the_table_is_said_in_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "plugins.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "plugins.toml")
    line = str(error.value)
    assert said in line
    assert "plugins.toml: [alerts]" in line
    assert "canary" not in line
    assert "\n" not in line


def test_an_address_in_a_variable_is_looked_at_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text('[alerts]\nwebhooks = [{ kind = "json", url = { env = "HOOK_CANARY" } }]\n')
    config = load_config(path)
    url: Callable[[], str] = lambda: config.alerts_url(0)  # noqa: E731
    assert "HOOK_CANARY" not in os.environ
    with pytest.raises(ConfigError, match="HOOK_CANARY is not set"):
        url()
    monkeypatch.setenv("HOOK_CANARY", "http://canary.example/x")
    with pytest.raises(ConfigError, match=r"\[alerts\] webhooks\[0\].url: must begin with https"):
        url()
    monkeypatch.setenv("HOOK_CANARY", "https://hooks.example.org/x")
    assert url() == "https://hooks.example.org/x"
    with Hub.open(path) as hub:
        assert "hooks.example.org" not in repr(hub.config)
