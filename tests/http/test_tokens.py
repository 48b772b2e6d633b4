"""Tokens that change are kept between runs, for their owner only, and never in the clear."""

import stat
import sys
from types import ModuleType

import pytest

from cophub import ConfigError
from cophub.http import FileTokens, MemoryTokens, redact

KEY = "a phrase that nobody guesses"
TOKEN = "refresh-token-of-ada-01"


def test_a_token_is_there_for_the_next_process(tmp_path, monkeypatch):
    monkeypatch.setenv("COPHUB_KEY", KEY)
    FileTokens(tmp_path / "tokens").set("gotomeeting", TOKEN)
    again = FileTokens(tmp_path / "tokens")
    assert again.get("gotomeeting") == TOKEN
    assert again.get("yammer") is None
    again.set("gotomeeting", "the-next-one")
    assert again.get("gotomeeting") == "the-next-one"


def test_a_token_is_encrypted_and_only_its_owner_may_read_the_file(tmp_path):
    folder = tmp_path / "tokens"
    FileTokens(folder, KEY).set("../calls of/ada", TOKEN)
    [path] = folder.iterdir()
    assert path.name == ".._calls_of_ada.token"
    assert TOKEN.encode() not in path.read_bytes()
    assert KEY.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_another_key_is_said_in_one_line(tmp_path):
    FileTokens(tmp_path, KEY).set("calls", TOKEN)
    with pytest.raises(ConfigError, match="cannot be read with this COPHUB_KEY") as failed:
        FileTokens(tmp_path, KEY.upper()).get("calls")
    assert KEY.upper() not in str(failed.value)


def test_a_damaged_file_is_said_in_one_line(tmp_path):
    FileTokens(tmp_path, KEY).set("calls", TOKEN)
    (tmp_path / "calls.token").write_bytes(b"\xffnothing")
    with pytest.raises(ConfigError, match="sign in again"):
        FileTokens(tmp_path, KEY).get("calls")


def test_without_a_key_a_token_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("COPHUB_KEY", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="set COPHUB_KEY"):
        FileTokens(tmp_path / "tokens").set("calls", TOKEN)
    assert not (tmp_path / "tokens").exists()
    with pytest.raises(ConfigError, match="at least 16"):
        FileTokens(tmp_path, "short").set("calls", TOKEN)


def test_the_key_of_the_systems_keyring_is_made_once(tmp_path, monkeypatch):
    kept = {}
    ring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    ring.get_password = lambda service, name: kept.get((service, name))
    ring.set_password = lambda service, name, value: kept.update({(service, name): value})
    errors.KeyringError = type("KeyringError", (Exception,), {})
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    monkeypatch.delenv("COPHUB_KEY", raising=False)
    FileTokens(tmp_path).set("calls", TOKEN)
    assert FileTokens(tmp_path).get("calls") == TOKEN
    assert list(kept) == [("cophub", "key")]


def test_a_token_that_was_kept_is_known_as_a_secret(tmp_path):
    FileTokens(tmp_path, KEY).set("calls", TOKEN)
    store = MemoryTokens(calls="token-in-memory-02")
    assert store.get("calls") == "token-in-memory-02"
    store.set("calls", "token-in-memory-03")
    assert store.get("calls") == "token-in-memory-03"
    text = f"{TOKEN} token-in-memory-02 token-in-memory-03"
    assert redact(text) == "*** *** ***"
