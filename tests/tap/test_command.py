"""`cophub tap` as it is called: what it says, what it keeps to itself, and what is noted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cophub.cli import run
from cophub.tap.published import published
from cophub.warehouse import privacy, tables
from tests.tamarind import SEEN, _publish, _sync, opened

STREAMS = published()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with one read of everything."""
    from tests.tamarind import FILES

    made = tmp_path_factory.mktemp("tap")
    (made / "plugins.toml").write_text((FILES / "plugins.toml").read_text(encoding="utf-8"))
    _sync(made, 2, SEEN[1])
    _publish(made, SEEN[1], "identities")
    return made


def _said(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert run(["tap", "--config", str(folder / "plugins.toml"), *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _catalog(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["tap", "--config", str(folder / "plugins.toml"), "--discover"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_catalog_has_every_stream_with_tags(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _catalog(folder, capsys)["streams"]
    assert [one["tap_stream_id"] for one in found] == list(STREAMS)
    account = next(one for one in found if one["tap_stream_id"] == "account")
    about = {tuple(each["breadcrumb"]): each["metadata"] for each in account["metadata"]}
    assert about["properties", "email"] == {
        "inclusion": "available", "selected-by-default": False, "cophub-tag": "identifier",
    }  # fmt: skip
    assert account["key_properties"] == ["source", "key"]
    assert account["replication_method"] == "INCREMENTAL"
    assert about[()]["selected"] is False


def test_nothing_about_people_leaves_unless_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _said(folder, capsys)
    rows = [one for one in said if one["type"] == "RECORD"]
    assert {one["stream"] for one in rows} <= {n for n, one in STREAMS.items() if one.for_all}
    for one in rows:
        tags = {STREAMS[one["stream"]].columns[name].tag for name in one["record"]}
        assert tags == {"plain"}, one["stream"]
    assert "@" not in json.dumps([one["record"] for one in rows if one["stream"] == "post"])
    schemas = {
        one["stream"]: one["schema"]["properties"] for one in said if one["type"] == "SCHEMA"
    }
    assert "body" not in schemas["post"] and "account" not in schemas["post"]


def test_a_catalog_chooses_and_what_it_takes_is_noted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = _catalog(folder, capsys)
    for stream in catalog["streams"]:
        for each in stream["metadata"]:
            if not each["breadcrumb"]:
                each["metadata"]["selected"] = stream["tap_stream_id"] == "person"
            elif each["breadcrumb"][-1] == "email":
                each["metadata"]["selected"] = True
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps(catalog))
    said = _said(folder, capsys, "--catalog", str(chosen))
    rows = [one["record"] for one in said if one["type"] == "RECORD"]
    assert set(rows[0]) == {"id", "email", "kind", "listed", "accounts", "created_at"}
    assert all("…" in row["email"] or "*" in row["email"] for row in rows if row["email"])
    whole = _said(folder, capsys, "--catalog", str(chosen), "--addresses")
    assert any("@banyan.example" in str(one) for one in whole if one["type"] == "RECORD")
    with opened(folder) as hub, hub.warehouse.connect() as connection:
        a = tables.audit.c
        noted = connection.execute(select(a.action, a.subject, a.details).order_by(a.id)).all()
    assert [tuple(row) for row in noted[-2:]] == [
        ("export", "person", {"format": "singer"}),
        ("export", "person", {"format": "singer", "addresses": True}),
    ]


def test_keys_tell_rows_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = _said(folder, capsys, "--identifiers", "--content")
    for name, stream in STREAMS.items():
        rows = [one["record"] for one in said if one.get("stream") == name and "record" in one]
        if stream.keys:
            keys = [tuple(row[key] for key in stream.keys) for row in rows]
            assert len(set(keys)) == len(keys) and None not in sum(keys, ()), name
    versions = [one["stream"] for one in said if one["type"] == "ACTIVATE_VERSION"]
    assert versions == list(STREAMS)


def test_a_second_read_gives_nothing_of_what_did_not_change(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "state.json"
    kept.write_text(json.dumps(_said(folder, capsys)[-1]))
    again = _said(folder, capsys, "--state", str(kept))
    given = {one["stream"] for one in again if one["type"] in ("RECORD", "ACTIVATE_VERSION")}
    assert {"post", "space", "event"}.isdisjoint(given) and "community" in given


def test_about_test_and_the_settings_of_a_tap(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "tap.json"
    settings.write_text(json.dumps({"config": str(folder / "plugins.toml"), "content": True}))
    assert run(["tap", "--about", "--format", "json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["name"] == "tap-cophub" and "activate-version" in about["capabilities"]
    assert run(["tap", "--config", str(settings), "--test"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    posts = [one for one in said if one.get("stream") == "post" and one["type"] == "RECORD"]
    assert "account" not in {one.get("stream") for one in said}
    assert len(posts) == 1 and "body" in posts[0]["record"]
    assert run(["tap", "--config", str(settings), "--test", "schema"]) == 0
    assert {json.loads(line)["type"] for line in capsys.readouterr().out.splitlines()} == {"SCHEMA"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "is no JSON object"),
        ("{", "is no JSON"),
        ('{"identifiers": "x"}', "the settings of the"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    settings = tmp_path / "tap.json"
    settings.write_text(text)
    assert run(["tap", "--config", str(settings), "--discover"]) == 2
    assert told in capsys.readouterr().err


def test_a_target_that_ends_is_an_error(folder: Path) -> None:
    command = f"{sys.executable} -m cophub tap --config {folder}/plugins.toml --content"
    line = f"set -o pipefail; {command} | head -c 10 >/dev/null"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    assert done.returncode == 2 and b"the target ended" in done.stderr, done.stderr


def test_every_column_has_a_tag_and_words() -> None:
    for stream in STREAMS.values():
        for name, told in stream.columns.items():
            assert told.tag in privacy.TAG_NAMES and told.what, (stream.name, name)
