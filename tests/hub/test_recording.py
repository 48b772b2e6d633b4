"""A sync whose answers are kept, and what they give when they are played again."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cophub.config import load_config
from cophub.error_codes import NOT_RECORDED
from cophub.errors import ConfigError, WarehouseError
from cophub.http import Limits, MemoryTokens, Transport
from cophub.hub import Hub
from cophub.hub.disguising import Disguise
from cophub.sandbox import MailchimpSandbox, MicrosoftSandbox
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sync.rows import differences, everything
from tests.sync.tenant_syncer import tenant_settings
from tests.sync.tools import TOOLS


def no_pace(limits: Limits | None) -> Limits:
    return replace(limits or Limits(), rate=(), lanes=())


def mailchimp_settings(box: MailchimpSandbox) -> dict[str, Any]:
    return {"api_key": box.api_key, "base_url": box.base_url, "member_activity": True}


VENDORS: dict[str, tuple[str, Callable[[], Any], Callable[[Any], dict[str, Any]]]] = {
    **{
        name: (name, tool.made, tool.settings)
        for name, tool in TOOLS.items()
        if name in ("dgroups", "gotomeeting", "adobeconnect")
    },
    "mailchimp": (
        "mailchimp", lambda: MailchimpSandbox(years=1, people=40, audiences=2), mailchimp_settings,
    ),
    "yammer": (
        "yammer",
        lambda: MicrosoftSandbox(people=25, communities=2),
        lambda box: tenant_settings(box, "yammer"),
    ),
    "sharepoint": (
        "sharepoint",
        lambda: MicrosoftSandbox(people=25, communities=2),
        lambda box: tenant_settings(box, "by_secret"),
    ),
}  # fmt: skip


def hub_of(folder: Path, url: str, connector: str, settings: dict[str, Any], now: Any) -> Hub:
    folder.mkdir(exist_ok=True)
    given = ", ".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    (folder / "plugins.toml").write_text(
        f'[hub]\nwarehouse = "{url}"\n[sources.ours]\nconnector = "{connector}"\n'
        f"settings = {{ {given} }}\n"
    )
    return Hub(
        load_config(folder / "plugins.toml"), lambda: now,
        transport=lambda spec: Transport(no_pace(spec.connector.limits), sleep=lambda s: None),
        tokens=lambda _: MemoryTokens(),
    )  # fmt: skip


@pytest.mark.parametrize("vendor", VENDORS)
def test_played_again_it_is_row_for_row_what_the_sync_gave(
    vendor: str, new_warehouse_url: Callable[[], str], tmp_path: Path
) -> None:
    connector, made, settings_of = VENDORS[vendor]
    taken = tmp_path / "recording"
    with made() as box:
        settings, now = settings_of(box), box.now
        secrets = [
            value for key, value in settings.items()
            if key in ("api_key", "password", "client_secret", "refresh_token")
        ]  # fmt: skip
        hub = hub_of(tmp_path / "live", new_warehouse_url(), connector, settings, now)
        if vendor == "yammer":
            token = box.refresh_token(box.tenant.admin)
            tokens = MemoryTokens(**{"ours-microsoft": token})
            hub.tokens = lambda _: tokens
            secrets.append(token)
        [run] = list(hub.repair.record(["ours"], taken))
        assert run.state == "done", run
        right = everything(hub.warehouse)
        hub.close()
    into = new_warehouse_url()
    with hub_of(tmp_path / "live", new_warehouse_url(), connector, settings, now) as other:
        (tmp_path / "live" / "plugins.toml").write_text("")
        [again] = list(other.repair.replay(taken, into))
        assert again.state == "done", again
    with hub_of(tmp_path / "look", into, connector, settings, now) as look:
        assert differences(everything(look.warehouse), right) == []
    assert sum(map(len, right.values())) > 50
    files = [path for path in taken.rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert taken.stat().st_mode & 0o077 == 0
    written = b"".join(path.read_bytes() for path in files)
    assert [secret for secret in secrets if secret.encode() in written] == []


@pytest.fixture
def recorded(
    new_warehouse_url: Callable[[], str], tmp_path: Path
) -> Iterator[tuple[Hub, Path, Callable[[], str]]]:
    """A hub whose source was recorded, and where."""
    _, made, settings_of = VENDORS["mailchimp"]
    taken = tmp_path / "recording"
    with made() as box:
        url = new_warehouse_url()
        hub = hub_of(tmp_path / "hub", url, "mailchimp", settings_of(box), box.now)
        with hub:
            names = ["audiences", "members"]
            assert [run.state for run in hub.repair.record([], taken, streams=names)] == ["done"]
            yield hub, taken, new_warehouse_url


def test_whoever_was_forgotten_since_stays_out(
    recorded: tuple[Hub, Path, Callable[[], str]],
) -> None:
    hub, taken, new_url = recorded
    with hub.warehouse.connect() as connection:
        account = connection.scalar(select(t.account.c.key).order_by(t.account.c.key).limit(1))
        before = connection.scalar(select(func.count()).select_from(t.account))
    list(hub.publish(["identities"]))
    hub.forget(f"ours:{account}")
    into = new_url()
    [run] = list(hub.repair.replay(taken, into))
    assert (run.state, run.total("dropped") > 0) == ("done", True)
    other = Warehouse.open(into)
    with other.connect() as connection:
        keys = set(connection.scalars(select(t.account.c.key)))
        members = set(connection.scalars(select(t.membership.c.account)))
    other.dispose()
    assert before is not None
    assert len(keys) < before
    assert account not in keys | members


def test_only_an_empty_warehouse_takes_a_recording(
    recorded: tuple[Hub, Path, Callable[[], str]], tmp_path: Path
) -> None:
    hub, taken, _ = recorded
    with pytest.raises(WarehouseError, match="is not empty: table run has rows"):
        list(hub.repair.replay(taken))
    with pytest.raises(ConfigError, match="holds no recording"):
        list(hub.repair.replay(tmp_path / "hub", "sqlite://"))
    with pytest.raises(ConfigError, match="is not empty; name a new folder"):
        list(hub.repair.record([], taken))


def test_what_was_not_recorded_is_told(recorded: tuple[Hub, Path, Callable[[], str]]) -> None:
    """Answers that were not recorded are told, and nothing is asked."""
    hub, taken, new_url = recorded
    for path in taken.glob("ours/*.json"):
        if "members" in path.name:
            path.unlink()
    [run] = list(hub.repair.replay(taken, new_url()))
    assert (run.state, run.code) == ("failed", NOT_RECORDED)


@pytest.mark.parametrize("vendor", ["mailchimp", "gotomeeting", "dgroups"])
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_without_people_it_is_as_much_and_names_nobody(
    vendor: str, new_warehouse_url: Callable[[], str], tmp_path: Path
) -> None:
    connector, made, settings_of = VENDORS[vendor]
    taken, into = tmp_path / "recording", new_warehouse_url()
    with made() as box:
        hub = hub_of(tmp_path / "hub", new_warehouse_url(), connector, settings_of(box), box.now)
        [run] = list(hub.repair.record([], taken, without_people=True))
        assert run.state == "done"
        right = everything(hub.warehouse)
    with hub:
        [again] = list(hub.repair.replay(taken, into))
    assert again.state == "done", again
    other = Warehouse.open(into)
    found = everything(other)
    other.dispose()
    for table in ("space", "account", "membership", "post", "event", "attendance", "delivery"):
        assert len(found[table]) == len(right[table]), table
    written = "".join(path.read_text() for path in taken.rglob("*.json"))
    names = {row["name"] for row in right["account"] if " " in (row["name"] or "")}
    emails = {row["email"] for row in right["account"] if row["email"]}
    assert len(names | emails) > 20
    assert [one for one in names | emails if one in written] == []


def test_one_person_is_one_stand_in_wherever_they_are_named() -> None:
    disguise = Disguise()
    disguise._learn_names(["Aba Mensah", "Li"])
    said = disguise.text
    assert said("aba@example.com") == said("ABA@example.com")
    assert said("/x/aba%40example.com").endswith("%40example.org")
    assert said("Ask Aba Mensah, please") == f"Ask {said('Aba Mensah')}, please"
    assert "Mensah" not in said("MENSAH, Aba") + said("Mensah")
    assert said("<name>Li</name>") == f"<name>{said('Li')}</name>" != "<name>Li</name>"
    assert said("Li is short, and a word of many texts.").startswith("Li is")
    assert Disguise().text("aba@example.com") != said("aba@example.com")
