"""Tokens that several machines share: sealed in the warehouse, and never two of one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cophub import ConfigError
from cophub.http import FileTokens, redact
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.token_store import TableTokens, check_phrase

KEY = "a long random phrase"
TOKEN = "refresh-4b8d-first"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPHUB_KEY", KEY)


def store(warehouse: Warehouse, folder: Path, source: str = "calls") -> TableTokens:
    return TableTokens(lambda: warehouse, source, lambda: NOW, folder / source)


def test_a_token_is_what_another_machine_kept_last(warehouse: Warehouse, tmp_path: Path) -> None:
    one, other = store(warehouse, tmp_path / "one"), store(warehouse, tmp_path / "other")
    assert other.get("goto") is None
    one.set("goto", TOKEN)
    one.set("goto", "refresh-4b8d-second")
    assert other.get("goto") == "refresh-4b8d-second"
    assert other.names() == ["goto"]
    assert other.kept_at("goto") == NOW
    assert store(warehouse, tmp_path, "others").get("goto") is None


def test_what_is_stored_tells_nothing_without_the_key(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = store(warehouse, tmp_path)
    tokens.set("goto", TOKEN)
    with warehouse.connect() as connection:
        assert TOKEN not in str(connection.execute(select(tables.metadata.tables["token"])).all())
    assert TOKEN not in str(redact(f"it was {TOKEN}"))
    monkeypatch.setenv("COPHUB_KEY", KEY.upper())
    with pytest.raises(ConfigError, match="another COPHUB_KEY") as failed:
        tokens.get("goto")
    assert TOKEN not in str(failed.value) and failed.value.code == "CPH-C08"
    with pytest.raises(ConfigError, match="the same on every machine"):
        check_phrase(warehouse)


def test_without_a_phrase_nothing_is_kept_and_no_keyring_is_asked(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = store(warehouse, tmp_path)
    check_phrase(warehouse)
    monkeypatch.delenv("COPHUB_KEY")
    for ask in (tokens.require_key, lambda: tokens.set("goto", TOKEN)):
        with pytest.raises(ConfigError, match="COPHUB_KEY, which is not set here"):
            ask()
    monkeypatch.setenv("COPHUB_KEY", "short")
    with pytest.raises(ConfigError, match="too short"):
        check_phrase(warehouse)


def test_what_this_machine_kept_in_files_is_taken_over_once(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    files = FileTokens(tmp_path / "calls")
    files.set("goto/eu", TOKEN)
    tokens = store(warehouse, tmp_path)
    assert tokens.names() == ["goto_eu"]
    assert tokens.get("goto/eu") == TOKEN
    assert files.names() == []
    assert store(warehouse, tmp_path / "elsewhere").get("goto/eu") == TOKEN
