"""A person signs in once, and both Yammer and Graph are asked for them."""

from pathlib import Path
from typing import Any

import pytest

from cophub import ConfigError, Membership, Space, Stream
from cophub.connectors.yammer.groups import groups
from cophub.connectors.yammer.members import members
from cophub.connectors.yammer.settings import Settings
from cophub.connectors.yammer.signin import needs_person, sign_in
from cophub.http import MemoryTokens
from cophub.sandbox.microsoft import MicrosoftSandbox


@pytest.mark.parametrize("ways", [["rest"], ["graph"], ["rest", "graph"], ["export"]])
def test_one_sign_in_serves_yammer_and_graph(
    still: MicrosoftSandbox, ask: Any, extract: Any, ways: list[str]
) -> None:
    still.entra.interval = 0
    ctx = ask(still, ways=ways, client_secret=None)
    ctx.tokens = MemoryTokens()
    lines: list[str] = []

    def show(line: str) -> None:
        lines.append(line)
        still.approve(line.split("enter the code ")[1].split(";", maxsplit=1)[0])

    assert still.tenant.service.upn in sign_in(ctx, show)
    assert len(lines) == 1
    if ways != ["export"]:
        assert extract(Stream(groups), ctx).of(Space)
        assert extract(Stream(members), ctx).of(Membership)


def test_a_source_that_acts_for_nobody_needs_no_sign_in(
    still: MicrosoftSandbox, ask: Any, tmp_path: Path
) -> None:
    for ctx in (
        ask(still, ways=["graph"]),
        ask(still, ways=["export"], export_path=tmp_path, client_secret=None),
    ):
        with pytest.raises(ConfigError, match="asks nothing as a person"):
            sign_in(ctx, print)


def test_who_needs_a_person() -> None:
    def given(**more: Any) -> Settings:
        return Settings(tenant="t", client_id="c", **more)

    assert needs_person(given(ways=["graph"]))
    assert not needs_person(given(ways=["graph"], client_secret="s"))
    assert needs_person(given(ways=["graph", "rest"], client_secret="s"))
    assert needs_person(given(ways=["export"]))
    assert not needs_person(given(ways=["export"], export_path="x.zip"))
