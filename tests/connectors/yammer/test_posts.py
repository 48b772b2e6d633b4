"""A message is one row, whichever way it was seen."""

from datetime import UTC, datetime

import pytest

from cophub.connectors.yammer.posts import dated, kind_of, moment, post_of

AT = datetime(2026, 3, 29, 0, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026/03/29 00:30:05 +0000",
        "2026-03-29T00:30:05Z",
        "2026-03-29T00:30:05.000Z",
        "2026-03-29 00:30:05 UTC",
        "2026-03-29T02:30:05+02:00",
        "2026/03/28 17:30:05 -0700",
        "Sun Mar 29 00:30:05 UTC 2026",
    ],
)
def test_every_form_of_a_date_is_the_same_instant(text: str) -> None:
    assert dated(text) == (AT, False)


def test_a_date_without_a_zone_is_utc_and_said_to_be_assumed() -> None:
    assert dated("2026-03-29 00:30:05") == (AT, True)


@pytest.mark.parametrize("text", ["", "null", None, " NULL "])
def test_no_date_is_none(text: str | None) -> None:
    assert moment(text) is None


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="is no date"):
        moment("yesterday")


def test_ids_as_numbers_and_as_text_make_the_same_post() -> None:
    by_number = post_of(
        key=2000337749565441, thread=2000337749565441, group=31158067201, replied_to=None,
        sender=36425097217, created_at="2022/11/11 21:00:20 +0000", message_type="update",
        title=None, text="Hello\r\neveryone! ", files=0,
    )  # fmt: skip
    by_text = post_of(
        key="2000337749565441", thread="2000337749565441", group="31158067201", replied_to="",
        sender="36425097217", created_at="2022-11-11T21:00:20Z", message_type="update",
        title="", text="Hello\neveryone!", files=0,
    )  # fmt: skip
    assert by_number == by_text


def test_announcements_questions_and_system_messages_keep_their_kind() -> None:
    assert [kind_of(kind) for kind in ("announcement", "question", "system", "update", None)] == [
        "announcement", "question", "system", "message", "message",
    ]  # fmt: skip
    assert kind_of("update", system=True) == "system"
