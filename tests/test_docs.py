"""The documentation is true: what it names exists, and what exists has its place in it."""

import ast
import inspect
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click
import pytest
from pydantic import BaseModel

from cophub import hookspecs
from cophub.cli import cli
from cophub.config import (
    Source,
    alerts_table,
    load_config,
    retention_table,
    serve_table,
    tables,
    timed_tables,
)
from cophub.plugins import BUILT_IN, load_plugins
from cophub.warehouse import views
from cophub.warehouse.tables import metadata

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLUGINS = load_plugins()


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    """Every fenced block of a language, with the page it is on."""
    found = []
    for page in PAGES:
        for kind, content in BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == language:
                found.append((name_of(page), content))
    return found


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    text = read(page)
    match = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert match, f"{page} has no heading {heading!r}"
    rest = text[match.end() :]
    end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


@cache
def generate() -> ModuleType:
    """docs/generate.py, which is no part of the package."""
    spec = spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- what exists has its place --------------------------------------------------------------


HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("cophub_"))


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_has_a_heading_with_its_exact_signature(hook):
    signature = inspect.signature(getattr(hookspecs, hook))
    heading = section("docs/plugins.md", "Hooks")
    parameters = ", ".join(signature.parameters)
    assert re.search(rf"^### `{hook}\({parameters}[^`]*\) -> [^`]+`$", heading, re.MULTILINE), (
        heading
    )
    assert f"### `{generate().signature(getattr(hookspecs, hook))}`" in heading


@pytest.mark.parametrize("connector", sorted(PLUGINS.connectors))
def test_each_connector_has_a_page_with_each_of_its_settings_and_streams(connector):
    page = f"docs/connectors/{connector}.md"
    found = PLUGINS.connectors[connector]
    for name in found.settings.model_fields:
        assert f"| `{name}` |" in section(page, "Settings")
    for stream in found.streams:
        assert f"| `{stream.name}` |" in section(page, "What is read")
    for heading in ("What must be allowed", "What is not read", "Personal data"):
        assert len(section(page, heading).strip()) > 20
    assert f"connectors/{connector}.md" in read("docs/index.md")


ASKED_OF_SOMEBODY = (
    "adobeconnect", "dgroups", "feed", "gotomeeting", "mailchimp", "mailman", "sharepoint",
    "yammer",
)  # fmt: skip
"""Connectors of tools where somebody has to give a permission first."""


@pytest.mark.parametrize("connector", ASKED_OF_SOMEBODY)
def test_a_permission_is_told_screen_by_screen_and_how_it_is_taken_away_again(connector):
    told = section(f"docs/connectors/{connector}.md", "What must be allowed")
    assert len(re.findall(r"^\d\. ", told, re.MULTILINE)) >= 3
    assert "cophub check" in told
    assert re.search(r"tak(e|ing) it away", told, re.IGNORECASE)


@pytest.mark.parametrize("pipeline", sorted(PLUGINS.pipelines))
def test_each_pipeline_has_a_section_with_each_of_its_settings(pipeline):
    told = section("docs/configuration.md", f"Pipeline `{pipeline}`")
    for name in PLUGINS.pipelines[pipeline].settings.model_fields:
        assert f"| `{name}` |" in told


@pytest.mark.parametrize("publisher", sorted(PLUGINS.publishers))
def test_each_publisher_has_a_section_with_each_of_its_settings(publisher):
    told = section("docs/configuration.md", f"Publisher `{publisher}`")
    for name in PLUGINS.publishers[publisher].settings.model_fields:
        assert f"| `{name}` |" in told


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("[hub]", tables.HubTable),
        ("[plugins]", tables.PluginsTable),
        ("[sources.NAME]", Source),
        ("[communities.KEY]", tables.CommunityTable),
        ("[retention]", retention_table.RetentionTable),
        ("[alerts]", alerts_table.AlertsTable),
        ("[serve]", serve_table.ServeTable),
        ("[serve.sign_in]", serve_table.SignInTable),
        ("[pipelines.NAME]", timed_tables.PipelineTable),
        ("[publishers.NAME]", tables.PublisherTable),
        ("[commands.NAME]", tables.CommandTable),
        ("[identity_rules.NAME]", tables.IdentityRuleTable),
    ],
)
def test_each_key_of_plugins_toml_is_explained_and_no_other(heading, model: type[BaseModel]):
    told = section("docs/configuration.md", heading).partition("\n### ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", told, re.MULTILINE)
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert keys == set(model.model_fields)


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_each_table_is_in_the_data_dictionary_with_every_column(name):
    told = section("docs/data-dictionary.md", f"`{name}`")
    for column in metadata.tables[name].columns:
        assert re.search(rf"^\| `{column.name}` \| .* \| .+ \|$", told, re.MULTILINE), column.name


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda view: view.name)
def test_each_view_is_in_the_data_dictionary_with_its_definition(view):
    told = section("docs/data-dictionary.md", f"`{view.name}`")
    assert view.definition("sqlite") in told
    for column in view.columns:
        assert f"| `{column}` |" in told


