"""The example of each hook, as docs/plugins.md shows it, is a plugin that does what it says."""

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from cophub import Account, Membership, Sheet, Space
from cophub.http import Transport
from cophub.hub import Hub
from cophub.plugins import KINDS, Plugins, load_plugins
from cophub.testing import NOW, extract, hand_out, records
from cophub.warehouse import tables

HOOKS = Path(__file__).with_name("hooks")


def load(hook: str) -> Plugins:
    return load_plugins([hook], built_in=(), folder=HOOKS)


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def hub(tmp_path: Path) -> Callable[[str], Hub]:
    """Makes a hub whose plugins.toml is this text."""

    def make(config: str) -> Hub:
        (tmp_path / "plugins.toml").write_text(config, encoding="utf-8")
        return Hub.open(tmp_path / "plugins.toml", lambda: NOW)

    return make


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.hook)
def test_each_hook_has_an_example_that_brings_one_and_keeps_every_promise(kind):
    plugins = load(kind.hook)
    assert (plugins.problems, plugins.advice) == ([], [])
    assert len(plugins.of(kind)) == 1


def test_the_connector_reads_everybody_on_the_list():
    plugins = load("cophub_connectors")
    connector = plugins.connectors["plainlist"]
    page = httpx.MockTransport(lambda request: httpx.Response(200, text="aba@example.org\n"))
    with Transport(wire=page) as transport:
        found = extract(connector, connector.settings(name="mercop"), transport=transport)
    assert records(found) == [
        Space(key="mercop", title="mercop"),
        Account(key="aba@example.org", email="aba@example.org"),
        Membership(space="mercop", account="aba@example.org"),
    ]


def test_the_pipeline_counts_posts_by_space(hub, monkeypatch):
    monkeypatch.syspath_prepend(HOOKS)
    with hub('[plugins]\nmodules = ["cophub_pipelines"]\n') as opened:
        row = dict(source="lists", space="forum", run=1, first_seen_at=NOW, changed_at=NOW)
        with opened.warehouse.begin() as connection:
            posts = [row | {"key": key} for key in ("1", "2")]
            connection.execute(insert(tables.VENDOR_TABLES["post"]), posts)
        [result] = opened.publish(["tally"])
        assert result.state == "done"
        file = opened.config.site / "data" / "posts-by-space.csv"
        assert file.read_text().split() == ["source,space,posts", "lists,forum,2"]


def as_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """A test that the page shows, with the modules under the names that it gives them."""
    for module, hook in (("quiet", "cophub_commands"), ("webhook", "cophub_publishers")):
        load(hook)
        monkeypatch.setitem(sys.modules, module, sys.modules[hook])
    found: Callable[[Path], None] = runpy.run_path(str(HOOKS / "tests_of_them.py"))[name]
    return found


@pytest.mark.parametrize(
    "name",
    ["test_the_command_lists_the_quietest_space_first", "test_the_publisher_says_it_once"],
)
def test_the_tests_that_the_page_shows_pass(name, tmp_path, monkeypatch):
    as_shown(name, monkeypatch)(tmp_path)


def test_the_publisher_tells_other_figures_again(tmp_path):
    posted = []

    def service(request: httpx.Request) -> httpx.Response:
        posted.append(json.loads(request.content))
        return httpx.Response(200)

    publisher = load("cophub_publishers").publishers["webhook"]
    settings = publisher.settings(url="https://chat.example.org/hooks/any")
    columns = (("Key", "text"), ("Members", "number"))
    cursor = None
    with Transport(wire=httpx.MockTransport(service)) as transport:
        for members in (12.0, 12.0, 13.0):
            sheet = Sheet("Quarter table", columns, (("2026Q1 mer", members),))
            found = hand_out(
                publisher, settings, tmp_path, sheet=sheet, cursor=cursor, transport=transport
            )
            cursor = found.cursor
    assert posted == [{"text": "Quarter table: 1 rows, and some are new"}] * 2


def test_the_identity_rule_counts_no_machine_as_a_person(hub, monkeypatch):
    monkeypatch.syspath_prepend(HOOKS)
    config = """
        plugins.modules = ["cophub_identity_rules"]
        identity_rules.ours = { rule = "machines", settings = { endings = ["_app"] } }
    """
    with hub(config) as opened:
        row = dict(source="chat", run=1, first_seen_at=NOW, changed_at=NOW)
        with opened.warehouse.begin() as connection:
            accounts = [
                row | {"key": "1", "name": "Amina Diallo", "username": "amina"},
                row | {"key": "2", "name": "Nadia Weekly", "username": "nadia_app"},
            ]
            connection.execute(insert(tables.VENDOR_TABLES["account"]), accounts)
        [result] = opened.publish(["identities"])
        assert result.state == "done"
        assert opened.people()[1] == 1
        [bot] = opened.people(kind="bot")[0]
        assert bot.name == "Nadia Weekly"
        [line] = [step.why for step in opened.directory.why("chat:2")[1].steps]
        assert line == 'its user name ends with _app (rule "ours")'
