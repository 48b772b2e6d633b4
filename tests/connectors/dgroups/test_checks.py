"""What `cophub check`, `discover` and `plan` say, and how errors are told."""

from typing import Any

import pytest

from cophub import AuthError, Context, SourceUnavailable, Verdict
from cophub.connectors import dgroups
from cophub.connectors.dgroups.client import LIMITS, NotAllowed, NotThere, Slowed, api, refusal
from cophub.connectors.dgroups.payloads import Page, Payload
from cophub.http import Limits
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.server import Request, Response
from tests.connectors.dgroups.conftest import Ask, Table, Watched


def verdicts(ctx: Context[Any]) -> dict[str, Verdict]:
    """The verdict on each subject."""
    return {one.subject: one for one in dgroups.check(ctx)}


def test_all_is_well_for_a_moderator(still: Watched, ask: Ask):
    found = verdicts(ask(still))
    assert {one.state for one in found.values()} == {"ok"}
    assert "mercop" in found["groups"].message


def test_each_missing_permission_is_named_with_its_group_and_its_remedy(box: Watched, ask: Ask):
    box.rights("mercop", members_visible=False, view_activity=False, calendar_visible=False)
    found = verdicts(ask(box))
    for subject, right in (
        ("members", "members_visible"),
        ("activity", "view_activity"),
        ("events", "calendar_visible"),
    ):
        assert found[subject].state == "warning"
        assert f"no permission ({right}) in mercop" in found[subject].message
        assert "mercop" in (found[subject].fix or "")
    assert found["files"].state == found["messages"].state == "ok"


def test_what_no_group_shows_has_failed(box: Watched, ask: Ask):
    for group in box.state.groups.values():
        box.rights(group.name, members_visible=False, download_archives=False)
    found = verdicts(ask(box))
    assert found["members"].state == "failed"
    assert found["archive"].state == "ok"
    assert "the API is read in its place" in found["archive"].message
    assert verdicts(ask(box, history="archive"))["archive"].state == "warning"


@pytest.mark.parametrize("status", [400, 200])
def test_a_key_that_is_refused_is_said_so_whatever_the_status(
    still: Watched, ask: Ask, status: int
):
    still.error_status = status
    try:
        found = verdicts(ask(still, api_key="wrong"))
    finally:
        still.error_status = 400
    assert list(found) == ["api_key"]
    assert found["api_key"].state == "failed"
    assert "api_key" in (found["api_key"].fix or "")
    assert "wrong" not in found["api_key"].message


def test_a_group_that_is_not_there_fails_the_check(still: Watched, ask: Ask):
    assert verdicts(ask(still, groups=["nowhere"]))["groups"].state == "failed"


def test_discover_lists_groups_that_the_settings_leave_out(still: Watched, ask: Ask):
    spaces = list(dgroups.discover(ask(still, groups=["mercop"])))
    assert {str(space.key) for space in spaces} == set(still.truth()["spaces"])
    assert all(space.title for space in spaces)


def test_an_estimate_is_near_what_a_first_run_costs(still: Watched, ask: Ask, table: Table):
    told = {one.stream: one for one in dgroups.estimate(ask(still), {})}
    for stream in dgroups.STREAMS:
        before = still.requests.total()
        table.read(ask(still), "groups", stream.name)
        del before
    fresh = Table()
    ctx = ask(still)
    still.downloads.clear()
    for stream in dgroups.STREAMS:
        asked = ctx.transport.traffic.requests
        fresh.read(ctx, stream.name)
        cost = ctx.transport.traffic.requests - asked
        if stream.name in ("files", "activity"):  # whose folders and lengths are not known
            continue
        assert abs(told[stream.name].requests - cost) <= 3, stream.name
    assert told["messages"].rows == len(still.truth()["posts"])


def test_an_estimate_of_an_unchanged_run_is_what_it_costs(still: Watched, ask: Ask, table: Table):
    table.read(ask(still))
    told = {one.stream: one.requests for one in dgroups.estimate(ask(still), table.cursors)}
    ctx = ask(still)
    for stream in dgroups.STREAMS:
        asked = ctx.transport.traffic.requests
        table.read(ctx, stream.name)
        assert ctx.transport.traffic.requests - asked == told[stream.name], stream.name


def test_the_pace_is_one_request_at_a_time_and_five_minutes_after_too_many():
    assert (LIMITS.concurrency, LIMITS.unasked_wait) == (1, 300.0)
    assert LIMITS.rate


