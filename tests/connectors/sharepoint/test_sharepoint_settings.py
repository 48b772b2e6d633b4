"""Settings are understood as people write them, and refused with the next step."""

from typing import Any

import pytest
from pydantic import ValidationError

from cophub.connectors.sharepoint.settings import Settings

SITE = "https://contoso.sharepoint.com/sites/mer"


def settings(**more: Any) -> Settings:
    given = {"site_url": SITE, "tenant": "contoso.onmicrosoft.com", "client_id": "app"}
    return Settings(**{**given, "certificate": "a.pfx", **more})


@pytest.mark.parametrize(
    "written",
    [
        SITE,
        f"{SITE}/",
        f"{SITE}/SitePages/Home.aspx",
        f"{SITE}/Shared%20Documents/Forms/AllItems.aspx?view=7",
        f"{SITE}/_layouts/15/start.aspx#/",
        f"{SITE}/Lists/Members/AllItems.aspx",
    ],
)
def test_the_address_of_a_page_is_taken_for_its_site(written: str) -> None:
    assert settings(site_url=written).site_url == SITE


def test_one_more_site_may_be_written_without_brackets() -> None:
    assert settings(sites=f"{SITE}2/").sites == [f"{SITE}2"]


def test_a_secret_reads_by_graph_and_a_certificate_by_sharepoint_itself() -> None:
    assert not settings().by_graph
    assert settings(certificate=None, client_secret="s").by_graph


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"certificate": None}, "set certificate or client_secret"),
        ({"client_secret": "s"}, "set certificate or client_secret, one of them"),
        ({"certificate": None, "client_secret": "s", "hub": True}, "refuses a client_secret"),
        ({"site_url": "contoso"}, "URL"),
        ({"lists": {"A": {"record": "membership", "columns": {}}}}, "email or account"),
        (
            {"lists": {"A": {"record": "event", "columns": {"starts_at": "x", "size": "y"}}}},
            "event has no size",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_asked(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**given)
