"""Secrets: from the environment, a file that is ours alone, the keyring; in the open never."""

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import keyring.backend
import pytest
from pydantic import BaseModel, SecretStr

from cophub import ConfigError, Connector, Stream
from cophub.config import Config, load_config
from cophub.connectors import dgroups, files, sharepoint, singer
from cophub.http import redact

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
CANARY = "canary-secret-4711"


class AgoraSettings(BaseModel):
    token: SecretStr
    group: str = "all"


def members(ctx: Any, since: str | None) -> Any:
    yield from ()


AGORA = Connector(name="agora", summary="Agora", settings=AgoraSettings, streams=[Stream(members)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(folder: Path, text: str, mode: int = 0o600) -> Config:
    path = folder / "plugins.toml"
    path.write_text(text)
    path.chmod(mode)
    return load_config(path)


def agora(folder: Path, token: str, mode: int = 0o600) -> Any:
    text = f'[sources.x]\nconnector = "agora"\nsettings = {{ token = {token} }}\n'
    return loaded(folder, text, mode).source("x").settings_for(AGORA)


def refused(folder: Path, token: str, mode: int = 0o600) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        agora(folder, token, mode)
    assert str(caught.value).startswith("plugins.toml: [sources.x] settings.token: ")
    assert CANARY not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_secret_comes_from_a_file_beside_plugins_toml(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever cophub was started; without the line feed that editors put at the end."""
    (folder / "secrets").mkdir()
    for content in (CANARY, CANARY + "\n", CANARY + "\r\n", "\ufeff" + CANARY):
        (folder / "secrets" / "token").write_bytes(content.encode())
        monkeypatch.chdir("/")
        settings = agora(folder, '{ file = "secrets/token" }')
        assert settings.token.get_secret_value() == CANARY
    assert CANARY not in redact(f"it says {CANARY}")


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o610])
def test_a_file_that_others_may_read_or_change_is_refused(folder: Path, mode: int) -> None:
    file = folder / "token"
    file.write_text(CANARY)
    file.chmod(mode)
    wrong = refused(folder, '{ file = "token" }')
    assert wrong.code == "CPH-C13"
    assert f"other users of this machine may read or change {file}; chmod 600" in str(wrong)
    file.chmod(0o400)
    assert agora(folder, '{ file = "token" }')


@posix
def test_a_file_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns it may put another secret there."""
    (folder / "token").write_text(CANARY)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    wrong = refused(folder, '{ file = "token" }')
    assert wrong.code == "CPH-C13"
    assert "belongs to another user" in str(wrong)


@posix
def test_what_is_no_file_with_one_value_is_refused_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe", 0o600)
    (folder / "empty").write_text("\n")
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")
    (folder / "large").write_bytes(b"x" * 70_000)
    said = {
        "gone": "cannot be read (No such file or directory)", "pipe": "is no file",
        "empty": "is empty", "bytes": "is not UTF-8 text", "large": "is too large",
        ".": "is no file", "~nobody-of-this-name/key": "determine home", "a\\u0000b": "null byte",
    }  # fmt: skip
    for name, why in said.items():
        wrong = refused(folder, f'{{ file = "{name}" }}')
        assert why in str(wrong), name
        assert wrong.code == "CPH-C12"


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return {("agora", "cophub"): CANARY, ("https://a.org", "me"): "2"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


def test_a_secret_comes_from_the_keyring(folder: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        found = agora(folder, '{ keyring = "agora/cophub" }')
        assert found.token.get_secret_value() == CANARY
        found = agora(folder, '{ keyring = "https://a.org/me" }')
        assert found.token.get_secret_value() == "2"
        wrong = refused(folder, '{ keyring = "agora/nobody" }')
        assert "keyring set 'agora' 'nobody'" in str(wrong)
        assert wrong.code == "CPH-C12"
        assert 'is not "service/user"' in str(refused(folder, '{ keyring = "agora" }'))
    finally:
        keyring.set_keyring(before)


def test_without_a_keyring_the_line_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        assert "this machine has no keyring" in str(refused(folder, '{ keyring = "agora/cophub" }'))
    finally:
        keyring.set_keyring(before)
    monkeypatch.setitem(sys.modules, "keyring", None)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "keyring.errors", ModuleType("keyring.errors"))
    assert "pip install 'cophub[keyring]'" in str(refused(folder, '{ keyring = "agora/cophub" }'))


@posix
def test_a_plain_secret_is_refused_where_others_may_read_the_file(folder: Path) -> None:
    for mode in (0o644, 0o640, 0o604):
        wrong = refused(folder, f'"{CANARY}"', mode)
        assert wrong.code == "CPH-C13"
        assert "chmod 600 plugins.toml, or keep the secret elsewhere" in str(wrong)
    assert agora(folder, f'"{CANARY}"', 0o600).token.get_secret_value() == CANARY


@posix
def test_what_is_no_secret_may_stand_in_an_open_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable's name, and the path of a certificate, give nothing away; its text does."""
    monkeypatch.setenv("AGORA_TOKEN", CANARY)
    assert agora(folder, '{ env = "AGORA_TOKEN" }', 0o644)
    text = (
        '[sources.x]\nconnector = "sharepoint"\n[sources.x.settings]\nclient_id = "c"\n'
        'site_url = "https://x.example/sites/a"\ntenant = "t"\ncertificate = "%s"\n'
    )
    [of_sites] = sharepoint.cophub_connectors()
    assert loaded(folder, text % "app.pem", 0o644).source("x").settings_for(of_sites)
    with pytest.raises(ConfigError, match=r"settings.certificate: it is a secret"):
        pem = "-----BEGIN PRIVATE KEY----- abc -----END PRIVATE KEY-----"
        loaded(folder, text % pem, 0o644).source("x").settings_for(of_sites)


@posix
def test_secrets_of_programs_alerts_and_the_warehouse_are_refused_too(folder: Path) -> None:
    [tap] = singer.cophub_connectors()
    config = loaded(
        folder,
        '[hub]\nwarehouse = "postgresql://me:canary-pw@host/db"\n'
        '[alerts]\nto = ["a@example.org"]\n'
        'webhooks = [{ kind = "json", url = "https://h.example/k" }]\n'
        'smtp = { host = "h", sender = "s@example.org", user = "u", password = "canary-pw" }\n'
        '[sources.x]\nconnector = "singer"\n'
        'settings = { command = "tap", config = { auth = [{ api_key = "canary-pw" }] } }\n',
        0o644,
    )
    for ask, where in (
        (lambda: config.warehouse_url, "[hub] warehouse"),
        (lambda: config.alerts_url(0), "[alerts] webhooks"),
        (config.alerts_smtp, "[alerts] smtp"),
        (lambda: config.source("x").settings_for(tap), "settings.config.auth[0].api_key"),
    ):
        with pytest.raises(ConfigError) as caught:
            ask()
        assert caught.value.code == "CPH-C13"
        assert where.partition(" ")[0] in str(caught.value)
        assert "canary-pw" not in str(caught.value)
    config.path.chmod(0o600)
    assert config.warehouse_url.startswith("postgresql+psycopg://me")
    assert config.source("x").settings_for(tap)


def test_a_table_with_one_key_called_file_is_that_table(folder: Path) -> None:
    """Columns of files, the configuration of a tap, and a connector's only setting."""
    [of_files], [tap] = files.cophub_connectors(), singer.cophub_connectors()
    config = loaded(
        folder,
        '[sources.a]\nconnector = "files"\n'
        'settings = { path = "a.csv", columns = { file = "F" } }\n'
        '[sources.b]\nconnector = "singer"\n'
        'settings = { command = "tap", config = { file = "a.sqlite" } }\n'
        '[sources.c]\nconnector = "x"\nsettings = { file = "members.csv" }\n',
    )
    a: Any = config.source("a").settings_for(of_files)
    b: Any = config.source("b").settings_for(tap)
    assert a.columns == {"file": "F"}
    assert b.config == {"file": "a.sqlite"}
    assert config.source("c").settings == {"file": "members.csv"}


def test_within_such_a_table_a_value_may_be_kept_in_a_file(folder: Path) -> None:
    [tap] = singer.cophub_connectors()
    (folder / "key").write_text("canary-of-a-tap")
    config = loaded(
        folder,
        '[sources.b]\nconnector = "singer"\n'
        'settings = { command = "tap", config = { start = "2026", k = { file = "key" } } }\n',
        0o644,
    )
    found: Any = config.source("b").settings_for(tap)
    assert found.config == {"start": "2026", "k": "canary-of-a-tap"}
    assert "canary-of-a-tap" not in redact("canary-of-a-tap")


def test_other_tables_take_files_and_keyrings(folder: Path) -> None:
    (folder / "address").write_text("postgresql://me:canary-pw@host/db\n")
    (folder / "zone").write_text("Africa/Nairobi")
    config = loaded(
        folder, '[hub]\nwarehouse = { file = "address" }\ntimezone = { file = "zone" }\n', 0o644
    )
    assert config.warehouse_url == "postgresql+psycopg://me:canary-pw@host/db"
    assert config.timezone.key == "Africa/Nairobi"


def test_what_is_looked_up_later_stops_nothing_else(folder: Path) -> None:
    [of_groups] = dgroups.cophub_connectors()
    config = loaded(
        folder,
        '[sources.a]\nconnector = "dgroups"\nsettings = { api_key = { file = "gone" } }\n'
        '[sources.b]\nconnector = "dgroups"\nsettings = { api_key = "a-key-of-mine" }\n',
    )
    assert config.source("b").settings_for(of_groups)
    with pytest.raises(ConfigError, match="gone cannot be read"):
        config.source("a").settings_for(of_groups)