def test_after_too_many_requests_the_run_waits_five_minutes_and_goes_on(box: Watched, context: Any):
    waits: list[float] = []
    settings = dgroups.Settings(api_key=box.api_key, base_url=box.base_url)
    ctx = context(
        settings, limits=Limits(concurrency=1, unasked_wait=LIMITS.unasked_wait),
        now=box.now, sleep=waits.append,
    )  # fmt: skip
    box.faults.plan("429", path="*/getsubs", at=(1,))
    table = Table()
    table.read(ctx, "groups")
    assert [round(wait) for wait in waits] == [300]
    assert table.rejects == []


@pytest.mark.parametrize("status", [400, 200])
def test_too_much_is_waited_for_where_only_an_error_object_says_it(
    box: Watched, context: Any, monkeypatch: pytest.MonkeyPatch, status: int
):
    waits: list[float] = []
    settings = dgroups.Settings(api_key=box.api_key, base_url=box.base_url)
    limits = Limits(concurrency=1, unasked_wait=LIMITS.unasked_wait)
    ctx = context(settings, limits=limits, now=box.now, sleep=waits.append)
    plain, box.error_status, left = box._answered, status, [2]

    def busy(request: Request) -> Any:
        if request.path.endswith("getsubs") and left[0]:
            left[0] -= 1
            raise Refusal("rate_limited")
        return plain(request)

    monkeypatch.setattr(box, "_answered", busy)
    Table().read(ctx, "groups")
    assert [round(wait) for wait in waits] == [300, 300]
    left[0] = 99
    with pytest.raises(Slowed):
        Table().read(context(settings, limits=limits, now=box.now, sleep=waits.append), "groups")
    assert len(waits) == 4


def test_a_site_that_keeps_its_limits_never_refuses(context: Any):
    with Watched(seed=1, people=30, communities=1, years=0.2, limits=True, speed=5_000) as box:
        import time

        settings = dgroups.Settings(api_key=box.api_key, base_url=box.base_url)
        ctx = context(
            settings, limits=LIMITS, now=box.now,
            clock=lambda: time.monotonic() * 5_000,
            sleep=lambda seconds: time.sleep(seconds / 5_000),
        )  # fmt: skip
        Table().read(ctx)
        assert box.limits.refused == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unauthorized", AuthError),
        ("expired", AuthError),
        ("no_permission", NotAllowed),
        ("inadequate_permissions", NotAllowed),
        ("not_subscribed", NotAllowed),
        ("no_such_group", NotThere),
        ("topic_not_found", NotThere),
        ("rate_limited", Slowed),
        ("bad_request", SourceUnavailable),
        ("internal_error", SourceUnavailable),
        ("something new", SourceUnavailable),
    ],
)
def test_each_error_of_the_vendor_has_its_meaning(kind: str, error: type[Exception]):
    found = refusal("getmembers", Payload(object="error", type=kind, extra="ada@example.org"))
    assert type(found) is error
    assert "ada" not in str(found)
    assert "getmembers" in str(found)


def test_an_answer_that_is_another_object_is_no_empty_list(
    still: Watched, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    client = api(ask(still))
    monkeypatch.setattr(client, "one", lambda call, kind, **_: Page(object="user"))
    with pytest.raises(SourceUnavailable, match="where a list belongs"):
        client.page("getmembers", group_id=1)


def test_an_error_that_only_its_status_tells_is_one(
    box: Watched, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(box, "_answered", lambda request: Response(403, b'{"message": "no"}'))
    with pytest.raises(AuthError):
        api(ask(box)).page("getsubs")


def test_what_is_no_api_is_told_with_the_setting_to_look_at(still: Watched, ask: Ask):
    still.faults.plan("empty", path="*/getsubs", at=(1,))
    found = verdicts(ask(still))
    assert "base_url" in found["api_key"].message


def test_a_call_that_a_site_does_not_know_is_named(still: Watched, ask: Ask):
    with pytest.raises(NotThere, match="knows no call getnothing"):
        api(ask(still)).page("getnothing")


def test_settings_name_the_service_and_take_numbers_for_groups():
    settings = dgroups.Settings(api_key="k", groups=[7, "mercop"])
    assert settings.host == "https://dgroups.io"
    assert settings.groups == ["7", "mercop"]
    with pytest.raises(ValueError, match="history"):
        dgroups.Settings(api_key="k", history="sometimes")
    with pytest.raises(ValueError, match="Extra inputs"):
        dgroups.Settings(api_key="k", group="mercop")
