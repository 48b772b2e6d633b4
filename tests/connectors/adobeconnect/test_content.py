"""Recordings and files, over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cophub import Context, Document, Gone
from cophub.connectors.adobeconnect import content
from cophub.connectors.adobeconnect.answer import read_answer
from cophub.connectors.adobeconnect.content import duration
from cophub.sandbox import AdobeConnectSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def visible(box: AdobeConnectSandbox) -> dict[str, dict[str, Any]]:
    hidden = {str(room.id) for room in box.site.rooms if room.hidden}
    files: dict[str, dict[str, Any]] = box.truth()["files"]
    return {key: row for key, row in files.items() if row["folder"] not in hidden}


def test_recordings_and_files_are_documents_of_their_room(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    found, truth = extract(content, ask(still)).last(Document), visible(still)
    assert set(found) == set(truth)
    rooms = {str(room.id) for room in still.site.rooms}
    for key, row in truth.items():
        space = row["folder"] if row["folder"] in rooms else None
        assert (found[key]["title"], found[key]["space"]) == (row["title"], space)
        assert found[key]["extra"]["recording"] == row["recording"]
        if row["recording"]:
            assert 3_000 < found[key]["extra"]["seconds"] < 6_000


def test_a_folder_in_a_room_is_no_document(box: AdobeConnectSandbox, ask: Ask, extract: Extract):
    room = next(room for room in box.site.rooms if not room.hidden)
    folder = box.site.add(room.id, "folder", "folder", "Papers", box.timeline.now)
    assert str(folder.id) not in extract(content, ask(box)).last(Document)


def test_a_file_that_was_deleted_is_gone_and_those_of_closed_rooms_are_not(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    first = extract(content, ask(box))
    files = first.last(Document)
    room = next(row["space"] for row in files.values() if row["space"])
    victim = next(key for key, row in files.items() if row["space"] == room)
    box.site.remove(int(victim))
    other = next(r for r in box.site.rooms if str(r.id) != room and box.site.inside(r.id))
    other.hidden = True
    run = extract(content, ask(box))
    gone = {item.where.get("space"): item.but for item in run.items if isinstance(item, Gone)}
    assert victim not in gone[room]
    assert str(other.id) not in gone


def test_a_file_that_cannot_be_read_is_not_taken_for_gone(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    first = extract(content, ask(box))
    box.faults.plan("bad_item", path="*/list-recordings", every=1)
    box.faults.plan("bad_item", path="*/sco-contents", every=1)
    run = extract(content, ask(box))
    spoiled = {item.item["values"].get("folder-id") for item in run.rejects}
    ended = {item.where.get("space") for item in run.items if isinstance(item, Gone)}
    assert len(first.of(Document)) > len(run.of(Document))
    assert spoiled and not spoiled & ended


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:06:24.927", 384.927), ("1.02:00:00", 93_600.0), ("3600", 3600.0), (None, None),
     ("?", None)],
)  # fmt: skip
def test_a_duration_is_clock_time_or_seconds(text: str | None, seconds: float | None):
    assert duration(text) == seconds


def test_the_vendors_own_recording_has_its_length(vendor_files: Path):
    path = vendor_files / "adobeconnect/list-recordings-success.xml"
    (row,) = read_answer(path.read_bytes(), "x").rows("recordings")
    assert duration(row.get("duration")) == 384.927
    assert row.get("icon") == "archive"
