"""How a tap is run: found, given private files, listened to, and ended."""

import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cophub import ConfigError, SourceUnavailable
from cophub.config import load_config
from cophub.sync import SourceSpec
from cophub.warehouse import Warehouse
from tests.connectors.singer.conftest import (
    CONNECTOR,
    MEMBERS,
    RECORDS,
    TAP,
    member,
    schema,
    state,
    stream,
)
from tests.sync.conftest import Desk


def test_its_config_is_for_it_alone_and_gone_afterwards(script, read):
    """With the rights of one user, in a folder that is deleted."""
    script.write(schema(), member("ada"), state({"a": 1}))
    read(config={"api_key": "abcdef-123456"})
    (call,) = script.calls()
    assert call["config"]["api_key"] == "abcdef-123456"
    assert call["mode"] == "0o600"
    assert not Path(call["folder"]).exists()


def test_its_files_are_gone_when_it_fails_or_is_not_read_to_its_end(script, context, settings):
    """As they are when a run is stopped."""
    script.write(schema(), member("ada"), state({"a": 1}), member("bo"), hang=True)
    reading = RECORDS.extract(context(settings()), None)
    next(reading)
    (call,) = script.calls()
    assert Path(call["folder"]).exists()
    reading.close()
    assert not Path(call["folder"]).exists()


_READS = """
import sys
from datetime import UTC, datetime
from cophub import Context
from cophub.connectors import singer
from cophub.http import MemoryTokens, Transport
connector, = singer.cophub_connectors()
members = {"record": "membership", "columns": {"email": "email"}}
settings = connector.settings(
    command=sys.argv[1:3], config={"script": sys.argv[3]}, streams={"members": members}
)
ctx = Context(settings=settings, source="t", now=datetime.now(UTC), transport=Transport(),
              tokens=MemoryTokens())
for _ in connector.streams[0].extract(ctx, None):
    pass
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_of_it_is_left_when_cophub_is_killed(script, how):
    """Neither its files nor its processes, though whoever is killed cleans nothing up.

    With all that is of one session with it, as those who watch over services do.
    """
    script.write(schema(), member("ada"), state({"a": 1}), hang=True, child=True)
    reading = subprocess.Popen(
        [sys.executable, "-c", _READS, sys.executable, TAP, script.path], start_new_session=True
    )
    try:
        child = script.path.with_suffix(".child")
        assert _within(30, lambda: child.exists() and child.read_text() != "")
        (call,) = script.calls()
        assert (Path(call["folder"]) / "config.json").exists()
        os.killpg(reading.pid, how)
        reading.wait()
        assert _within(15, lambda: not Path(call["folder"]).exists())
        assert _is_over(int(child.read_text()))
    finally:
        reading.kill()


def _within(seconds, is_so):
    end = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_what_it_says_is_in_the_log_without_secrets(script, read, caplog):
    """However deep in the config they are."""
    words = ["signing in with abcdef-123456", "nested zyxwvu-654321", "hello ada@example.org",
             "from outside mnopqr-000111"]  # fmt: skip
    script.write(schema(), member("ada"), state({"a": 1}), stderr=words)
    with caplog.at_level(logging.INFO):
        read(config={"api_key": "abcdef-123456", "credentials": {"one": "zyxwvu-654321"}},
             environment={"TAP_TOKEN": "mnopqr-000111"})  # fmt: skip
    assert "signing in with ***" in caplog.text
    for secret in ("abcdef", "zyxwvu", "ada@", "mnopqr"):
        assert secret not in caplog.text


def test_what_comes_from_the_environment_is_a_secret_whatever_it_is_called(tmp_path, monkeypatch):
    """In the tables within a source's settings, which no model of ours describes."""
    from cophub.http import redact

    monkeypatch.setenv("COPHUB_TEST_PIN", "pin-90210-xyz")
    (tmp_path / "plugins.toml").write_text(
        '[sources.t]\nconnector = "singer"\n[sources.t.settings]\ncommand = "tap-x"\n'
        '[sources.t.settings.config]\npin = { env = "COPHUB_TEST_PIN" }\n'
    )
    config = load_config(tmp_path / "plugins.toml")
    made = config.sources["t"].settings_for(CONNECTOR)
    assert made.config == {"pin": "pin-90210-xyz"}
    assert redact("it says pin-90210-xyz") == "it says ***"


