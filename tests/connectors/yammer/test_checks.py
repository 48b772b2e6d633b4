"""A verdict per stream and permission, with the consent that is missing; and what there is."""

from pathlib import Path
from typing import Any

from cophub import Verdict
from cophub.connectors.microsoft.consent import COMMUNITIES, REPORTS, ROLES, USERS, delegated
from cophub.connectors.yammer.checks import check, discover
from cophub.sandbox.microsoft import MicrosoftSandbox

from .exports import export, message

BOTH = ["rest", "graph"]


def verdicts(ctx: Any) -> dict[str, Verdict]:
    """The verdicts by subject."""
    return {verdict.subject: verdict for verdict in check(ctx)}


def test_all_is_well_for_an_app_with_every_consent_and_an_admin(
    still: MicrosoftSandbox, ask: Any
) -> None:
    still.concealed = False
    user = still.tenant.admin
    found = verdicts(ask(still, user, ways=[*BOTH, "export"]))
    assert {name: verdict.state for name, verdict in found.items()} == {
        "sign-in": "ok", "communities": "ok", "members": "ok", "accounts": "ok", "roles": "ok",
        "usage": "ok", "groups": "ok", "messages": "ok", "history": "ok",
    }  # fmt: skip


def test_each_missing_permission_is_named_with_where_to_click(
    still: MicrosoftSandbox, ask: Any
) -> None:
    cases = [
        ("communities", COMMUNITIES, "failed"),
        ("accounts", USERS, "failed"),
        ("roles", ROLES, "warning"),
        ("usage", REPORTS, "failed"),
    ]
    for subject, permission, state in cases:
        still.consents.discard(f"graph:{permission.name}")
        found = verdicts(ask(still, ways=["graph"]))
        verdict = found[subject]
        still.consents.add(f"graph:{permission.name}")
        assert (verdict.state, verdict.fix) == (state, permission.fix)
        assert str(permission) in verdict.message
        assert not any("sign-in" in (one.fix or "") for one in found.values())


def test_without_an_apps_credential_the_delegated_permission_is_named(
    still: MicrosoftSandbox, ask: Any
) -> None:
    still.delegated.discard("graph:Community.Read.All")
    ctx = ask(still, ways=["graph"], client_secret=None)
    assert verdicts(ctx)["communities"].fix == delegated([COMMUNITIES])[0].fix


def test_concealed_names_are_a_warning_with_the_switch(still: MicrosoftSandbox, ask: Any) -> None:
    still.concealed = True
    verdict = verdicts(ask(still, ways=["graph"]))["usage"]
    assert verdict.state == "warning"
    assert "Display concealed user, group, and site names" in str(verdict.fix)


def test_who_has_not_signed_in_is_told_how(still: MicrosoftSandbox, ask: Any) -> None:
    ctx = ask(still, ways=["rest"])
    ctx.source = "other"
    found = verdicts(ctx)
    assert list(found) == ["sign-in"]
    assert found["sign-in"].state == "failed"
    assert str(found["sign-in"].fix).startswith("run: cophub sign-in other; where that is refused")
    assert "access_as_user" in str(found["sign-in"].fix)


def test_a_private_community_that_is_not_shown_is_a_warning(
    still: MicrosoftSandbox, ask: Any
) -> None:
    verdict = verdicts(ask(still, ways=["rest"]))["messages"]
    private = next(group for group in still.tenant.communities if group.private)
    assert verdict.state == "warning"
    assert private.title in verdict.message
    assert "private content mode" in str(verdict.fix)


def test_a_group_that_is_not_there_is_a_verdict(still: MicrosoftSandbox, ask: Any) -> None:
    verdict = verdicts(ask(still, ways=["rest"], groups=["Nowhere"]))["groups"]
    assert verdict.state == "failed"
    assert "there are: " in verdict.message


def test_exports_are_for_verified_admins_or_from_disk(
    still: MicrosoftSandbox, ask: Any, tmp_path: Path
) -> None:
    by_call = verdicts(ask(still, ways=["export"]))["history"]
    assert by_call.state == "failed"
    assert "verified admins only" in by_call.message
    assert "export_path" in str(by_call.fix)
    nothing = verdicts(ask(still, ways=["export"], export_path=tmp_path / "x"))
    assert nothing["history"].state == "failed"
    export(tmp_path / "a.zip")
    there = verdicts(ask(still, ways=["export"], export_path=tmp_path))
    assert there["history"].message == "1 export can be read"
    assert list(there) == ["history"]  # nobody need sign in to read a file


def test_graph_alone_is_warned_where_the_network_is_not_native(
    still: MicrosoftSandbox, ask: Any
) -> None:
    found = verdicts(ask(still, still.tenant.admin, ways=["graph", "export"]))
    assert found["native mode"].state == "warning"


def test_discovery_tells_counts_and_which_way_sees_a_group(
    still: MicrosoftSandbox, ask: Any
) -> None:
    found = {str(space.key): space for space in discover(ask(still, ways=BOTH))}
    legacy = found[str(still.tenant.legacy.yammer_id)]
    assert legacy.extra == {"seen_by": ["rest"]}
    for group in still.tenant.communities:
        space = found[str(group.yammer_id)]
        assert space.extra["seen_by"] == BOTH  # type: ignore[index]
        assert space.native_member_count == len(group.members)
    by_graph = {str(space.key): space for space in discover(ask(still, ways=["graph"]))}
    for group in still.tenant.communities:
        assert by_graph[str(group.yammer_id)].native_member_count == len(group.members)


def test_discovery_in_exports_counts_their_messages(
    still: MicrosoftSandbox, ask: Any, tmp_path: Path
) -> None:
    export(
        tmp_path / "a.zip",
        groups=[{"id": 7, "name": "Water"}],
        messages=[message(1), message(2), message(3, deleted_at="2026-03-02T00:00:00Z")],
    )
    (space,) = discover(ask(still, ways=["export"], export_path=tmp_path, groups=["Other"]))
    assert (space.title, space.native_post_count) == ("Water", 2)
    assert space.extra == {"seen_by": ["export"]}
