"""Usage reports: fetched without the token, read as text, refused when names are hashed."""

from datetime import date

import pytest

from cophub import AuthError, SourceUnavailable
from cophub.connectors.microsoft.reports import Concealed, report_rows
from cophub.sandbox.server import Response

from .conftest import error, headers_of

REPORT = "reports/getYammerGroupsActivityDetail(period='D30')"
PATH = f"/v1.0/{REPORT}"
HEAD = (
    "Report Refresh Date,Group Display Name,Is Deleted,Member Count,Posted Count,"
    "Office 365 Connected"
)
WATER = "2026-05-30,Water,False,42,,Yes"


def csv(*rows, head=HEAD, mark=b"\xef\xbb\xbf"):
    body = mark + "\r\n".join([head, *rows]).encode() + b"\r\n"
    return Response(200, body, content_type="application/octet-stream")


def test_the_address_that_a_report_lies_at_gets_no_token(ctx, client, scripted, hosts):
    """It is open to whoever knows it, and refuses a request that is signed; be it the same host."""
    asked = scripted(PATH, Response(302, b"", {"Location": f"{hosts.graph}/data/x?sig=1"}))
    fetched = scripted("/data/x", csv(WATER))
    (row,) = report_rows(ctx, client, REPORT)
    assert len(asked) == len(fetched) == 1 and fetched[0].raw_query == "sig=1"
    assert "authorization" in headers_of(asked[0])
    assert "authorization" not in headers_of(fetched[0])
    assert headers_of(fetched[0])["user-agent"].startswith("NONISV|Contoso|")
    assert row.on == date(2026, 5, 30)
    assert row.count("Member Count") == 42 and row.count("Posted Count") is None
    assert row.flag("Office 365 Connected") and not row.flag("Is Deleted")


def test_a_byte_order_mark_is_there_or_not(ctx, client, scripted):
    for mark in (b"\xef\xbb\xbf", b""):
        scripted(PATH, csv(WATER, mark=mark))
        assert [row.values["Group Display Name"] for row in report_rows(ctx, client, REPORT)] == [
            "Water"
        ]


def test_hashed_names_are_refused_and_the_switch_is_named(ctx, client, scripted):
    scripted(PATH, csv("2026-05-30,7D3654B07E126BBD0D18174368FC243F,False,42,1,No"))
    with pytest.raises(Concealed, match=r"Group Display Name is hashed.*Display concealed user"):
        list(report_rows(ctx, client, REPORT))
    (row,) = report_rows(ctx, client, REPORT, concealed=True)
    assert row.count("Member Count") == 42


def test_a_group_without_an_id_is_concealed_as_well(ctx, client, scripted):
    head = "Report Refresh Date,Group Id"
    scripted(PATH, csv("2026-05-30,00000000-0000-0000-0000-000000000000", head=head))
    with pytest.raises(Concealed):
        list(report_rows(ctx, client, REPORT))


def test_what_is_no_report_is_not_taken_for_an_empty_one(ctx, client, scripted):
    scripted(PATH, csv("Ada", head="Name"))
    with pytest.raises(SourceUnavailable, match="no column 'Report Refresh Date'"):
        list(report_rows(ctx, client, REPORT))
    scripted(PATH, csv())
    assert list(report_rows(ctx, client, REPORT)) == []


def test_without_the_permission_it_is_named(ctx, client, scripted):
    scripted(PATH, error(403, "S2SUnauthorized", "Invalid permission."))
    with pytest.raises(AuthError, match=r"lacks Microsoft Graph Reports\.Read\.All"):
        list(report_rows(ctx, client, REPORT))


@pytest.mark.parametrize(
    "name",
    [
        "getYammerGroupsActivityDetail",
        "getYammerActivityUserDetail",
        "getSharePointSiteUsageDetail",
    ],
)
def test_the_vendors_own_columns_are_read(vendor_files, ctx, client, scripted, name):
    head = (vendor_files / "microsoft" / "graph" / f"report_header_{name}.csv").read_text().strip()
    scripted(PATH, csv(",".join(["2026-05-30"] + [""] * head.count(",")), head=head))
    (row,) = report_rows(ctx, client, REPORT)
    assert list(row.values) == head.split(",")
    assert all(value is None for value in list(row.values.values())[1:])
