"""Graph's pages: links that lead astray, cursors that were forgotten, permissions that lack."""

from itertools import islice

import msgspec
import pytest

from cophub import AuthError, CursorExpired, SourceUnavailable
from cophub.connectors.microsoft.consent import COMMUNITIES
from cophub.connectors.microsoft.entra import token_name, user_auth
from cophub.connectors.microsoft.graph import Expired, NotThere, graph, graph_get, graph_pages
from cophub.connectors.microsoft.hosts import decorated
from cophub.sandbox.server import Response

from .conftest import GRAPH, error, headers_of

THINGS = "/v1.0/things"


class Thing(msgspec.Struct):
    id: str
    size: int = 0


def page(*ids, **links):
    return {"value": [{"id": each} for each in ids]} | {
        f"@odata.{name}Link": link for name, link in links.items()
    }


def test_pages_follow_the_link_as_it_was_written(scripted, client, hosts):
    """`$skiptoken` may hold what looks encoded; taken apart and put together it means another."""
    odd = f"{hosts.graph}{THINGS}?$skiptoken=Paged%3DTRUE%26p_ID%3D5&$top=2"
    seen = scripted(THINGS, page("1", "2", next=odd), page("3", delta=f"{odd}&$deltatoken=x"))
    found = list(graph_pages(client, "things", {"$top": "2"}, kind=Thing))
    assert [[thing.id for thing in one.value] for one in found] == [["1", "2"], ["3"]]
    assert seen[0].query == {"$top": "2"}
    assert seen[1].raw_query == "$skiptoken=Paged%3DTRUE%26p_ID%3D5&$top=2"
    assert found[0].delta is None and found[1].delta == f"{odd}&$deltatoken=x"


def test_a_delta_link_of_an_earlier_run_is_followed_whole(scripted, client, hosts):
    seen = scripted(THINGS, page("9", delta="later"))
    link = f"{hosts.graph}{THINGS}?$deltatoken=a%2Bb"
    assert [one.delta for one in graph_pages(client, link)] == ["later"]
    assert seen[0].raw_query == "$deltatoken=a%2Bb"


def test_a_passing_failure_in_mid_listing_repeats_the_page_and_no_row(scripted, client, hosts, box):
    link = f"{hosts.graph}{THINGS}?$skiptoken=2"
    scripted(THINGS, page("1", next=link), error(429, "TooManyRequests", **{"Retry-After": "3"}),
             error(503, "ServiceUnavailable"), page("2"))  # fmt: skip
    found = [row["id"] for one in graph_pages(client, "things") for row in one.value]
    assert found == ["1", "2"]


def test_an_item_that_is_not_as_documented_is_a_reject_of_its_own(scripted, client):
    scripted(THINGS, {"value": [{"id": "1"}, {"id": "2", "size": "big"}, {"id": "3"}]})
    (only,) = graph_pages(client, "things", kind=Thing)
    assert [thing.id for thing in only.value] == ["1", "3"]
    assert [(bad.key, bad.field) for bad in only.rejects] == [("2", "size")]


def test_a_link_to_another_host_gets_no_token(scripted, client):
    scripted(THINGS, page("1", next="https://graph.example.com/v1.0/things?$skiptoken=2"))
    pages = graph_pages(client, "things")
    assert next(pages).value == [{"id": "1"}]
    with pytest.raises(SourceUnavailable, match=r"leaves .* for graph\.example\.com"):
        next(pages)


def test_a_link_that_was_kept_is_asked_at_the_host_of_today(scripted, client):
    scripted(THINGS, page("1"))
    kept = f"https://elsewhere.example{THINGS}?$deltatoken=a%26b"
    assert [row["id"] for one in graph_pages(client, kept) for row in one.value] == ["1"]


def test_a_link_that_comes_twice_ends_the_listing_as_unfinished(scripted, client, hosts):
    links = [f"{hosts.graph}{THINGS}?$skiptoken={letter}" for letter in "aba"]
    scripted(THINGS, *(page(link[-1], next=link) for link in links))
    got = []
    with pytest.raises(SourceUnavailable, match="same next link twice"):
        got.extend(one.value for one in islice(graph_pages(client, "things"), 9))
    assert len(got) <= 3


@pytest.mark.parametrize(
    ("answer", "location", "code"),
    [
        (error(410, "resyncChangesApplyDifferences", Location="https://x/again"),
         "https://x/again", "resyncChangesApplyDifferences"),
        (error(410, "resyncChangesUploadDifferences"), None, "resyncChangesUploadDifferences"),
        (error(404, "syncStateNotFound"), None, "syncStateNotFound"),
        (error(400, "Directory_ResyncRequired"), None, "Directory_ResyncRequired"),
        (Response(410, b""), None, ""),
    ],
)  # fmt: skip
def test_a_forgotten_delta_link_says_where_to_start_over(scripted, client, answer, location, code):
    scripted(THINGS, answer)
    with pytest.raises(Expired, match="read whole again") as failure:
        next(graph_pages(client, "things"))
    assert (failure.value.location, failure.value.code) == (location, code)
    assert isinstance(failure.value, CursorExpired)


