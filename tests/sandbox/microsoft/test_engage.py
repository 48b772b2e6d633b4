"""Engage's communities and roles in the emulated Graph, and the usage reports."""

import csv
import io
import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.graph.reports import Spoken

Json = dict[str, Any]
Rows = Callable[..., list[Json]]
COMMUNITIES = "/v1.0/employeeExperience/communities"
ROLES = "/v1.0/employeeExperience/roles"


def test_communities_come_twenty_to_a_page_with_yammers_id_inside_theirs(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """The id is base64 without padding; private ones are there too, Yammer's own groups not."""
    first = reader.get(COMMUNITIES).json()
    assert len(first["value"]) == 20
    found = rows(reader, COMMUNITIES)
    groups = shown_tenant.tenant.communities
    assert [row["groupId"] for row in found] == [group.id for group in groups]
    assert {row["privacy"] for row in found} == {"public", "private"}
    for row, group in zip(found, groups, strict=True):
        text = row["id"] + "=" * (-len(row["id"]) % 4)
        assert json.loads(b64decode(text)) == {"_type": "Group", "id": str(group.yammer_id)}
    assert reader.get(f"{COMMUNITIES}?$top=21").status_code == 400


def test_communities_can_be_sorted_and_expanded(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """By name over pages; one with its owners and its group."""
    names = [row["displayName"] for row in rows(reader, COMMUNITIES, **{"$orderby": "displayName"})]
    assert names == sorted(names)
    assert len(names) == 25
    group = shown_tenant.tenant.communities[2]
    row = reader.get(f"{COMMUNITIES}/{group.community_id}?$expand=owners,group").json()
    assert {owner["id"] for owner in row["owners"]} == set(group.owners)
    assert row["group"]["mail"] == group.mail
    owners = rows(reader, f"{COMMUNITIES}/{group.community_id}/owners")
    assert {owner["id"] for owner in owners} == set(group.owners)
    assert reader.get(f"{COMMUNITIES}/nothing").status_code == 404


def test_roles_in_the_network_have_a_date(
    shown_tenant: MicrosoftSandbox, reader: httpx.Client, rows: Rows
) -> None:
    """Who has one, and since when."""
    roles = {row["displayName"]: row["id"] for row in rows(reader, ROLES)}
    [admin] = rows(reader, f"{ROLES}/{roles['Network Admin']}/members")
    assert admin["userId"] == shown_tenant.tenant.admin.id
    assert admin["createdDateTime"] == "2024-06-01T00:00:00Z"
    assert rows(reader, f"{ROLES}/{roles['Corporate Communicator']}/members")
    assert rows(reader, f"{ROLES}/{roles['Answers Admin']}/members") == []


# Reports


def table(sandbox: MicrosoftSandbox, client: httpx.Client, call: str) -> list[Json]:
    """A report's rows, fetched as the vendor wants it: the second address without a token."""
    way = client.get(f"/v1.0/reports/{call}", follow_redirects=False)
    assert way.status_code == 302
    content = httpx.get(way.headers["Location"]).raise_for_status().content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_report_is_behind_an_address_that_refuses_a_token(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """And it is good for minutes only."""
    way = graph.get("/v1.0/reports/getYammerGroupsActivityDetail(period='D7')")
    address = way.headers["Location"]
    assert graph.get(address).status_code == 401
    assert httpx.get(address).status_code == 200
    tenant.advance(minutes=6)
    assert httpx.get(address).status_code == 403


def test_names_are_hashed_until_the_admin_says_otherwise(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """Hashed names are 32 hexadecimal capitals, a site's id is all zeros."""
    groups = "getYammerGroupsActivityDetail(period='D30')"
    hidden = table(tenant, graph, groups)
    assert all(len(row["Group Display Name"]) == 32 for row in hidden)
    sites = table(tenant, graph, "getSharePointSiteUsageDetail(period='D7')")
    assert {row["Site Id"] for row in sites} == {"00000000-0000-0000-0000-000000000000"}
    assert graph.get("/v1.0/admin/reportSettings").json()["displayConcealedNames"] is True
    tenant.concealed = False
    titles = {group.title for group in (*tenant.tenant.communities, tenant.tenant.legacy)}
    shown = table(tenant, graph, groups)
    assert {row["Group Display Name"] for row in shown} == titles
    assert {row["Office 365 Connected"] for row in shown} == {"Yes", "No"}
    addresses = {
        row["Site URL"] for row in table(tenant, graph, "getSharePointSiteUsageDetail(period='D7')")
    }
    assert addresses == {tenant.site_url(number) for number in range(3)}


def test_figures_lag_two_days_and_what_was_not_measured_is_empty(
    tenant: MicrosoftSandbox, graph: httpx.Client
) -> None:
    """A part of the tenant tells the figures; the span ends where the report says."""
    asked: list[tuple[int, int]] = []

    def spoken(group: object, start: int, end: int) -> Spoken:
        asked.append((start, end))
        first = group is tenant.tenant.communities[0]
        return Spoken(3, 40, 2, end - 3_600) if first else Spoken()

    tenant.usage.group = spoken
    first, second, *_ = table(tenant, graph, "getYammerGroupsActivityDetail(period='D7')")
    assert first["Report Refresh Date"] == first["Last Activity Date"] == "2026-05-30"
    assert (first["Posted Count"], second["Posted Count"]) == ("3", "")
    assert first["Report Period"] == "7"
    assert {end - start for start, end in asked} == {7 * 86_400}
    [row, *_] = table(tenant, graph, "getYammerActivityUserDetail(date=2026-05-20)")
    assert row["Report Refresh Date"] == "2026-05-20"


@pytest.mark.parametrize("span", ["period='D8'", "date=2026-04-01", "date=soon", "month='5'"])
def test_a_report_has_four_periods_and_thirty_days(graph: httpx.Client, span: str) -> None:
    """Anything else is a bad request."""
    answer = graph.get(f"/v1.0/reports/getYammerActivityUserDetail({span})")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
