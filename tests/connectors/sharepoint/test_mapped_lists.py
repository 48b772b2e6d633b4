"""Lists that the settings map become members, events, posts and documents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import (
    UNSET,
    Account,
    ConfigError,
    Document,
    Event,
    Gone,
    Membership,
    Metric,
    Post,
    Reject,
    Space,
)
from cophub.connectors.sharepoint.columns import Column, resolved
from cophub.connectors.sharepoint.lists import lists
from cophub.connectors.sharepoint.sites import lists_of, sites, sites_of
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Ask, Held, asked

MEMBERS = {
    "Members": {
        "record": "membership",
        "columns": {
            "email": "E-mail",
            "account": "Person",
            "name": "Title",
            "organization": "Organisation",
            "country": "Country",
            "city": "Region",
            "role": "Role",
            "joined_at": "Start Date",
            "left_at": "End Date",
            "language": "1st language",
        },
    }
}


def site_of(box: MicrosoftSandbox) -> Any:
    return box.sharepoint.site(0)


def test_a_list_of_members_becomes_accounts_and_memberships(
    still: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """By titles of columns, whose internal names are encoded; people by their directory id."""
    held.take(lists(ask(still, lists=MEMBERS), None))
    site = site_of(still)
    of = site.list_named("Members")
    found = held.of(Membership)
    assert of.items
    people = [one for one in still.tenant.users.values() if one.id in site.by_aad]
    expected: dict[str, Any] = {}
    for item in of.items.values():
        user = site.users.get(item.fields["Person"])
        address = item.fields["E_x002d_mail"].lower()
        theirs = (one for one in people if one.address.lower() == address)
        key = user.aad if user else next((one.id for one in theirs), address)
        expected[f"{of.id}/{key}"] = item
    assert set(found) == set(expected)
    for key, item in expected.items():
        row, person = found[key], held.of(Account)[key.partition("/")[2]]
        role = item.fields["Role"]
        assert row.role == ("member" if role == "Core group" else role.lower())
        assert row.extra.get("role") == ("Core group" if role == "Core group" else None)
        assert row.joined_at.timestamp() == item.fields["Start_x0020_Date"]
        assert row.joined_at_basis == "native"
        assert row.status == ("left" if item.fields.get("End_x0020_Date") else "active")
        assert person.name == item.fields["Title"]
        assert person.organization == item.fields["Organisation"]
        assert person.city in ("Africa", "Americas", "Asia", "Europe")


def test_an_address_in_a_list_is_not_verified_and_not_put_over_the_directorys(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    user, known = next(iter(site.by_aad.items()))
    box.sharepoint.add_item(site, Title="Ada", E_x002d_mail="a@else.example", Person=known.id)
    box.sharepoint.add_item(site, Title="Bo", E_x002d_mail="bo@else.example", Person=None)
    held.take(lists(ask(box, lists=MEMBERS), None))
    found = held.of(Account)
    assert found[user].email is UNSET
    assert found[user].email_verified is UNSET
    assert found["bo@else.example"].email == "bo@else.example"
    assert found["bo@else.example"].email_verified is False


def test_such_a_list_is_a_space_of_its_own(still: MicrosoftSandbox, ask: Ask, held: Held) -> None:
    held.take(sites(ask(still, lists=MEMBERS), None))
    site = site_of(still)
    of = site.list_named("Members")
    spaces = held.of(Space)
    assert set(spaces) == {site.id, of.id}
    assert (spaces[of.id].kind, spaces[of.id].parent) == ("list", site.id)
    assert spaces[of.id].native_member_count == len(of.items)
    assert (spaces[site.id].kind, spaces[site.id].url) == ("site", site.url)


def test_who_is_taken_off_the_list_has_left_and_who_is_written_over_too(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """A deleted row tells only its id: its membership is named by the row that it came from."""
    site = site_of(box)
    of = site.list_named("Members")
    columns = {"email": "E-mail", "name": "Title"}
    mapped = {"Members": {"record": "membership", "columns": columns}}
    rows = [
        box.sharepoint.add_item(site, Title=name, E_x002d_mail=f"{name}@x.example")
        for name in ("ada", "ben", "cem")
    ]
    held.take(lists(ask(box, lists=mapped), None))
    box.sharepoint.delete_item(site, rows[0])
    box.sharepoint.edit_item(site, rows[1], E_x002d_mail="bea@x.example", Title="bea")
    box.log.clear()
    items = held.take(lists(ask(box, lists=mapped), held.cursor))
    gone = [item for item in items if isinstance(item, Gone)]
    assert {(one.where["extra.row"], one.but) for one in gone} == {
        (f"{of.id}:{rows[0].id}", ()),
        (f"{of.id}:{rows[1].id}", ((of.id, "bea@x.example"),)),
    }
    assert all(one.told for one in gone)
    assert len(asked(box, "/items")) == 1
    here = {key.partition("/")[2] for key in held.of(Membership)}
    assert {"bea@x.example", "cem@x.example"} <= here
    assert not {"ada@x.example", "ben@x.example"} & here


def test_a_row_that_names_nobody_is_rejected_and_nobody_else_is_ended(
    box: MicrosoftSandbox, ask: Ask
) -> None:
    site = site_of(box)
    box.sharepoint.add_item(site, Title="Nobody", E_x002d_mail=None, Person=None)
    items = list(lists(ask(box, lists=MEMBERS), None))
    (rejected,) = [item for item in items if isinstance(item, Reject)]
    assert "names nobody" in rejected.reason


def test_a_column_that_is_renamed_is_still_found_by_its_internal_name(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    mapped = {
        "Members": {"record": "membership", "columns": {"email": "E_x002d_mail", "name": "Title"}}
    }
    held.take(lists(ask(box, lists=mapped), None))
    before = set(held.of(Membership))
    site.list_named("Members").columns["E_x002d_mail"].title = "Address"
    held.take(lists(ask(box, lists=mapped), None))
    assert set(held.of(Membership)) == before


def test_more_columns_of_people_than_one_query_may_have_are_refused(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    """SharePoint would answer that a threshold is exceeded, and not say which."""
    fields = (
        "account", "email", "name", "given_name", "family_name", "username", "job_title",
        "department", "organization", "city", "country",
    )  # fmt: skip
    mapped = {field: f"P{n}" for n, field in enumerate(fields)}
    ctx = ask(still, lists={"Members": {"record": "membership", "columns": mapped}})
    of = site_of(still).list_named("Members")
    columns = [Column(name, name, "User" if n % 2 else "Lookup")
               for n, name in enumerate(mapped.values())]  # fmt: skip
    ctx.shared[f"sharepoint:columns:{of.id}"] = columns
    with pytest.raises(ConfigError, match=r"11 of the columns .* no more than 10"):
        list(lists(ctx, None))
    ctx.shared[f"sharepoint:columns:{of.id}"] = [*columns[:-1], Column("P10", "P10", "Text")]
    (known,) = [one for one in lists_of(ctx, sites_of(ctx)[0]) if one.id == of.id]
    assert len(resolved(ctx, known, mapped)) == len(fields)


def test_an_unknown_column_is_an_error_that_names_those_there_are(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    mapped = {"Members": {"record": "membership", "columns": {"email": "Mail"}}}
    with pytest.raises(ConfigError, match=r'no column "Mail"; it has .*E-mail.*Organisation'):
        list(lists(ask(still, lists=mapped), None))


def test_an_unknown_list_is_an_error_that_names_those_there_are(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    mapped = {"Membres": {"record": "account", "columns": {"email": "E-mail"}}}
    with pytest.raises(ConfigError, match=r'list "Membres"; there are .*Members'):
        list(lists(ask(still, lists=mapped), None))


def test_a_mapping_that_changes_reads_the_list_anew(
    still: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    first = {"Members": {"record": "post", "columns": {"title": "Title"}}}
    held.take(lists(ask(still, lists=first), None))
    again = {"Members": {"record": "post", "columns": {"title": "Title", "body": "Organisation"}}}
    held.take(lists(ask(still, lists=again), held.cursor))
    assert all(row.body for row in held.of(Post).values())


def test_a_list_that_is_mapped_no_more_has_no_members(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    held.take(lists(ask(box, lists=MEMBERS), None))
    assert held.of(Membership)
    held.take(lists(ask(box), held.cursor))
    assert not held.of(Membership)
    held.take(lists(ask(box, lists=MEMBERS), held.cursor))
    assert held.of(Membership)


def test_rows_that_are_mapped_no_more_are_gone(box: MicrosoftSandbox, ask: Ask, held: Held) -> None:
    mapped = {"Members": {"record": "document", "columns": {"title": "Title"}}}
    held.take(lists(ask(box, lists=mapped), None))
    assert held.of(Document)
    held.take(lists(ask(box), held.cursor))
    assert not held.of(Document)


def test_members_of_two_lists_or_of_a_list_and_the_site_do_not_end_one_another(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    """Who is missing in one of them would have left a space that the other says they are in."""
    for space, sites_taken in ((site_of(still).id, (0,)), ("everybody", (0, 1))):
        mapped = {"Members": MEMBERS["Members"] | {"space": space}}
        with pytest.raises(ConfigError, match="would have the same space as"):
            list(lists(ask(still, lists=mapped, sites=sites_taken), None))


def test_rows_become_events_posts_and_documents_of_the_site(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    for title, columns in {
        "Calls": [("Starts", "DateTime"), ("Off", "Boolean"), ("Heads", "Number")],
        "Stories": [("Story", "Note")],
        "Recordings": [("Where", "URL")],
    }.items():
        box.sharepoint.add_list(site, title)
        for name, kind in columns:
            box.sharepoint.add_column(site, title, name, kind)
    start = int(datetime(2026, 5, 4, 13, tzinfo=UTC).timestamp())
    call = box.sharepoint.add_item(site, "Calls", Title="Call", Starts=start, Off=True, Heads=12.0)
    story = box.sharepoint.add_item(site, "Stories", Title="T", Story="<div>A &amp; b</div>")
    link = {"Url": "https://video.example/1", "Description": "Watch"}
    video = box.sharepoint.add_item(site, "Recordings", Title="R", Where=link)
    event = {"starts_at": "Starts", "cancelled": "Off", "attendee_count": "Heads"}
    held.take(
        lists(
            ask(
                box,
                lists={
                    "Calls": {"record": "event", "columns": event},
                    "Stories": {"record": "post", "columns": {"body": "Story"}},
                    "Recordings": {"record": "document", "columns": {"url": "Where"}},
                },
            ),
            None,
        )
    )
    row = held.of(Event)[f"{site.list_named('Calls').id}:{call.id}"]
    assert (row.title, row.starts_at) == ("Call", datetime(2026, 5, 4, 13, tzinfo=UTC))
    assert (row.cancelled, row.attendee_count, row.space) == (True, 12, site.id)
    post = held.of(Post)[f"{site.list_named('Stories').id}:{story.id}"]
    assert (post.title, post.body, post.thread) == ("T", "A & b", post.key)
    assert post.posted_at.timestamp() == story.created
    document = held.of(Document)[f"{site.list_named('Recordings').id}:{video.id}"]
    assert (document.title, document.url) == ("R", "https://video.example/1")


def test_every_visible_list_has_its_number_of_rows_as_a_metric(
    still: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    held.take(lists(ask(still), None))
    visible = {of.id: of for of in site_of(still).lists.values() if not of.hidden}
    found = {row.subject: row for row in held.of(Metric).values()}
    assert {key: row.value for key, row in found.items()} == {
        key: len(of.items) for key, of in visible.items()
    }
    assert {row.name for row in found.values()} == {"list_items"}