def test_a_refusal_tells_nobodys_address(scripted, client):
    scripted(THINGS, error(403, "Forbidden", "'ada@contoso.com' (i:0#.f|m|ben@x.org) may not"))
    with pytest.raises(AuthError, match="may not") as caught:
        list(graph_pages(client, "things"))
    assert "ada" not in str(caught.value) and "ben" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/v1.0/employeeExperience/communities", "Community.Read.All"),
        ("/v1.0/employeeExperience/roles", "EngagementRole.Read.All"),
        ("/v1.0/groups/1/members/microsoft.graph.user", "GroupMember.Read.All"),
        ("/v1.0/users", "User.Read.All"),
        ("/v1.0/sites/1/lists", "Sites.Read.All"),
        ("/v1.0/reports/getYammerGroupsActivityDetail(period='D7')", "Reports.Read.All"),
    ],
)
def test_a_refusal_names_the_permission_its_kind_and_where_it_is_granted(
    scripted, client, path, permission
):
    scripted(path, error(403, "Authorization_RequestDenied", "Insufficient privileges."))
    with pytest.raises(AuthError) as failure:
        next(graph_pages(client, path.removeprefix("/v1.0/")))
    text = str(failure.value)
    assert f"the app lacks Microsoft Graph {permission} (application)" in text
    assert "API permissions > Add a permission" in text and "Grant admin consent" in text
    assert "Insufficient privileges." in text and "\n" not in text


def test_the_caller_knows_best_which_permission_lacks(scripted, client):
    scripted(THINGS, error(403, "Forbidden", "No."))
    with pytest.raises(AuthError, match=r"lacks Microsoft Graph Community\.Read\.All"):
        next(graph_pages(client, "things", needs=COMMUNITIES))
    with pytest.raises(AuthError, match="ask an administrator which permission"):
        next(graph_pages(client, "things"))


def test_where_a_person_signed_in_the_permission_is_a_delegated_one(
    box, ctx, hosts, login, scripted
):
    ctx.tokens.set(token_name(ctx), box.refresh_token())
    signed = graph(ctx, hosts, user_auth(ctx, hosts, login(), f"{GRAPH}/.default"))
    scripted("/v1.0/users", error(403, "Authorization_RequestDenied"))
    with pytest.raises(AuthError, match=r"User\.Read\.All \(delegated\).*Delegated permissions"):
        next(graph_pages(signed, "users"))


def test_what_is_not_there_is_told_from_what_failed(scripted, client):
    scripted(THINGS, error(404, "Request_ResourceNotFound", "No such thing."))
    with pytest.raises(NotThere, match=r"has no /v1\.0/things \(Request_ResourceNotFound\)"):
        graph_get(client, "things")
    scripted(THINGS, error(400, "BadRequest", "Unsupported query."))
    with pytest.raises(SourceUnavailable, match="Unsupported query"):
        graph_get(client, "things")
    scripted(THINGS, Response(200, b"<html>sign in here</html>"))
    with pytest.raises(SourceUnavailable, match="no JSON"):
        next(graph_pages(client, "things"))
    with pytest.raises(SourceUnavailable, match="not as documented"):
        graph_get(client, "things")


def test_one_thing_comes_as_its_kind(scripted, client):
    seen = scripted(THINGS, {"id": "7", "size": 3})
    assert graph_get(client, "things", {"$select": "id,size"}, kind=Thing) == Thing("7", 3)
    assert seen[0].query == {"$select": "id,size"}


def test_every_request_names_itself_as_microsoft_asks(scripted, client):
    seen = scripted(THINGS, page("1"))
    list(graph_pages(client, "things"))
    assert headers_of(seen[0])["user-agent"].startswith("NONISV|Contoso|cophub/")
    assert decorated("Ärzte | ohne\r\nGrenzen").split("|")[1] == "rzte ohne Grenzen"
    assert decorated("  ").startswith("NONISV|cophub|cophub/")


def test_the_vendors_own_pages_are_understood(vendor_files, scripted, client):
    """Communities with a next link, a delta of groups, and list items that were deleted."""
    folder = vendor_files / "microsoft" / "graph"
    for name in ("communities_page1", "group_delta_changes", "listitem_delta_last"):
        scripted(THINGS, Response(200, (folder / f"{name}.json").read_bytes()))
        first = next(graph_pages(client, "things"))
        assert first.value and not first.rejects
        assert (first.next or first.delta or "").startswith("https://graph.microsoft.com/v1.0/")
