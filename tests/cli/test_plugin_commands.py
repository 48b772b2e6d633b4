"""Commands of plugins: found, listed, run and refused as ours are; a broken one breaks nothing."""

import json
import sys
import textwrap
from collections.abc import Callable

import pytest

from cophub import cli
from cophub.command import RESERVED

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]
MODULES = '[plugins]\nmodules = ["{}"]\n'

TALLY = """
import click
from pydantic import BaseModel, Field, SecretStr
from cophub import Command, ConfigError, hookimpl

class Settings(BaseModel):
    unit: str = Field("posts", description="What is counted.")
    key: SecretStr | None = Field(None, description="A secret.")

@click.argument("space", required=False)
@click.option("--top", default=3, show_default=True, help="How many.")
def tally(ctx, space, top):
    '''Count what was written.

    In one space, or in all.
    '''
    if space == "nowhere":
        raise ConfigError(f"there is no space {space}", code="CPH-C06")
    if space == "odd":
        raise ValueError(f"key {ctx.settings.key and ctx.settings.key.get_secret_value()} is odd")
    if space == "usage":
        raise click.UsageError("space and top do not go together")
    if space == "left":
        raise SystemExit(7)
    ctx.say("counted in " + str(ctx.timezone))
    with ctx.warehouse.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM account").scalar()
    ctx.table(("what", "number"), [(ctx.settings.unit, count)][:top])
    if space == "twice":
        ctx.table(("what",), [])
    return 3 if space == "three" else None

@hookimpl
def cophub_commands():
    return [Command("tally", "Count what was written.", tally, Settings)]
"""


@pytest.fixture
def plugin(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a module beside plugins.toml, which names it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)

    def put(name: str, code: str, config: str = CONFIG) -> None:
        (folder.folder / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        folder.configure(MODULES.format(name) + config)

    yield put
    for name in set(sys.modules) - before:
        if (folder.folder / f"{name}.py").exists():
            del sys.modules[name]


def test_the_names_of_our_own_commands_are_reserved():
    assert {name for commands in cli.SECTIONS.values() for name in commands} == RESERVED


def test_a_command_is_listed_and_has_help_and_the_options_of_all(cophub: Call, plugin) -> None:
    plugin("tally_one", TALLY)
    listed = cophub("--help").out
    assert "Plugins:\n" in listed
    [line] = [line for line in listed.splitlines() if "Count what was written." in line]
    assert line.split()[0] == "tally"
    told = cophub("tally", "--help").out
    assert "Usage: cophub tally [OPTIONS] [SPACE]" in told
    assert "In one space, or in all." in told
    for option in ("--top", "--config", "--json", "--debug", "--log-level", "--log-json"):
        assert option in told


def test_without_plugins_nothing_of_them_is_looked_at(cophub: Call, folder: Folder) -> None:
    assert "Plugins" not in cophub("--help").out.replace("plugins", "")
    assert cophub("tally").err.splitlines()[-1] == 'Error: There is no command "tally".'


def test_one_of_an_installed_distribution_is_found(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = folder.folder / "installed"
    info = installed / "tally_plugin-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tally-plugin\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[cophub]\ntally = tally_installed\n")
    (installed / "tally_installed.py").write_text(textwrap.dedent(TALLY))
    monkeypatch.syspath_prepend(str(installed))
    assert "Count what was written." in cophub("--help").out
    assert cophub("tally", "left").code == 7
    answer = cophub("tally", "odd")
    assert 'command "tally" of plugin "tally" of tally-plugin 1.2 failed' in answer.err
    sys.modules.pop("tally_installed")


def test_it_answers_as_a_table_or_as_json(cophub: Call, plugin) -> None:
    plugin("tally_two", TALLY, CONFIG + '[commands.tally]\nsettings = { unit = "people" }\n')
    cophub("sync")
    answer = cophub("tally")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.split() == ["counted", "in", "Europe/Zurich", "what", "number", "people", "2"]
    assert json.loads(cophub("tally", "--json").out) == [{"what": "people", "number": 2}]
    assert cophub("tally", "three").code == 3
    assert cophub("tally", "left").code == 7
    assert cophub("tally", "--top", "0", "--json").json == []


@pytest.mark.parametrize(
    ("space", "code", "line"),
    [
        ("nowhere", 1, "cophub: there is no space nowhere [CPH-C06]"),
        (
            "odd", 1,
            'cophub: command "tally" of plugin module "tally_three" of [plugins] modules failed'
            " (ValueError: key *** is odd); tell its author (--debug shows where) [CPH-P02]",
        ),
        ("usage", 2, "Error: space and top do not go together"),
    ],
)  # fmt: skip
def test_what_it_raises_is_one_line(cophub: Call, plugin, space: str, code: int, line: str) -> None:
    secret = '[commands.tally]\nsettings = { key = "a-secret-of-ours" }\n'
    plugin("tally_three", TALLY, CONFIG + secret)
    answer = cophub("tally", space)
    assert (answer.code, answer.err.splitlines()[-1]) == (code, line)
    assert "Traceback" not in answer.err
    if space == "odd":
        told = cophub("tally", space, "--debug").err
        assert "Traceback" in told
        assert "a-secret-of-ours" not in told


def test_a_second_table_is_no_json(cophub: Call, plugin) -> None:
    plugin("tally_four", TALLY)
    assert cophub("tally", "twice").code == 0
    answer = cophub("tally", "twice", "--json")
    assert (answer.code, "JSON is one document" in answer.err) == (1, True)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("[commands.tally]\nsettings = { unti = 3 }", 'settings.unti: no such setting (did you mean'
         ' "unit"?)'),
        ('[commands.tally]\nsettings = { key = { env = "NOT_SET_ANYWHERE" } }', "NOT_SET_ANYWHERE"),
    ],
)  # fmt: skip
def test_wrong_settings_are_told_with_their_place(
    cophub: Call, plugin, table: str, line: str
) -> None:
    plugin("tally_five", TALLY, f"{CONFIG}{table}\n")
    answer = cophub("tally")
    assert (answer.code, line in answer.err) == (2, True)
    assert "[commands.tally]" in answer.err


