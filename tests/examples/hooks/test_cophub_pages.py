"""The page of the guide, shown to the readers of each audience as cophub makes it."""

from cophub import Account, Membership, Post, Space
from cophub.testing import NOW, show_page
from tests.examples.hooks.cophub_pages import cophub_pages

RECORDS = [
    Space(key="open", title="Open list", visibility="public"),
    Space(key="closed", title="Closed group", visibility="members"),
    *(Account(key=f"a{n}", name=f"Person {n}", email=f"a{n}@example.org") for n in range(3)),
    *(Membership(space="open", account=f"a{n}") for n in range(3)),
    Post(key="1", space="open", account="a0", thread="1", title="Wells", posted_at=NOW),
    Post(key="2", space="closed", account="a1", thread="2", title="Pumps", posted_at=NOW),
]


def test_everybody_is_told_what_they_may_look_into():
    [page] = cophub_pages()
    shown = show_page(page, RECORDS)
    assert shown.problems == ()
    assert "Threads known: 1." in shown.text("public")
    assert "Threads known: 2." in shown.text("facilitators")
    assert shown.table("newest", "public") == [
        {"tool": "test", "threads": "1", "newest": NOW.date().isoformat()}
    ]
    assert shown.table("writers", "facilitators")[0]["people"] == "2"
    assert "Who writes" not in shown.text("members")
