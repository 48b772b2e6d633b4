"""How the answers in `answers` were kept: as good as Slack itself, without a token or a name."""

from pathlib import Path

from cophub.http import Limits, Transport
from cophub.testing import extract, last_cursor, record, records

from cophub_slack import Settings, cophub_connectors
from cophub_slack.posts import posts

from .vendor import NOW, TOKEN


def test_what_was_recorded_plays_again(url: str, tmp_path: Path) -> None:
    settings = Settings(token=TOKEN, base_url=url)
    [connector] = cophub_connectors()
    with Transport(Limits(tries=1)) as transport:
        assert record(connector, settings, tmp_path, now=NOW, transport=transport) > 5
    kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.json"))
    assert TOKEN not in kept
    assert "Otieno" not in kept
    items = extract(posts, settings, answers=tmp_path, now=NOW)
    assert len(records(items)) > 10
    assert last_cursor(items) is not None
