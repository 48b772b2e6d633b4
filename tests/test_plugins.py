"""Plugins are found in installed distributions and modules, and a broken one stops no other."""

import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cophub import hookspecs
from cophub.plugins import BUILT_IN, KINDS, Plugins, load_plugins

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("cophub_"))

CONNECTOR = """
from pydantic import BaseModel, Field
from cophub import Connector, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://agora.example.org", description="Where it is.")

def members(ctx, since):
    yield from ()

AGORA = Connector(name={name!r}, summary="Agora", settings=Settings, streams=[Stream(members)])

@hookimpl
def cophub_connectors():
    return [AGORA]
"""


class Shelf:
    """A folder on `sys.path` that holds installed distributions, as pip leaves them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, distribution: str, module: str, code: str, entry: str = "") -> None:
        info = self.folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        )
        (info / "entry_points.txt").write_text(f"[cophub]\n{entry or module} = {module}\n")
        self.module(module, code)

    def module(self, name: str, code: str) -> None:
        (self.folder / f"{name}.py").write_text(textwrap.dedent(code))


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if (tmp_path / f"{name}.py").exists():
            del sys.modules[name]


def load(*modules: str) -> Plugins:
    """Without the built-in ones, which have tests of their own."""
    return load_plugins(modules, built_in=())


def test_an_installed_distribution_brings_a_connector(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_one", CONNECTOR.format(name="agora"))
    plugins = load()
    assert list(plugins.connectors) == ["agora"]
    assert plugins.problems == plugins.advice == []
    assert str(plugins.origins["connector agora"]) == 'plugin "agora_one" of agora-plugin 1.2'


def test_a_module_of_plugins_toml_needs_no_entry_point(shelf: Shelf) -> None:
    shelf.module("agora_two", CONNECTOR.format(name="agora"))
    plugins = load("agora_two")
    assert list(plugins.connectors) == ["agora"]
    assert plugins.problems == []


def test_a_module_is_found_in_the_folder_of_plugins_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only there where modules are listed, and only after what is installed."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    (tmp_path / "agora_beside.py").write_text(CONNECTOR.format(name="agora"))
    assert load_plugins([], built_in=(), folder=tmp_path).problems == []
    assert sys.path == before
    for _ in range(2):
        plugins = load_plugins(["agora_beside"], built_in=(), folder=tmp_path)
        assert (list(plugins.connectors), plugins.problems) == (["agora"], [])
    assert sys.path == [*before, str(tmp_path)]


def test_a_module_that_is_also_an_entry_point_is_loaded_once(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_three", CONNECTOR.format(name="agora"))
    plugins = load("agora_three")
    assert (list(plugins.connectors), plugins.problems) == (["agora"], [])


def test_a_plugin_that_fails_to_import_is_named_and_the_rest_works(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_four", CONNECTOR.format(name="agora"))
    shelf.install("broken-plugin", "agora_broken", "import a_module_nobody_has\n")
    shelf.install("leaving-plugin", "agora_leaves", "raise SystemExit(3)\n")
    plugins = load("agora_nowhere")
    assert list(plugins.connectors) == ["agora"]
    assert plugins.problems == [
        'plugin "agora_broken" of broken-plugin 1.2 cannot be imported (ModuleNotFoundError:'
        " No module named 'a_module_nobody_has'); update it (pip install -U broken-plugin)"
        " or remove it",
        'plugin "agora_leaves" of leaving-plugin 1.2 cannot be imported (SystemExit: 3);'
        " update it (pip install -U leaving-plugin) or remove it",
        'plugin module "agora_nowhere" of [plugins] modules cannot be imported'
        " (ModuleNotFoundError: No module named 'agora_nowhere'); mend it, or take it out of"
        " [plugins] modules",
    ]


def test_a_misspelled_hook_is_named(shelf: Shelf) -> None:
    """Its other hooks work."""
    code = CONNECTOR.format(name="agora") + "\n@hookimpl\ndef cophub_pipeline():\n    return []\n"
    shelf.install("agora-plugin", "agora_five", code)
    plugins = load()
    assert list(plugins.connectors) == ["agora"]
    assert plugins.problems == [
        'plugin "agora_five" of agora-plugin 1.2 has a hook cophub_pipeline that does not exist'
        f' (did you mean "cophub_pipelines"?); there are {", ".join(HOOKS)}'
    ]


def test_a_hook_without_its_mark_is_named(shelf: Shelf) -> None:
    code = CONNECTOR.format(name="agora").replace("@hookimpl\n", "")
    shelf.install("agora-plugin", "agora_six", code)
    assert load().problems == [
        'plugin "agora_six" of agora-plugin 1.2 has cophub_connectors without @cophub.hookimpl,'
        " so it is never called; put that above it"
    ]


def test_a_plugin_without_any_hook_is_named(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_seven", "x = 1\n")
    assert load().problems == [
        'plugin "agora_seven" of agora-plugin 1.2 has no hook; put @cophub.hookimpl on a function'
        f" named {' or '.join(HOOKS)}"
    ]


def test_a_hook_that_takes_what_it_is_not_given_is_named(shelf: Shelf) -> None:
    code = CONNECTOR.format(name="agora").replace("cophub_connectors()", "cophub_connectors(hub)")
    shelf.install("agora-plugin", "agora_eight", code)
    [problem] = load().problems
    assert problem.startswith('plugin "agora_eight" of agora-plugin 1.2 does not fit its hook')


def test_two_connectors_with_one_name_name_both_distributions(shelf: Shelf) -> None:
    """The first keeps the name, so that no source changes hands without a word."""
    shelf.install("agora-plugin", "agora_nine", CONNECTOR.format(name="agora"))
    shelf.install("other-plugin", "agora_ten", CONNECTOR.format(name="agora"))
    plugins = load()
    assert plugins.origins["connector agora"].distribution == "agora-plugin"
    assert plugins.problems == [
        'plugin "agora_ten" of other-plugin 1.2 is not used for the connector "agora":'
        ' plugin "agora_nine" of agora-plugin 1.2 has it already; remove or rename one'
    ]


def test_two_plugins_with_one_name_name_both_distributions(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_11", CONNECTOR.format(name="agora"), entry="agora")
    shelf.install("other-plugin", "agora_12", CONNECTOR.format(name="forum"), entry="agora")
    plugins = load()
    assert list(plugins.connectors) == ["agora"]
    assert plugins.problems == [
        'plugin "agora" of other-plugin 1.2 is not used for the plugin name "agora":'
        ' plugin "agora" of agora-plugin 1.2 has it already; remove or rename one'
    ]


def test_nobody_takes_the_name_of_a_built_in_connector(shelf: Shelf) -> None:
    shelf.install("agora-plugin", "agora_13", CONNECTOR.format(name="mailarchive"))
    plugins = load_plugins()
    assert plugins.origins["connector mailarchive"].distribution == "cophub"
    assert any("agora-plugin 1.2 is not used" in line for line in plugins.problems)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("name='agora'", "name='Agora Forum'"), "needs a name of lower case letters"),
        (('summary="Agora"', 'summary=""'), "needs a summary of one line"),
        (("settings=Settings", "settings=Settings()"), "needs settings that are a pydantic model"),
        (("[Stream(members)]", "[]"), "has no streams"),
        (("[Stream(members)]", "[members]"), "has a function among its streams"),
        (
            ("[Stream(members)]", "[Stream(members), Stream(members)]"),
            'has two streams named "members"',
        ),
        (
            ("Stream(members)", "Stream(members, snapshot_of=(Settings,))"),
            'has a stream "members" that speaks of',
        ),
        (("Stream(members)]", "Stream(members)], check=3"), "has a check that is not a function"),
        (("[AGORA]", "['agora']"), "is not a cophub.Connector"),
        (("[AGORA]", "AGORA"), "cophub_connectors failed (TypeError"),
        (("return [AGORA]", "return 1 / 0"), "cophub_connectors failed (ZeroDivisionError"),
    ],
)
def test_a_connector_that_breaks_the_contract_is_not_offered(
    shelf: Shelf, change: tuple[str, str], line: str
) -> None:
    name = f"agora_bad_{abs(hash(change))}"
    code = CONNECTOR.format(name="agora").replace(*change)
    assert code != CONNECTOR.format(name="agora")
    shelf.install("agora-plugin", name, code)
    plugins = load()
    assert plugins.connectors == {}
    assert line in plugins.problems[0]
    assert plugins.problems[0].startswith(f'plugin "{name}" of agora-plugin 1.2')


def test_what_a_connector_should_have_is_advice(shelf: Shelf) -> None:
    """It works all the same."""
    code = CONNECTOR.format(name="agora").replace(
        'base_url: str = Field("https://agora.example.org", description="Where it is.")',
        "token: str",
    )
    shelf.install("agora-plugin", "agora_14", code)
    plugins = load()
    assert list(plugins.connectors) == ["agora"]
    start = 'plugin "agora_14" of agora-plugin 1.2: connector "agora" '
    assert plugins.advice == [
        f"{start}has settings without a description: token; add Field(description=...)",
        f"{start}keeps the setting token as plain text; make it a pydantic.SecretStr",
        f"{start}has no setting base_url, so it cannot be pointed at a test server; add one",
    ]


def test_a_pipeline_comes_through_its_hook(shelf: Shelf) -> None:
    code = """
    from cophub import Pipeline, hookimpl

    def run(ctx):
        yield from ()

    @hookimpl
    def cophub_pipelines():
        return [Pipeline(name="tally", summary="Counts.", run=run, after=AFTER)]
    """
    shelf.install("good-plugin", "tally_good", code.replace("AFTER", "()"))
    shelf.install("loop-plugin", "tally_loop", code.replace("AFTER", '("tally",)'))
    plugins = load()
    assert list(plugins.pipelines) == ["tally"]
    assert plugins.problems == [
        'plugin "tally_loop" of loop-plugin 1.2: pipeline "tally" runs after itself; take its own'
        " name out of after"
    ]


def test_the_built_in_plugins_keep_the_contract_to_the_letter() -> None:
    plugins = load_plugins()
    assert (plugins.problems, plugins.advice) == ([], [])
    assert {"mailarchive", "mailchimp"} <= set(plugins.connectors)
    assert {"identities", "measures", "site"} <= set(plugins.pipelines)
    assert [origin.module for origin in plugins.loaded] == list(BUILT_IN)


def test_each_hook_has_a_kind_and_each_kind_a_place() -> None:
    """What a plugin brings by a hook that nobody reads would be lost without a word."""
    assert sorted(kind.hook for kind in KINDS) == HOOKS
    plugins = Plugins()
    places = {kind.kept for kind in KINDS}
    assert len(places) == len(KINDS)
    assert all(plugins.of(kind) == {} for kind in KINDS)
    for kind in KINDS:
        assert [line.partition(";")[0] for line in kind.wrong(object())] == [
            f"is not a cophub.{kind.contract.__name__}"
        ]


def test_importing_cophub_plugins_imports_no_plugin() -> None:
    """They are imported by the command that needs them."""
    code = f"import sys, cophub.plugins; print([m for m in {BUILT_IN!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_each_connector_of_ours_is_held_to_import_no_other():
    """What several share is glue beside them, so that each could be somebody else's."""
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    contracts = tomllib.loads(pyproject.read_text())["tool"]["importlinter"]["contracts"]
    (held,) = (one["modules"] for one in contracts if one["type"] == "independence")
    assert held == sorted(name for name in BUILT_IN if name.startswith("cophub.connectors."))