def test_each_error_has_its_cause_and_next_step():
    for error in generate().error_classes()[1:]:
        told = section("docs/troubleshooting.md", error.__name__)
        assert "**Cause.**" in told and "**Next step.**" in told, error.__name__


def test_each_page_can_be_reached_from_the_index():
    index = read("docs/index.md")
    for page in PAGES:
        if page.name not in ("index.md", "README.md", "CHANGELOG.md"):
            assert f"({page.relative_to(ROOT / 'docs')})" in index


@pytest.mark.parametrize("module", ["cophub", "cophub.http", "cophub.testing"])
def test_each_public_name_is_in_all_and_can_be_had(module):
    """Names that are loaded when they are asked for are kept in two lists."""
    found = import_module(module)
    kept = {name for names in found._HOME.values() for name in names}
    assert set(found.__all__) == kept
    for name in kept:
        assert getattr(found, name) is not None


@pytest.mark.parametrize("module", ["cophub.records", "cophub.testing"])
def test_each_public_class_and_function_is_in_all(module):
    found = import_module(module)
    made_here = {
        name
        for name, value in vars(found).items()
        if getattr(value, "__module__", None) == module
        and (inspect.isclass(value) or inspect.isfunction(value))
        and not name.startswith("_")
    }
    assert made_here <= set(found.__all__)


# --- what is named exists -------------------------------------------------------------------


def commands() -> Iterator[tuple[str, str]]:
    """Each `cophub ...` that the documentation shows, in a block or in a sentence."""
    for page, content in blocks("bash"):
        for line in re.split(r"\n|&&| \| | > ", content):
            if match := re.match(r"\s*(?:\.venv/bin/)?cophub\b(.*)", line):
                yield page, match[1].strip()
    for page in PAGES:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for told in re.findall(r"`cophub ([^`\n]+)`", text):
            yield name_of(page), told


@pytest.mark.parametrize(("page", "told"), sorted(set(commands())))
def test_each_command_that_is_shown_exists_with_its_options(page, told):
    command: click.Command = cli
    words = shlex.split(told)
    context = click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{page}: there is no `cophub {told}`"
        command = found
    if isinstance(command, click.Group):
        assert command.invoke_without_command or not words or words == ["--help"]
        return
    try:
        command.make_context("cophub", words)
    except click.UsageError as error:
        pytest.fail(f"{page}: `cophub {told}`: {error.format_message()}")


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_link_leads_somewhere(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_file(), f"{target} leads nowhere"
        assert found.is_relative_to(ROOT)
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), f"{target} has no such heading"


@pytest.mark.parametrize(("page", "content"), blocks("python"))
def test_each_python_block_parses_and_imports_what_is_public(page, content):
    for node in ast.walk(ast.parse(content, page)):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "cophub":
            module = import_module(str(node.module))
            public = getattr(module, "__all__", dir(module))
            for alias in node.names:
                assert alias.name in public, f"{page}: {node.module} has no {alias.name}"


