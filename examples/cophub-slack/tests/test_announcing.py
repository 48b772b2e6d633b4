"""The publisher: a message when the figures of a quarter are out, and none when nothing changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cophub import AuthError, Sent, Sheet
from cophub.http import Limits, Transport
from cophub.testing import Handed, hand_out

from cophub_slack import cophub_publishers
from cophub_slack.announcing import PublisherSettings, headlines

from .vendor import TOKEN, Workspace

[PUBLISHER] = cophub_publishers()
NOW = datetime(2026, 7, 2, tzinfo=UTC)
SITE = "https://cop.example.org/"
COLUMNS = (
    ("Key", "text"), ("Quarter", "text"), ("Community", "text"), ("Attendees", "number"),
    ("People & places", "number"), ("Posts", "number"), ("% opened", "number"),
    ("Events", "number"),
)  # fmt: skip
Announce = Callable[..., Handed]


def sheet(posts: float = 1204.0) -> Sheet:
    """A quarter that ended in June, the one before, and the one that is running."""
    rows = (
        ("2026Q1", "2026Q1", "All communities", 30.0, 410.0, 1192.0, 27.5, None),
        ("2026Q2", "2026Q2", "All communities", None, 410.0, posts, 26.0, 4.0),
        ("2026Q2 water", "2026Q2", "Water", None, 31.0, 99.0, 26.0, 4.0),
        ("2026Q3", "2026Q3", "All communities", 1.0, 2.0, 3.0, 4.0, 5.0),
    )
    return Sheet("Quarter table", COLUMNS, rows)


@pytest.fixture
def announce(url: str, tmp_path: Path) -> Announce:
    """What the publisher does with a quarter table, over HTTP."""

    def given(table: Sheet, cursor: str | None = None, **other: object) -> Handed:
        channel = {"token": TOKEN, "channel": "C0SOIL000", "site": SITE, "base_url": url}
        settings = PublisherSettings.model_validate(channel | other)
        with Transport(Limits(tries=1), sleep=lambda seconds: None) as transport:
            return hand_out(
                PUBLISHER, settings, tmp_path, sheet=table, cursor=cursor, now=NOW,
                transport=transport,
            )  # fmt: skip

    return given


def said(slack: Workspace) -> list[str]:
    return [asked["text"] for method, asked in slack.asked if method == "chat.postMessage"]


def test_the_totals_of_the_quarter_that_ended_are_told_with_a_link(
    slack: Workspace, announce: Announce
) -> None:
    """Three figures that have a value, each with its change; no community and nobody by name."""
    assert announce(sheet()).sent == [Sent("messages", sent=1)]
    assert said(slack) == [
        "*The figures of 2026Q2 are out.*\n"
        "• People &amp; places: 410 (±0)\n"
        "• Posts: 1,204 (+12)\n"
        "• % opened: 26 (\N{MINUS SIGN}1.5)\n"
        "<https://cop.example.org/|See the site>"
    ]
    [asked] = [asked for method, asked in slack.asked if method == "chat.postMessage"]
    assert (asked["channel"], asked["unfurl_links"]) == ("C0SOIL000", False)


def test_nothing_is_sent_where_nothing_changed(slack: Workspace, announce: Announce) -> None:
    cursor = announce(sheet()).cursor
    again = announce(sheet(), cursor)
    assert (again.sent, again.cursor) == ([Sent("messages", unchanged=1)], cursor)
    assert len(said(slack)) == 1


def test_late_data_is_told_as_a_change(slack: Workspace, announce: Announce) -> None:
    announce(sheet(posts=1230.0), announce(sheet()).cursor)
    assert said(slack)[1].splitlines()[0] == "*The figures of 2026Q2 have changed.*"


def test_figures_are_chosen_by_their_titles(slack: Workspace, announce: Announce) -> None:
    """One that is withheld is left out."""
    announce(sheet(), figures=["Events", "Attendees"])
    assert said(slack)[0].splitlines()[1:-1] == ["• Events: 4"]


def test_before_a_quarter_has_ended_there_is_nothing_to_tell(announce: Announce) -> None:
    running = Sheet("Quarter table", COLUMNS, sheet().rows[3:])
    assert announce(running).sent == [Sent("messages", unchanged=1)]
    assert headlines(running, NOW, []).quarter == ""


def test_a_channel_that_the_app_is_not_in_is_named_with_what_to_do(announce: Announce) -> None:
    with pytest.raises(AuthError, match=r"not_in_channel; type /invite and the name of the app"):
        announce(sheet(), channel="C0GENERAL")


def test_without_its_scope_it_says_which(slack: Workspace, announce: Announce) -> None:
    slack.scopes.discard("chat:write")
    with pytest.raises(AuthError, match="lacks the scope chat:write"):
        announce(sheet())
