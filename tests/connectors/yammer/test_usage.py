"""Numbers of the vendor's own: joined to a community by name only where that is no guess."""

from datetime import timedelta
from typing import Any

from cophub import Metric, Stream
from cophub.connectors.yammer.groups import Found
from cophub.connectors.yammer.usage import unique_names, usage
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.graph.reports import Spoken

STREAM = Stream(usage)


def named(got: Any, name: str) -> list[Metric]:
    """The metrics of one name."""
    return [metric for metric in got.of(Metric) if metric.name == name]


def speaking(box: MicrosoftSandbox) -> None:
    """In every community 5 messages a day are posted and 40 read; likes are not measured."""
    box.concealed = False
    box.usage.group = lambda group, start, end: Spoken(
        5 * (end - start) // 86_400, 40 * (end - start) // 86_400, None, end - 1
    )


def test_counts_of_groups_are_kept_for_the_day_they_were_seen(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    ctx = ask(still, ways=["rest"])
    got = extract(STREAM, ctx)
    members = {str(metric.space): metric for metric in named(got, "members")}
    for group in still.tenant.communities:
        metric = members[str(group.yammer_id)]
        assert metric.value == len(group.members)
        assert metric.period_start == metric.period_end == ctx.now.date()
    assert {metric.space for metric in named(got, "messages_total")} == members.keys()
    assert not named(got, "posts")


def test_activity_comes_by_single_days_each_once(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    speaking(box)
    ctx = ask(box, ways=["graph"])
    got = extract(STREAM, ctx)
    posts = named(got, "posts")
    days = {metric.period_start for metric in posts}
    assert len(days) == 28
    assert max(days) == ctx.now.date() - timedelta(days=2)
    assert all(metric.period_start == metric.period_end for metric in posts)
    assert {metric.value for metric in posts} == {5.0}
    assert {metric.value for metric in named(got, "reads")} == {40.0}
    assert {str(metric.space) for metric in posts} == {
        str(group.yammer_id) for group in box.tenant.communities
    }
    box.advance(days=1)
    again = extract(STREAM, ask(box, ways=["graph"]), got.cursor)
    assert {metric.period_start for metric in named(again, "posts")} == {
        ctx.now.date() - timedelta(days=1)
    }


def test_what_was_not_measured_is_no_zero(box: MicrosoftSandbox, ask: Any, extract: Any) -> None:
    speaking(box)
    assert named(extract(STREAM, ask(box, ways=["graph"])), "likes") == []


def test_concealed_names_are_not_guessed(box: MicrosoftSandbox, ask: Any, extract: Any) -> None:
    speaking(box)
    box.concealed = True
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert named(got, "posts") == []
    assert got.cursors == []


def test_without_the_permission_for_reports_the_other_numbers_are_read(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    speaking(box)
    box.consents.discard("graph:Reports.Read.All")
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert named(got, "posts") == []
    assert named(got, "role_members")


def test_a_name_that_two_communities_have_joins_neither(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    speaking(box)
    one, two, three = box.tenant.communities
    two.title = one.title.upper()
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert {metric.space for metric in named(got, "posts")} == {str(three.yammer_id)}
    assert unique_names([Found("1", "A"), Found("2", "a"), Found("3", "B")]) == {"b": "3"}


def test_a_name_that_an_unknown_group_shares_joins_nothing(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    speaking(box)
    one = box.tenant.communities[0]
    box.tenant.legacy.title = one.title  # Graph does not list it, the report does
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert str(one.yammer_id) not in {metric.space for metric in named(got, "posts")}


def test_roles_are_counted_and_left_out_where_nobody_may_ask(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert {metric.subject for metric in named(got, "role_members")} >= {"Network Admin"}
    box.consents.discard("graph:EngagementRole.Read.All")
    again = extract(STREAM, ask(box, ways=["graph"]))
    assert named(again, "role_members") == []


def test_the_vendors_header_has_the_columns_that_are_read(vendor_files: Any) -> None:
    from cophub.connectors.yammer.usage import COUNTS, NAME

    path = vendor_files / "microsoft/graph/report_header_getYammerGroupsActivityDetail.csv"
    header = path.read_text().strip().split(",")
    assert {NAME, "Is Deleted", *(column for column, _ in COUNTS)} <= set(header)
