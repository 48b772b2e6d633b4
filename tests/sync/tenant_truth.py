"""What a small emulated tenant holds, told from the tenant itself, held against a warehouse."""

from collections.abc import Iterable
from typing import Any

from cophub.sandbox import MicrosoftSandbox
from tests.sync.rows import Rows

EVENTS, BOARD, PAGES, LIBRARY = 106, 108, 119, 101


SMALL: dict[str, Any] = {
    "seed": 7, "people": 40, "communities": 2, "years": 0.2, "messages": 90,
}  # fmt: skip
"""Two communities with their sites and ten weeks behind them; the same every time."""


def there(rows: Iterable[dict[str, Any]], *columns: str) -> set[Any]:
    """The keys of the rows that are not gone."""
    return {
        tuple(row[name] for name in columns) if len(columns) > 1 else row[columns[0]]
        for row in rows
        if not row["gone_at"] and not row.get("deleted_at")
    }


def assert_true(source: str, rows: Rows, box: MicrosoftSandbox) -> None:
    """The warehouse has what the tenant has: its posts, documents, events and members."""
    truth = box.truth()
    if source == "yammer":
        _yammer(rows, box, truth)
    else:
        _sites(source, rows, truth)


def _yammer(rows: Rows, box: MicrosoftSandbox, truth: dict[str, Any]) -> None:
    seen = {str(each.id) for each in box.yammer.state.spaces.values()
            if box.yammer.sees(box.tenant.admin, each)}  # fmt: skip
    posts = {
        str(one["id"])
        for one in truth["yammer"]["messages"]
        if str(one["group"]) in seen and not one["deleted"] and not one["direct"]
    }
    assert there(rows["post"], "key") == posts
    users = truth["users"]
    members = {
        (str(group["yammer_id"]), str(users[guid]["yammer_id"]))
        for group in truth["groups"].values()
        if group["kind"] == "community"
        for guid in {*group["members"], *group["owners"]}
    }
    native = {space for space, _ in members}
    found = {one for one in there(rows["membership"], "space", "account") if one[0] in native}
    assert found == members


def _sites(source: str, rows: Rows, truth: dict[str, Any]) -> None:
    lists = {key: one for site in truth["sites"].values() for key, one in site["lists"].items()}

    def items(template: int) -> set[str]:
        return {
            f"{key}:{item}" for key, one in lists.items() if one["template"] == template
            for item in one["items"]
        }  # fmt: skip

    posts = there(rows["post"], "key")
    pages = {
        f"{key}:{number}" for key, one in lists.items() if one["template"] == PAGES
        for number, item in one["items"].items() if not item["folder"] and "promoted" in item
    }  # fmt: skip
    assert (items(BOARD) | pages) - posts == set()
    assert posts - items(BOARD) - items(PAGES) - set(comments(lists)) == set()
    if source == "intranet":
        assert set(comments(lists)) - posts == set()
    assert there(rows["document"], "key") <= items(LIBRARY)


def comments(lists: dict[str, Any]) -> Iterable[str]:
    """The keys of all comments and replies under pages."""
    for key, one in lists.items():
        for number, item in one["items"].items():
            for top in item.get("comments", ()):
                for said in (top, *top["replies"]):
                    yield f"{key}:{number}:{said['id']}"
