"""Signatures and clocks, against a server that makes the signatures anew."""

import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from pydantic import ValidationError

from cophub import AuthError, Context, CophubError, SourceUnavailable
from cophub.connectors.dgroupsarchive import STREAMS, Settings, payloads, signing
from cophub.connectors.dgroupsarchive.client import Clock, Community
from cophub.connectors.dgroupsarchive.payloads import Profile, Stats

from .server import KEY, SECRET, Site

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def test_both_versions_are_signed_as_the_vendor_describes(site: Site, ask: Ask):
    community = Community(ask(site), "food")
    assert community.one("/stats/basic", Stats).members == 3
    assert community.text("list-members").startswith("a1b2c3d4")
    assert site.refused == []


def test_a_signature_is_lowercase_hex_of_sha1():
    """`printf 'echoKSECRET2016-01-02T03:04:05' | sha1sum`"""
    given = signing.form("echo", "K", "SECRET", "2016-01-02T03:04:05", "a/b")
    assert given["signature"] == "57a557538515ebaf294ac72483ebc92a11b9cada"
    assert set(given) == {"site-id", "request-time", "signature", "scope"}


def test_the_query_of_a_call_is_not_signed(site: Site, ask: Ask):
    rows, _ = Community(ask(site), "food").many("/members", Profile, ExplicitMembersOnly="true")
    assert len(rows) == 2
    assert any("ExplicitMembersOnly" in path for _, path, _, _ in site.asked)
    assert site.refused == []


@pytest.mark.parametrize("hours", [-3, 5])
def test_the_servers_clock_is_the_one_that_counts(site: Site, ask: Ask, hours: int):
    site.skew = timedelta(hours=hours)
    assert Community(ask(site), "food").one("/stats/basic", Stats).members == 3
    assert site.refused == []


def test_a_clock_that_jumped_is_read_once_more(site: Site, ask: Ask):
    community = Community(ask(site), "food")
    community.one("/stats/basic", Stats)
    site.skew = timedelta(hours=1)
    assert community.one("/stats/basic", Stats).members == 3
    assert community.text("list-members")
    assert site.refused == ["time"]
    assert sum(path.endswith("/time") for path in site.routes()) == 2


def test_the_clock_is_read_anew_when_a_run_takes_long(site: Site, ask: Ask):
    elapsed = 0.0
    clock = Clock(ask(site), lambda: elapsed)
    first = clock.now("/food/__api/v1")
    elapsed = 100.0
    assert clock.now("/food/__api/v1") > first
    assert len(site.asked) == 1
    elapsed = 1_000.0
    clock.now("/food/__api/v1")
    assert len(site.asked) == 2


def test_a_wrong_secret_is_told_after_one_more_try(site: Site, ask: Ask):
    community = Community(ask(site, secret="another"), "food")
    with pytest.raises(AuthError, match="operator of the site"):
        community.one("/stats/basic", Stats)
    assert site.refused == ["signature", "signature"]


def test_the_secret_is_sent_nowhere_and_in_no_log(
    site: Site, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        for stream in STREAMS:
            extract(stream, ask(site))
    assert site.asked
    assert SECRET not in repr(site.asked) + caplog.text
    assert all(KEY not in path for _, path, _, _ in site.asked)


def test_only_what_reads_is_called(site: Site, ask: Ask, extract: Extract):
    for stream in STREAMS:
        extract(stream, ask(site))
    posted = {path for method, path, _, _ in site.asked if method != "GET"}
    assert posted == {"/food/__api/v1/list-members", "/food/soil/__api/v1/list-members"}


@pytest.mark.parametrize("answer", ['{"Members": "many"}', "<html>", "[]"])
def test_an_answer_that_is_something_else_is_said_to_be(site: Site, ask: Ask, answer: str):
    site.answers["food/stats/basic"] = answer
    with pytest.raises(SourceUnavailable):
        Community(ask(site), "food").one("/stats/basic", Stats)


def test_an_empty_answer_is_an_empty_list(site: Site, ask: Ask):
    for answer in ("", "null", "[]"):
        site.answers["food/members"] = answer
        assert Community(ask(site), "food").many("/members", Profile) == ([], [])


def test_a_reading_call_of_v1_is_sent_again_where_the_site_is_busy(site: Site, ask: Ask):
    """Although it is a POST: it changes nothing."""
    site.busy = ["list-members"]
    assert Community(ask(site), "food").text("list-members").startswith("a1b2c3d4")


def test_a_path_is_signed_as_it_is_sent(site: Site, ask: Ask):
    site.answers["caf%C3%A9/stats/basic"] = {"Members": 4}
    assert (
        Community(ask(site, communities=["café"]), "café").one("/stats/basic", Stats).members == 4
    )
    assert site.refused == []


def test_a_clock_that_names_no_zone_is_in_utc_wherever_cophub_runs(
    site: Site, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert Community(ask(site), "food").one("/stats/basic", Stats).members == 3
        assert site.refused == []
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_site_whose_clock_is_no_clock_is_told(site: Site, ask: Ask):
    site.clock = "half past nine"
    with pytest.raises(SourceUnavailable, match="answers with no time"):
        Community(ask(site), "food").text("list-members")
    with pytest.raises(CophubError):
        Community(ask(site, base_url="http://127.0.0.1:9"), "food").text("list-members")


@pytest.mark.parametrize("path", ["", "a b", "../x", "a//b", "a?b"])
def test_what_is_no_path_of_a_community_is_refused(path: str):
    with pytest.raises(ValidationError):
        Settings(base_url="https://x.example", key="k", secret="s", communities=[path])  # type: ignore[arg-type]


def test_names_of_fields_are_the_vendors(vendor_files: Path):
    facts = json.loads((vendor_files / "communitycloud/api_facts.json").read_text())
    types = facts["v2"]["types"]
    for ours, theirs in (
        (payloads.Stats, "CommunityCoreStats"), (payloads.Activity, "CommunityActivityInfo"),
        (payloads.Profile, "MemberProfile"), (payloads.Entry, "EventInfo"),
        (payloads.Tag, "TagInfo"), (payloads.Resource, "ResourceInfo"),
    ):  # fmt: skip
        names = {field.encode_name for field in structs.fields(ours)}
        assert names <= set(types[theirs]), theirs
    assert "Telephone" not in {field.encode_name for field in structs.fields(payloads.Profile)}


def test_headers_and_fields_are_the_vendors(vendor_files: Path):
    facts = json.loads((vendor_files / "communitycloud/api_facts.json").read_text())
    assert set(signing.headers("/a", "k", "s", "t")) == set(facts["v2"]["headers"])
    assert set(signing.form("o", "k", "s", "t", "a")) <= set(facts["v1"]["params"])
