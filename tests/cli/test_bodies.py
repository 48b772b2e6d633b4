"""`bodies` of a source: texts of posts are left out or shortened, and all else works as before."""

from collections.abc import Callable

import pytest

from cophub.hub import Hub

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]


def texts(folder: Folder) -> set[str | None]:
    with Hub.open(folder.folder / "plugins.toml") as hub, hub.warehouse.connect() as connection:
        return {row.body for row in connection.exec_driver_sql("SELECT body FROM post")}


@pytest.mark.parametrize(("value", "longest"), [('"none"', 0), ("8", 9), ('"whole"', 10_000)])
def test_posts_are_kept_without_more_text_than_is_said(
    folder: Folder, cophub: Call, value: str, longest: int
) -> None:
    """Sync, site and brief work whatever is left of the texts."""
    folder.configure(CONFIG.replace("every =", f"bodies = {value}\nevery ="))
    assert cophub("sync").code == 0
    found = texts(folder)
    assert found
    assert max(len(text or "") for text in found) <= longest
    assert (found == {None}) == (value == '"none"')
    answer = cophub("run", "--no-sync")
    assert answer.code == 0, answer.err
    answer = cophub("brief", "forum", "--week", "2026-W10")
    assert answer.code == 0, answer.err


@pytest.mark.parametrize("value", ['"some"', "0", "-1", "true", "1.5", '"300"', "[]"])
def test_what_it_cannot_be_is_one_line(folder: Folder, cophub: Call, value: str) -> None:
    folder.configure(CONFIG.replace("every =", f"bodies = {value}\nevery ="))
    answer = cophub("sync")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "[sources.lists] bodies" in answer.err
    assert 'must be "whole", "none" or a number of letters, such as 300' in answer.err
