"""The hub of an invented organisation, seen three times; its figures were counted on paper.

Its files are in `tests/pipelines/measures/by_hand`: folder 1 in March, folder 2 in June, folder 3
in July, with what came late; `counted.md` there tells everything that happened.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cophub.hub import Hub

FILES = Path(__file__).parent / "pipelines" / "measures" / "by_hand"
SEEN = (
    datetime(2026, 3, 30, 12, tzinfo=UTC),
    datetime(2026, 6, 29, 12, tzinfo=UTC),
    datetime(2026, 7, 3, 6, tzinfo=UTC),
)
ERASED = datetime(2026, 6, 30, 10, tzinfo=UTC)


def opened(folder: Path, now: datetime = SEEN[-1]) -> Hub:
    """The hub of a folder, at a time."""
    return Hub.open(folder / "plugins.toml", now=lambda: now)


def live(folder: Path, url: str | None = None) -> None:
    """Everything that happened, in an empty folder; `url` is that of an empty warehouse."""
    config = (FILES / "plugins.toml").read_text(encoding="utf-8")
    if url:
        config = config.replace("[hub]\n", f'[hub]\nwarehouse = "{url}"\n')
    (folder / "plugins.toml").write_text(config, encoding="utf-8")
    for number, now in enumerate(SEEN, 1):
        _sync(folder, number, now)
        _publish(folder, now, "measures" if now == SEEN[-1] else "identities")
        if number == 2:
            with opened(folder, ERASED) as hub:
                hub.forget("greta@ferry.example")


def _sync(folder: Path, number: int, now: datetime) -> None:
    """The files as they stood then, read by the hub as of then; nothing may be rejected."""
    shutil.copytree(FILES / str(number), folder, dirs_exist_ok=True)
    with opened(folder, now) as hub:
        wanted = [name for name in hub.config.sources if number > 1 or name.endswith("_list")]
        for result in hub.sync(wanted):
            assert result.state == "done", result
        assert list(hub.rejects()) == []


def _publish(folder: Path, now: datetime, pipeline: str) -> None:
    with opened(folder, now) as hub:
        for result in hub.publish([pipeline]):
            assert result.error is None, result