@pytest.mark.parametrize(("page", "content"), blocks("toml"))
def test_each_toml_block_is_a_plugins_toml_that_cophub_takes(page, content, tmp_path, monkeypatch):
    if "project" in tomllib.loads(content):
        return  # it shows a pyproject.toml
    monkeypatch.syspath_prepend(ROOT / "tests" / "examples")
    monkeypatch.setenv("MAILCHIMP_KEY", "0123456789abcdef-us21")
    monkeypatch.setenv("SHAREPOINT_CERTIFICATE", "sharepoint.pfx")
    monkeypatch.setenv("SHAREPOINT_CERTIFICATE_PASSWORD", "any")
    monkeypatch.setenv("GOTO_SECRET", "any")
    monkeypatch.setenv("DGROUPS_KEY", "any")
    monkeypatch.setenv("MAILMAN_REST_PASSWORD", "any")
    monkeypatch.setenv("FORUM_TOKEN", "any")
    monkeypatch.setenv("ADOBECONNECT_PASSWORD", "any")
    monkeypatch.setenv("ECS_SECRET", "any")
    monkeypatch.setenv("AGORA_TOKEN", "any")
    monkeypatch.setenv("FORUM_KEY", "any")
    monkeypatch.setenv("EVENTS_TOKEN", "any")
    monkeypatch.setenv("SMTP_PASSWORD", "any")
    monkeypatch.setattr("keyring.get_password", lambda service, user: "any")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "dgroups").write_text("any")
    file = tmp_path / "plugins.toml"
    file.write_text(content, encoding="utf-8")
    config = load_config(file)
    plugins = load_plugins(config.modules)
    assert plugins.problems == []
    for name, source in config.sources.items():
        connector = config.connector_of(name, plugins.connectors)
        assert source.settings_for(connector)
        source.streams_of(connector)
    config.check_pipelines(plugins.pipelines)
    config.identity_rules_in_use(plugins.identity_rules)
    for name in config.pipelines:
        assert config.pipeline_settings(plugins.pipelines[name])
    for name in config.publishers:
        publisher = config.publisher_of(name, plugins.publishers)
        assert config.publisher_settings(name, publisher)
    if config.sources:  # a part of a file may speak of sources that stand elsewhere
        assert config.warnings == []


# --- the README -----------------------------------------------------------------------------


def test_the_first_command_of_the_readme_makes_everything_and_runs_the_demo():
    kinds = BLOCK.findall(section("README.md", "Try it"))
    kind, command = kinds[0]
    assert kind == "bash"
    assert command.count("\n") == 1
    made, installed, demo = command.strip().split(" && ")
    assert made == "python3 -m venv .venv"
    assert installed.startswith(".venv/bin/pip install ")
    assert demo == ".venv/bin/cophub demo"


def test_ci_runs_the_second_command_of_the_readme():
    """By the very line of .ci/run that takes it out of the README."""
    [(kind, command)] = BLOCK.findall(section("README.md", "Run the tests"))
    assert kind == "bash"
    [take] = [line for line in read(".ci/run").splitlines() if line.startswith("command=")]
    script = f'{take}\nprintf "%s\\n" "$command"'
    bash = ["bash", "-euo", "pipefail", "-c", script]
    taken = subprocess.run(bash, check=False, cwd=ROOT, capture_output=True, text=True)
    assert taken.stdout == command, taken.stderr
    extra = re.search(r"-e '\.\[(\w+)\]'", command)
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert extra and extra[1] in project["optional-dependencies"]
    assert command.strip().endswith(".venv/bin/nox")


def test_the_readme_names_the_python_that_is_required():
    needed = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    assert f"Python {needed.removeprefix('>=')} or newer" in read("README.md")


def test_the_changelog_speaks_to_readers_under_four_headings():
    headings = re.findall(r"^### (.*)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings
    assert set(headings) <= {"Added", "Changed", "Fixed", "Removed"}


# --- the repository speaks of cophub alone --------------------------------------------------


def tracked() -> list[Path]:
    """The text files of the repository."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so nothing tells which files are the repository's")
    suffixes = {".py", ".md", ".toml", ".j2", ".css", ".js", ".html", ".json", ".mako", ""}
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.suffix in suffixes and file.is_file()]


def test_no_file_names_a_place_outside_the_repository():
    """Links may climb within it. In code `..` may stand for an attack, so only texts are held."""
    absolute = re.compile(r"(?<![\w./:}-])/(?:" + "work|root|home/" + r"\w+)\b")
    for file in tracked():
        if file == ROOT / ".ci" / "run":
            continue
        text = file.read_text(encoding="utf-8")
        if file != Path(__file__):
            assert not absolute.search(text), f"{name_of(file)}: {absolute.search(text)}"
        if file.suffix in (".md", ".toml", ""):
            for climbing in re.findall(r"[\w./-]*\.\./[\w./-]*", text):
                assert (file.parent / climbing).resolve().is_relative_to(ROOT), (file, climbing)


def test_the_built_in_plugins_all_have_been_looked_at():
    """What this file goes through is all that there is."""
    assert PLUGINS.problems == []
    assert len(PLUGINS.loaded) >= len(BUILT_IN)
    assert sys.version_info >= (3, 11)