def test_it_is_not_given_the_keys_of_other_sources(script, read, monkeypatch):
    """Only what says where things are, and what the settings add."""
    monkeypatch.setenv("MAILCHIMP_KEY", "not-for-you")
    script.write(schema(), state({"a": 1}))
    read(environment={"TAP_REGION": "eu"})
    (call,) = script.calls()
    assert "MAILCHIMP_KEY" not in call["environment"]
    assert {"PATH", "TAP_REGION"} <= set(call["environment"])


def test_no_shell_reads_the_command(script, read, tmp_path):
    """What a shell would carry out is only an odd option."""
    script.write(schema())
    with pytest.raises(SourceUnavailable, match="unrecognized arguments"):
        read(command=f"{sys.executable} {TAP} ; touch {tmp_path}/pwned",
             catalog=str(_catalog(tmp_path)))  # fmt: skip
    assert not (tmp_path / "pwned").exists()


def _catalog(folder):
    import json

    path = folder / "catalog.json"
    path.write_text(json.dumps({"streams": [stream("members"), stream("posts")]}))
    return path


def test_the_mapped_streams_are_selected_and_no_others(script, read, tmp_path):
    """In both ways that taps look for it, in a catalog of the tap or of the settings."""
    two = {"streams": [stream("members"), stream("posts")]}
    script.write(schema(), state({"a": 1}), catalog=two)
    read()
    read(catalog=str(_catalog(tmp_path)), catalog_option="--properties")
    first, second = script.calls()
    for given in (first["catalog"], second["properties"]):
        chosen = {one["stream"]: one["metadata"][0]["metadata"]["selected"]
                  for one in given["streams"]}  # fmt: skip
        assert chosen == {"members": True, "posts": False}
        assert [one["schema"]["selected"] for one in given["streams"]] == [True, False]


def test_a_tap_that_hangs_is_ended_with_all_that_it_started(script, context, settings):
    """After the silence that the settings allow; what came before is kept."""
    script.write(schema(), member("ada"), state({"a": 1}), hang=True, child=True)
    began, kept = time.monotonic(), []
    with pytest.raises(SourceUnavailable, match="wrote nothing for 2 seconds"):
        for one in RECORDS.extract(context(settings(silence_seconds=2)), None):
            kept.append(type(one).__name__)
    assert time.monotonic() - began < 20
    assert kept[-1] == "Checkpoint"
    child = int(script.path.with_suffix(".child").read_text())
    assert _is_over(child)


def test_a_tap_that_will_not_end_is_made_to(script, context, settings, monkeypatch):
    """One that takes no notice of being told, and one that only seems to have ended."""
    from cophub.connectors.singer import process

    monkeypatch.setattr(process, "_TO_END", 0.3)
    script.write(schema(), member("ada"), state({"a": 1}), hang=True, stubborn=True)
    reading = RECORDS.extract(context(settings()), None)
    next(reading)
    began = time.monotonic()
    reading.close()
    script.write(schema(), member("ada"), closes=True, hang=True)
    with pytest.raises(SourceUnavailable, match="closed its output and did not end"):
        list(RECORDS.extract(context(settings(silence_seconds=1)), None))
    assert time.monotonic() - began < 20


def test_a_tap_waits_for_who_reads_it(script, context, settings):
    """Else all that it has would be in memory; and nothing of it goes on when nobody reads."""
    before = threading.active_count()
    script.write(schema(), member("ada", note="x" * 1000), times=5000)
    reading = RECORDS.extract(context(settings()), None)
    next(reading)
    time.sleep(1)
    assert not script.path.with_suffix(".written").exists()
    reading.close()
    assert _within(5, lambda: threading.active_count() <= before)


def test_a_tap_whose_line_never_ends_is_ended(script, context, settings, monkeypatch):
    """It would be in memory whole before anybody saw it."""
    from cophub.connectors.singer import process

    monkeypatch.setattr(process, "_LONGEST_LINE", 5_000)
    script.write(schema(), member("ada"), state({"a": 1}), member("bo", note="x" * 9_000))
    kept = []
    with pytest.raises(SourceUnavailable, match="a line of more than 0 MB") as told:
        for one in RECORDS.extract(context(settings()), None):
            kept.append(type(one).__name__)
    assert told.value.code == "CPH-U18"
    assert kept[-1] == "Checkpoint"


def test_a_catalog_may_come_after_a_word_or_not_at_all(script, read, caplog):
    """A tap that knows none gives all that it has, and the settings choose."""
    script.write(schema(), member("ada"), before_catalog="Looking around...\n")
    assert len(read().records) == 3
    script.write(schema(), member("ada"), no_discover=True)
    with caplog.at_level(logging.INFO):
        assert len(read().records) == 3
    assert "knows no catalog" in caplog.text
    assert script.calls()[-1]["catalog"] is None


