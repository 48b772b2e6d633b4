"""With a secret, lists come from Microsoft Graph: the same rows, and what changed by delta."""

import re
from itertools import islice
from typing import Any

import pytest

from cophub import Checkpoint, Document, Gone, Membership, SourceUnavailable, Space
from cophub.connectors.microsoft.graph import GraphPage
from cophub.connectors.sharepoint import delta
from cophub.connectors.sharepoint.cursor import Cursor, ListState
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.lists import lists
from cophub.connectors.sharepoint.members import members
from cophub.connectors.sharepoint.rows import Plan, Row, keyed
from cophub.connectors.sharepoint.sites import lists_of, sites, sites_of
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Ask, Held, asked

COLUMNS = {
    "Members": {
        "record": "document",
        "columns": {"title": "Title", "url": "E-mail", "media_type": "Organisation"},
    }
}


def plain(row: Any) -> tuple[Any, ...]:
    return (row.title, row.url, row.size_bytes, row.account, row.created_at, row.media_type)


def test_both_ways_give_the_same_documents_and_the_same_site(
    box: MicrosoftSandbox, ask: Ask
) -> None:
    site = box.sharepoint.site(0)
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/A & B/Note #1.docx", b"12345")
    by_rest, by_graph = Held(), Held()
    by_rest.take(documents(ask(box), None))
    by_graph.take(documents(ask(box, secret=True), None))
    assert set(by_rest.of(Document)) == set(by_graph.of(Document)) != set()
    for key, row in by_rest.of(Document).items():
        other = by_graph.of(Document)[key]
        assert plain(other) == plain(row)
        assert other.extra["unique_id"] == row.extra["unique_id"]
        assert other.extra.get("folder") == row.extra.get("folder")
    for held, secret in ((by_rest, False), (by_graph, True)):
        held.take(sites(ask(box, secret=secret), None))
    (one,), (two,) = by_rest.of(Space).values(), by_graph.of(Space).values()
    assert (one.key, one.title, one.url) == (two.key, two.title, two.url)


def test_both_ways_give_the_same_rows_of_a_mapped_list(box: MicrosoftSandbox, ask: Ask) -> None:
    site = box.sharepoint.site(0)
    box.sharepoint.add_item(site, Title="Without", E_x002d_mail=None, Organisation=None)
    by_rest, by_graph = Held(), Held()
    by_rest.take(lists(ask(box, lists=COLUMNS), None))
    by_graph.take(lists(ask(box, secret=True, lists=COLUMNS), None))
    assert set(by_rest.of(Document)) == set(by_graph.of(Document)) != set()
    for key, row in by_rest.of(Document).items():
        assert plain(by_graph.of(Document)[key])[:3] == plain(row)[:3]
        if not row.account.startswith("i:0i.t|"):  # an app
            assert plain(by_graph.of(Document)[key]) == plain(row)