def test_a_table_of_a_command_that_nobody_brings_is_told(cophub: Call, plugin) -> None:
    plugin("tally_six", TALLY, f"{CONFIG}[commands.taly]\n")
    told = '[commands.taly]: no plugin brings such a command (did you mean "tally"?)'
    assert told in cophub("tally").err
    assert told in cophub("doctor", "--offline").out


def test_a_misspelled_command_is_told(cophub: Call, plugin) -> None:
    plugin("tally_seven", TALLY)
    answer = cophub("taly")
    assert answer.code == 2
    assert 'There is no command "taly" (did you mean "tally"?).' in answer.err


def test_its_module_is_found_in_whichever_plugins_toml_is_named(
    cophub: Call, plugin, folder: Folder
) -> None:
    plugin("tally_eight", TALLY)
    file = folder.folder / "plugins.toml"
    other = file.rename(folder.folder / "other.toml")
    assert cophub("tally").code == 2
    for words in (("--config", other, "tally"), ("tally", "--config", other),
                  ("tally", f"--config={other}")):  # fmt: skip
        assert cophub(*words).code == 0, words
    assert "Count what was written." in cophub("--config", other, "--help").out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"tally", "Count', '"sync", "Count', "has the name of one of cophub's own"),
        ('"--top"', '"--json"', "has an option --json, which every command has"),
        ("tally, Settings", "3, Settings", "has a run that is not a function"),
        ("tally, Settings", "click.command(tally), Settings", "has a run that is not a function"),
        ('Command("tally", "Count what was written.", tally, Settings)', '"tally"',
         "is not a cophub.Command"),
        ("import click", "import click\nraise RuntimeError('not today')", "cannot be imported"),
    ],
)  # fmt: skip
def test_a_broken_one_is_left_out_and_breaks_nothing(
    cophub: Call, plugin, old: str, new: str, line: str
) -> None:
    name = f"tally_bad_{abs(hash((old, new)))}"
    assert old in TALLY
    plugin(name, TALLY.replace(old, new))
    told = cophub("--help")
    assert (told.code, told.err) == (0, "")
    assert "What is wrong with plugins: cophub plugins list" in told.out
    assert "Count what was written." not in told.out
    refused = cophub("tally")
    assert (refused.code, line in refused.err) == (2, True)
    assert f'plugin module "{name}"' in refused.err
    assert cophub("sync").code == 0
    found = cophub("plugins", "list")
    assert (found.code, line in found.out) == (1, True)


def test_plugins_list_says_what_each_brings_by_kind(cophub: Call, plugin) -> None:
    plugin("tally_nine", TALLY)
    assert "command tally" in cophub("plugins", "list").out