def test_settings_that_are_wrong_are_told_without_what_is_in_them(settings):
    """A configuration is full of keys."""
    with pytest.raises(ValueError, match="silence_seconds") as told:
        settings(silence_seconds="abcdef-123456")
    assert "abcdef" not in str(told.value)


def _is_over(process):
    for _ in range(50):
        try:
            if Path(f"/proc/{process}/stat").read_text().split()[2] == "Z":
                return True
            os.kill(process, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_a_program_that_is_not_there_is_named_with_the_next_step(read):
    """How to install it, and what to set."""
    with pytest.raises(ConfigError, match=r'"tap-nowhere" is not found.*venv = "taps/tap-nowhere"'):
        read(command="tap-nowhere")


def test_a_program_is_found_in_the_environment_of_the_settings(script, read, tmp_path):
    """Before those of the same name elsewhere."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    program = folder / "tap-own"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {TAP} "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    script.write(schema(), member("ada"), state({"a": 1}))
    assert len(read(command="tap-own", venv=str(tmp_path / "venv")).records) == 3
    assert script.calls()[0]["path"].startswith(f"{folder}{os.pathsep}")


def test_a_stream_that_the_tap_does_not_have_is_named(script, read):
    """With the one that was probably meant."""
    script.write(schema())
    with pytest.raises(ConfigError, match='no stream "membres"; did you mean "members"'):
        read(streams={"membres": MEMBERS})
    with pytest.raises(ConfigError, match="cophub discover test"):
        read(streams={})


def test_what_check_says(script, context, settings):
    """The tap, and each stream with the columns that it lacks."""
    catalog = {"streams": [stream("members", "id", "email", "full_name")]}
    script.write(catalog=catalog)
    verdicts = list(CONNECTOR.check(context(settings())))
    assert [(one.subject, one.state) for one in verdicts] == [
        ("records", "ok"), ("members", "warning"),
    ]  # fmt: skip
    assert "it has no since" in verdicts[1].message
    (bad,) = CONNECTOR.check(context(settings(command="tap-nowhere")))
    assert bad.state == "failed"
    (cost,) = CONNECTOR.estimate(context(settings()), {})
    assert "does not say" in cost.note


def test_discover_prints_a_mapping_that_works(script, context, settings, read):
    """Pasted into plugins.toml as it is."""
    import tomllib

    columns = ("id", "email_address", "full_name", "member_since", "shoe_size")
    catalog = {"streams": [stream("people", *columns), stream("odd", "x", "y")]}
    script.write(catalog=catalog)
    odd, people = CONNECTOR.discover(context(settings(streams={})))
    assert odd.extra["settings"][0].startswith("# odd: nothing could be guessed")
    table = tomllib.loads("\n".join(people.extra["settings"]))
    guessed = table["sources"]["test"]["settings"]["streams"]["people"]
    assert guessed["record"] == "membership"
    assert guessed["columns"]["email"] == "email_address"
    made = settings(streams={"people": guessed})
    assert made.streams["people"].record == "membership"
    (_, before), (_, now) = [
        [one.key for one in CONNECTOR.discover(context(settings(streams=mapped)))]
        for mapped in ({}, {"people": {**guessed, "space": "cop"}})
    ]
    assert (before, now) == ("test", "cop"), "the keys are those that a sync stores"


def test_through_the_engine_nothing_is_rewritten_and_deletions_end_rows(script, settings, tmp_path):
    """A second run of the same table, then one that lacks somebody."""
    desk = Desk(Warehouse.open(f"sqlite:///{tmp_path / 'hub.db'}"))
    whole = {"members": MEMBERS | {"absent": "gone"}}
    spec = SourceSpec("tap", CONNECTOR, settings(streams=whole))
    script.write(schema(), member("ada"), member("bo"), member("cy"), state({"a": 1}))
    first = desk.sync(spec)
    assert (first.state, first.total("rejected")) == ("done", 0)
    again = desk.sync(spec)
    assert (again.state, again.total("new"), again.total("changed"), again.total("gone")) == (
        "done", 0, 0, 0,
    )  # fmt: skip
    script.write(schema(), member("ada"), member("bo", _sdc_deleted_at="2026-05-01"), state({}))
    assert desk.sync(spec).total("gone") == 2
    left = [who for who, at in desk.rows("membership", "account", "gone_at") if at]
    assert left == ["bo@example.org", "cy@example.org"]
