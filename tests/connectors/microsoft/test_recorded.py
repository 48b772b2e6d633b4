"""A run that was recorded can be played again without a tenant, and the record holds no secret."""

from types import SimpleNamespace

import pytest

from cophub.connectors.microsoft.directory import group_members
from cophub.connectors.microsoft.entra import app_auth, token_name, user_auth
from cophub.connectors.microsoft.graph import graph
from cophub.connectors.microsoft.reports import Concealed, report_rows
from cophub.http import Recorder, Replayer

from .conftest import GRAPH

REPORT = "reports/getYammerGroupsActivityDetail(period='D30')"


def read(ctx, hosts, ours, group):
    """People by the app's certificate, a report by a person's sign-in."""
    client = graph(ctx, hosts, app_auth(ctx, hosts, ours, GRAPH))
    people = [one.id for page in group_members(client, group.id) for one in page.value]
    signed = graph(ctx, hosts, user_auth(ctx, hosts, ours, f"{GRAPH}/.default"))
    return people, list(report_rows(ctx, signed, REPORT))


def test_a_recorded_run_plays_again_and_holds_no_secret(box, context, hosts, login, tmp_path):
    settings, group = SimpleNamespace(company="Contoso"), box.tenant.communities[0]
    box.concealed = False
    first = context(settings, archive=Recorder(tmp_path))
    refresh = box.refresh_token()
    first.tokens.set(token_name(first), refresh)
    found = read(first, hosts, login(certificate=True), group)
    assert len(found[0]) == len(group.members) and found[1]

    again = context(settings, archive=Replayer(tmp_path))
    again.tokens.set(token_name(again), "any")
    assert read(again, hosts, login(certificate=True), group) == found

    kept = "\n".join(file.read_text() for file in tmp_path.iterdir())
    secrets = [*box.entra.grants, refresh, *box.entra.refreshes]
    assert not [secret for secret in secrets if secret in kept]
    # So begins every signed request and every token, and also a user's id, which is no secret.
    assert "eyJ" not in kept.replace('"client_info": "eyJ', "")


def test_the_tenants_own_report_tells_when_it_hides_names(box, ctx, client):
    box.concealed = True
    with pytest.raises(Concealed):
        list(report_rows(ctx, client, REPORT))
    box.concealed = False
    titles = {row.values["Group Display Name"] for row in report_rows(ctx, client, REPORT)}
    assert {group.title for group in box.tenant.communities} <= titles