def test_members_of_a_list_are_the_same_accounts_as_far_as_graph_knows_them(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    """Who left the group long ago is known to the site alone, and is an address by the other."""
    columns = {"account": "Person", "email": "E-mail", "joined_at": "Start Date"}
    mapped = {"Members": {"record": "membership", "columns": columns}}
    found = []
    for secret in (False, True):
        ctx, held = ask(still, secret=secret, lists=mapped), Held()
        held.take(members(ctx, None))
        held.take(lists(ctx, None))
        of = still.sharepoint.site(0).list_named("Members")
        found.append({key for key in held.of(Membership) if key.startswith(of.id)})
    assert len(found[0]) == len(found[1])
    assert len(found[0] & found[1]) > len(found[0]) / 2
    assert all("@" in key for key in found[1] - found[0])


def test_a_later_run_asks_for_the_delta_alone(box: MicrosoftSandbox, ask: Ask, held: Held) -> None:
    site = box.sharepoint.site(0)
    rows = [
        box.sharepoint.add_item(site, Title=name, E_x002d_mail=f"{name}@x.example")
        for name in ("ada", "ben")
    ]
    held.take(lists(ask(box, secret=True, lists=COLUMNS), None))
    box.sharepoint.delete_item(site, rows[0])
    box.sharepoint.edit_item(site, rows[1], E_x002d_mail=None)
    box.log.clear()
    items = held.take(lists(ask(box, secret=True, lists=COLUMNS), held.cursor))
    of = site.list_named("Members")
    assert set(held.of(Document)) == {f"{of.id}:{item}" for item in of.items}
    assert held.of(Document)[f"{of.id}:{rows[1].id}"].url is None
    assert len([item for item in items if isinstance(item, Document)]) == 1
    assert len(asked(box, "/delta")) == 1


@pytest.mark.parametrize("secret", [True, False])
def test_what_changed_before_the_sign_in_was_another_is_read(
    box: MicrosoftSandbox, ask: Ask, held: Held, secret: bool
) -> None:
    """A secret gives way to a certificate, or the other way round: neither misses a thing."""
    site = box.sharepoint.site(0)
    old = box.sharepoint.add_item(site, Title="old", E_x002d_mail="old@x.example")
    held.take(lists(ask(box, secret=secret, lists=COLUMNS), None))
    for turn in range(2):
        new = box.sharepoint.add_item(site, Title="new", E_x002d_mail=f"new{turn}@x.example")
        box.sharepoint.delete_item(site, old)
        secret, old = not secret, new
        held.take(lists(ask(box, secret=secret, lists=COLUMNS), held.cursor))
        of = site.list_named("Members")
        assert set(held.of(Document)) == {f"{of.id}:{item}" for item in of.items}


def test_items_that_come_without_their_columns_are_asked_for(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """The vendor may forget in its link what was expanded: that empties no column."""
    site = box.sharepoint.site(0)
    row = box.sharepoint.add_item(site, Title="ada", E_x002d_mail="ada@x.example")
    held.take(lists(ask(box, secret=True, lists=COLUMNS), None))
    assert held.cursor is not None
    forgetful = re.sub(r"delta\?[^\"]*(token=)", r"delta?\1", held.cursor)
    assert "expand" in held.cursor and "expand" not in forgetful
    box.sharepoint.edit_item(site, row, Title="Ada")
    held.take(lists(ask(box, secret=True, lists=COLUMNS), forgetful))
    found = held.of(Document)[f"{site.list_named('Members').id}:{row.id}"]
    assert (found.title, found.url) == ("Ada", "ada@x.example")


def test_an_item_that_comes_again_is_as_it_came_last(
    box: MicrosoftSandbox, ask: Ask, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is on two pages of one read, and on the second it is deleted."""

    def item(number: int, title: str) -> dict[str, Any]:
        return {"id": str(number), "fields": {"Title": title}}

    gone = {"id": "2", "deleted": {"state": "deleted"}}
    scripted = [
        GraphPage([item(1, "old"), item(2, "two"), item(3, "three")], next="more"),
        GraphPage([item(1, "new"), gone], delta="later"),
    ]
    monkeypatch.setattr(delta, "graph_pages", lambda *_, **__: iter(scripted))
    ctx = ask(box, secret=True, lists=COLUMNS)
    of = next(of for of in lists_of(ctx, sites_of(ctx)[0]) if of.title == "Members")

    def parse(row: Row) -> Any:
        yield Document(key=row.key, title=row.title)

    ends, state = keyed(Document, of), ListState()
    items = held.take(delta.follow(ctx, of, Plan(parse, *ends), state, Cursor()))
    assert {key: row.title for key, row in held.of(Document).items()} == {
        f"{of.id}:1": "new",
        f"{of.id}:3": "three",
    }
    (last,) = [one for one in items if isinstance(one, Gone) and one.prefix]
    assert set(last.but) == {f"{of.id}:1", f"{of.id}:3"}
    assert state.delta == "later"


def test_a_first_delta_that_was_cut_off_goes_on_with_its_next_link(
    box: MicrosoftSandbox, ask: Ask, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "PAGE", 5)
    reading = lists(ask(box, secret=True, lists=COLUMNS), None)
    for item in reading:
        held.take([item])
        if isinstance(item, Checkpoint):
            break
    reading.close()
    assert len(held.of(Document)) == 5
    items = held.take(lists(ask(box, secret=True, lists=COLUMNS), held.cursor))
    of = box.sharepoint.site(0).list_named("Members")
    assert set(held.of(Document)) == {f"{of.id}:{item}" for item in of.items}
    again = {item.key for item in items if isinstance(item, Document)}
    # The vendor may give the last item of a page once more.
    assert len(again) - (len(of.items) - 5) in (0, 1)


@pytest.mark.parametrize(
    ("code", "ends"),
    [("resyncChangesApplyDifferences", True), ("resyncChangesUploadDifferences", False)],
)
def test_a_delta_that_is_forgotten_is_read_anew(
    box: MicrosoftSandbox, ask: Ask, held: Held, code: str, ends: bool
) -> None:
    """One code says that what is missing is gone; by the other the vendor is not sure."""
    site = box.sharepoint.site(0)
    row = box.sharepoint.add_item(site, Title="ada", E_x002d_mail="ada@x.example")
    held.take(lists(ask(box, secret=True, lists=COLUMNS), None))
    box.sharepoint.delete_item(site, row)
    box.sharepoint.resync = code
    with box.changing():
        site.log.expire()
    box.log.clear()
    held.take(lists(ask(box, secret=True, lists=COLUMNS), held.cursor))
    again = [request.raw_query for request in box.log if request.path.endswith("/delta")]
    assert len(again) == 2
    assert all("token=" in query for query in again), "the vendor says where to start over"
    of = site.list_named("Members")
    assert (f"{of.id}:{row.id}" not in held.of(Document)) == ends
    assert {f"{of.id}:{item}" for item in of.items} <= set(held.of(Document))
    box.log.clear()
    held.take(lists(ask(box, secret=True, lists=COLUMNS), held.cursor))
    assert len(asked(box, "/delta")) == 1


def test_where_to_start_over_is_asked_only_if_it_gives_columns() -> None:
    """The same list from its beginning, asked for with its columns, is as good."""
    address = "https://graph.microsoft.com/v1.0/sites/1/lists/2/items/delta"
    with_columns = f"{address}?%24expand=fields&token=x"
    assert delta._if_it_has_columns(with_columns) == with_columns
    assert delta._if_it_has_columns(f"{address}?token=x") is None
    assert delta._if_it_has_columns(None) is None


@pytest.mark.parametrize(("switch", "said"), [("repeat_next", "twice"), ("foreign_next", "leaves")])
def test_a_next_link_that_comes_again_or_leaves_the_host_ends_the_listing(
    box: MicrosoftSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch, switch: str, said: str
) -> None:
    monkeypatch.setattr(delta, "PAGE", 5)
    setattr(box.sharepoint, switch, True)
    with pytest.raises(SourceUnavailable, match=said):
        list(islice(lists(ask(box, secret=True, lists=COLUMNS), None), 1_000))
