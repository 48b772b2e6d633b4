"""Categories and groups: which are taken, and who may see each."""

import pytest
from cophub import Space
from cophub.testing import records

from .conftest import Read
from .vendor import Forum


def spaces(read: Read, **settings: object) -> dict[str, Space]:
    found = records(read("spaces", **settings))
    return {str(one.key): one for one in found if isinstance(one, Space)}


def test_who_may_see_a_space_is_told(read: Read, forum: Forum) -> None:
    seen = {key: one.visibility for key, one in spaces(read).items()}
    assert seen == {
        "site": "public",
        "category-1": "public", "category-5": "public", "category-6": "public",
        "category-7": "public", "category-9": "secret",
        "group-41": "public", "group-42": "secret", "group-43": "members",
    }  # fmt: skip
    forum.login_required = True
    closed = {key: one.visibility for key, one in spaces(read).items()}
    assert "public" not in closed.values()
    assert (closed["category-5"], closed["category-9"]) == ("members", "secret")


def test_a_category_within_another_has_it_as_parent_and_an_address(read: Read, url: str) -> None:
    health = spaces(read)["category-6"]
    assert (health.parent, health.title, health.url) == (
        "category-5",
        "Health",
        f"{url}/c/health/6",
    )


def test_a_forum_may_lie_in_a_folder_of_its_host(read: Read, forum: Forum, url: str) -> None:
    forum.folder = "/forum"
    assert spaces(read, base_url=f"{url}/forum")["category-5"].url == f"{url}/forum/c/practice/5"


def test_all_categories_come_though_they_are_loaded_lazily(read: Read, forum: Forum) -> None:
    """Two to a page here, one child of each beside it; the others are asked for by their parent."""
    whole = spaces(read).keys()
    forum.lazy = True
    assert spaces(read).keys() == whole


def test_categories_that_are_named_and_not_shown_are_asked_for_once(
    read: Read, forum: Forum
) -> None:
    whole = spaces(read).keys()
    forum.unseen = [99]
    forum.asked.clear()
    assert spaces(read).keys() == whole
    asked = [path for path in forum.asked if "parent_category_id=9&" in path]
    assert len(asked) == len(set(asked))


def test_an_older_forum_has_no_pages_of_categories(read: Read, forum: Forum) -> None:
    whole = spaces(read).keys()
    forum.unpaged = True
    assert spaces(read).keys() == whole


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"categories": ["PRACTICE"], "groups": ["none"]}, {"category-5"}),
        ({"categories": ["practice/*"], "groups": ["none"]}, {"category-6", "category-7"}),
        ({"categories": ["9"], "groups": ["*tors"]}, {"category-9", "group-41", "group-43"}),
        ({"categories": ["9"], "groups": ["trust_level_0"]}, {"category-9", "group-1"}),
    ],
)
def test_the_settings_say_which_are_taken(read: Read, settings, expected) -> None:
    """Automatic groups only where they are named in full."""
    assert spaces(read, **settings).keys() == expected | {"site"}
