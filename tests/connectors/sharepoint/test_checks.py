"""What `check` says of each sign-in, site, stream and permission, and what `discover` finds."""

from typing import Any

import pytest

from cophub import Space, Verdict
from cophub.connectors.sharepoint.checks import check, discover
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Ask

MAPPED = {"Members": {"record": "membership", "columns": {"email": "E-mail"}}}


def verdicts(ctx: Any) -> dict[str, Verdict]:
    return {one.subject: one for one in check(ctx)}


@pytest.fixture
def still(still: MicrosoftSandbox) -> Any:
    concealed, still.concealed = still.concealed, False
    yield still
    still.concealed = concealed


def test_all_is_well_where_all_is_granted(still: MicrosoftSandbox, ask: Ask) -> None:
    found = verdicts(ask(still, sites=(0, 1), lists=MAPPED))
    assert {one.state for one in found.values()} == {"ok"}, found
    assert found.keys() == {
        "sign-in", f"site {still.site_url(0)}", f"site {still.site_url(1)}", "lists", "documents",
        "pages", "discussions", "events", "members", "directory groups", "directory users",
        "usage", "usage report",
    }  # fmt: skip
    assert "document libraries with" in found["documents"].message


@pytest.mark.parametrize(
    ("consent", "subject", "state", "clicks"),
    [
        (
            "sharepoint:Sites.Read.All",
            "site {site}",
            "failed",
            "SharePoint > Application permissions > Sites.Read.All",
        ),
        (
            "graph:Sites.Read.All",
            "usage",
            "failed",
            "Microsoft Graph > Application permissions > Sites.Read.All",
        ),
        (
            "graph:Reports.Read.All",
            "usage report",
            "warning",
            "Microsoft Graph > Application permissions > Reports.Read.All",
        ),
        (
            "graph:User.Read.All",
            "directory users",
            "failed",
            "Microsoft Graph > Application permissions > User.Read.All",
        ),
    ],
)
def test_what_is_missing_comes_with_where_to_click(
    still: MicrosoftSandbox, ask: Ask, consent: str, subject: str, state: str, clicks: str
) -> None:
    still.consents.discard(consent)
    found = verdicts(ask(still))
    one = found[subject.format(site=still.site_url(0))]
    assert one.state == state
    assert clicks in (one.fix or "")
    assert [v.subject for v in found.values() if v.state != "ok"] == [one.subject]


def test_members_of_directory_groups_need_a_permission(still: MicrosoftSandbox, ask: Ask) -> None:
    still.consents -= {"graph:GroupMember.Read.All", "graph:Group.Read.All"}
    one = verdicts(ask(still))["directory groups"]
    assert one.state == "failed" and "GroupMember.Read.All" in (one.fix or "")


def test_with_sites_selected_each_site_has_its_verdict(box: MicrosoftSandbox, ask: Ask) -> None:
    box.consents.discard("sharepoint:Sites.Read.All")
    box.consents.add("sharepoint:Sites.Selected")
    box.sharepoint.selected.add(box.sharepoint.site(0).id)
    found = verdicts(ask(box, sites=(0, 1)))
    assert found[f"site {box.site_url(0)}"].state == "ok"
    one = found[f"site {box.site_url(1)}"]
    assert one.state == "failed"
    assert "SITE-ID/permissions with the role read for this app" in (one.fix or "")
    assert found["documents"].state == "ok"


def test_a_secret_that_is_wrong_ends_the_check_with_what_to_do(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    (one,) = check(ask(still, secret=True, client_secret="no"))
    assert (one.subject, one.state) == ("sign-in", "failed")
    assert "client secret" in one.message and "Certificates & secrets" in (one.fix or "")


def test_what_a_secret_cannot_read_is_said(still: MicrosoftSandbox, ask: Ask) -> None:
    found = verdicts(ask(still, secret=True))
    assert found["client_secret"].state == "warning"
    assert "groups of sites, comments and likes" in found["client_secret"].message
    assert "certificate" in (found["client_secret"].fix or "")
    assert found["pages"].state == found["discussions"].state == "warning"
    assert found["documents"].state == found["usage"].state == "ok"
    assert "members" not in found


def test_concealed_names_are_a_warning_with_the_setting(still: MicrosoftSandbox, ask: Ask) -> None:
    still.concealed = True
    one = verdicts(ask(still))["usage report"]
    assert one.state == "warning" and "Display concealed user" in (one.fix or "")


def test_a_site_that_is_not_there_is_named(still: MicrosoftSandbox, ask: Ask) -> None:
    url = "https://contoso.sharepoint.com/sites/nothing"
    found = verdicts(ask(still, site_url=url))
    assert found[f"site {url}"].state == "failed"
    assert "documents" not in found


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"Mitglieder": MAPPED["Members"]}, 'no list "Mitglieder"'),
        ({"Members": {"record": "membership", "columns": {"email": "Mail"}}}, 'no column "Mail"'),
    ],
)
def test_a_list_that_is_not_as_mapped_is_named(
    still: MicrosoftSandbox, ask: Ask, lists: dict[str, Any], said: str
) -> None:
    one = verdicts(ask(still, lists=lists))["lists"]
    assert one.state == "failed" and said in one.message


def test_what_a_hub_brings_is_listed(still: MicrosoftSandbox, ask: Ask) -> None:
    assert verdicts(ask(still, hub=True))["sites"].message.startswith("3 sites: ")


@pytest.mark.parametrize("secret", [False, True], ids=["certificate", "secret"])
def test_discover_tells_sites_with_their_counts(
    still: MicrosoftSandbox, ask: Ask, secret: bool
) -> None:
    found = list(discover(ask(still, sites=(0, 1), secret=secret)))
    assert [space.key for space in found] == [still.sharepoint.site(n).id for n in (0, 1)]
    for number, space in enumerate(found):
        site = still.sharepoint.site(number)
        assert space.kind == "site" and space.title == site.title
        assert isinstance(space.native_member_count, int) and space.native_member_count > 1
        if not secret:
            assert isinstance(space.extra, dict)
            library = still.sharepoint.list(site, "Documents")
            assert space.extra["lists"]["Documents"] == len(library.items)
            posts = [of for of in site.lists.values() if of.template in (108, 119)]
            assert space.native_post_count == sum(len(of.items) for of in posts)


def test_discover_tells_a_list_of_members_as_a_space(still: MicrosoftSandbox, ask: Ask) -> None:
    found: list[Space] = list(discover(ask(still, lists=MAPPED)))
    members = still.sharepoint.list(still.sharepoint.site(0), "Members")
    (one,) = [space for space in found if space.kind == "list"]
    assert (one.key, one.native_member_count) == (members.id, len(members.items))


def test_discover_without_the_groups_permission_counts_nobody(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    still.consents -= {"graph:GroupMember.Read.All", "graph:Group.Read.All"}
    (one,) = discover(ask(still))
    assert not isinstance(one.native_member_count, int)
