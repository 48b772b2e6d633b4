"""`init`, `connectors`, `plugins`, `check`, `discover`, `plan`: before the first sync."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from cophub.config import load_config
from cophub.plugins import load_plugins

from .conftest import CONFIG, NEWSLETTER, Answer, Folder

Call = Callable[..., Answer]


def test_init_writes_a_sample_that_its_owner_alone_may_read(cophub: Call, folder: Folder) -> None:
    path = folder.folder / "plugins.toml"
    path.unlink()
    assert cophub("init").code == 0
    assert path.stat().st_mode & 0o077 == 0
    again = cophub("init")
    assert again.code == 2
    assert "plugins.toml is there already" in again.err


def test_the_sample_is_valid_and_has_a_source_of_each_connector(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every setting in it is one that the connector takes."""
    (folder.folder / "plugins.toml").unlink()
    cophub("init")
    monkeypatch.setenv("MAILCHIMP_KEY", "0123456789abcdef-us21")
    monkeypatch.setenv("SHAREPOINT_CERTIFICATE", "sharepoint.pfx")
    monkeypatch.setenv("SHAREPOINT_CERTIFICATE_PASSWORD", "any")
    monkeypatch.setenv("GOTO_SECRET", "any")
    monkeypatch.setenv("DGROUPS_KEY", "any")
    monkeypatch.setenv("ADOBECONNECT_PASSWORD", "any")
    monkeypatch.setenv("ECS_SECRET", "any")
    monkeypatch.setenv("MAILMAN_REST_PASSWORD", "any")
    monkeypatch.setenv("FORUM_TOKEN", "any")
    config = load_config(folder.folder / "plugins.toml")
    plugins = load_plugins()
    used = set()
    for name, source in config.sources.items():
        connector = config.connector_of(name, plugins.connectors)
        assert source.settings_for(connector)
        used.add(connector.name)
    built_in = {
        name
        for name in plugins.connectors
        if plugins.origins[f"connector {name}"].distribution == "cophub"
    }
    assert used == built_in
    config.check_pipelines(plugins.pipelines)
    for pipeline in plugins.pipelines.values():
        assert config.pipeline_settings(pipeline)


def test_every_commented_line_of_the_sample_is_valid_when_it_is_uncommented(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a reader takes the # away from works."""
    path = folder.folder / "plugins.toml"
    path.unlink()
    cophub("init")
    text = path.read_text()
    for line in ("# [communities.mercop]", "# title =", "# domain =", "# contact =", "# spaces ="):
        assert line in text
        text = text.replace(line, line.removeprefix("# "))
    text = text.replace('warehouse = "sqlite', '# warehouse = "sqlite', 1)
    text = text.replace("# warehouse = { env", "warehouse = { env")
    text = text.replace("# streams =", "streams =").replace("# [plugins]", "[plugins]")
    text = text.replace("# modules =", "modules =")
    head, end = text.split("# --- Looking after")
    for key in ("backups", "backup_every", "backup_keep"):
        assert f"\n# {key} = " in head
        head = head.replace(f"# {key} = ", f"{key} = ")
    end = re.sub(r"^# (?=[a-z]+ = |\[)", "", end, flags=re.MULTILINE)
    path.write_text(f"{head}# --- Looking after{end}")
    monkeypatch.setenv("COPHUB_WAREHOUSE", "postgresql://user:password@host/database")
    monkeypatch.setenv("SMTP_PASSWORD", "a password")
    monkeypatch.setenv("TEAMS_WEBHOOK", "https://teams.example.org/hook")
    config = load_config(path)
    assert (config.hub.backup_every, config.hub.backup_keep) == (timedelta(days=1), 14)
    assert set(config.retention.kept) == {"post", "attendance", "audit"}
    assert config.alerts is not None
    assert config.alerts.ways == ["mail 1", "teams"]
    assert config.alerts_smtp().password is not None
    assert config.alerts_url(0) == "https://teams.example.org/hook"
    assert config.warehouse_url == "postgresql+psycopg://user:password@host/database"
    assert config.warnings == []
    plugins = load_plugins()
    source = config.source("newsletter")
    assert source.streams_of(plugins.connectors["mailchimp"]) == ("members",)


def test_connectors_are_listed_without_a_configuration(cophub: Call, folder: Folder) -> None:
    (folder.folder / "plugins.toml").unlink()
    answer = cophub("connectors")
    assert answer.code == 0
    assert "mailchimp" in answer.out
    assert "mailarchive" in answer.out


def test_a_connector_says_what_it_takes_and_tells(cophub: Call) -> None:
    answer = cophub("connectors", "show", "mailarchive")
    assert answer.code == 0
    assert "The key of the list's space" in answer.out
    assert "required" in answer.out
    assert "personal data: account.key" in answer.out
    facts = cophub("connectors", "show", "mailarchive", "--json").json
    assert facts["required"] == ["list"]
    assert facts["streams"][0]["yields"] == ["Space", "Account", "Post"]
    assert facts["can"] == ["check", "discover", "estimate"]
    assert [one["name"] for one in cophub("connectors", "--json").json]
    unknown = cophub("connectors", "show", "mailarchiv")
    assert (unknown.code, 'did you mean "mailarchive"?' in unknown.err) == (2, True)


POINTED = """
from datetime import date
from typing import Annotated, Literal, NewType
from pydantic import BaseModel, Field, HttpUrl, SecretStr
from cophub import Connector, Stream, hookimpl

Named = NewType("Named", str)

class Settings(BaseModel):
    named: Named = Field(Named("x"), description="A type with a name of its own.")
    pointed: Literal["point", "print"] = Field("point", description="A word with int in it.")
    many: Literal["a", "b", "c", "d", "e", "f"] = Field("a", description="Too many to name.")
    only: Literal["this"] = Field(description="One word.")
    sheet: int | str | None = Field(None, description="One of two.")
    narrow: Annotated[str, Field(min_length=1)] | list[str] = Field(description="One or many.")
    secret: SecretStr | None = Field(None, description="A key.")
    home: HttpUrl | None = Field(None, description="Where.")
    since: date | None = Field(None, description="When.")
    flag: bool = Field(False, description="Whether.")
    tables: dict[str, Annotated[int, Field(ge=1)]] = Field({}, description="More.")

def nothing(ctx, since):
    return iter(())

@hookimpl
def cophub_connectors():
    streams = [Stream(nothing)]
    return [Connector(name="pointed", summary="Of all kinds.", settings=Settings, streams=streams)]
"""


def test_a_setting_is_shown_with_what_it_may_be(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    (folder.folder / "pointed_settings.py").write_text(POINTED)
    folder.configure('[plugins]\nmodules = ["pointed_settings"]\n' + CONFIG)
    answer = cophub("connectors", "show", "pointed")
    assert answer.code == 0, answer.err
    _, *rows = answer.out.split("\n\n")[1].splitlines()
    assert dict(re.split(r"\s{2,}", row.strip())[:2] for row in rows) == {
        "named": "text",
        "pointed": "one of point, print",
        "many": "word",
        "only": '"this"',
        "sheet": "number or text",
        "narrow": "text or list",
        "secret": "secret",
        "home": "address",
        "since": "date",
        "flag": "true or false",
        "tables": "table",
    }


def test_plugins_are_listed_with_what_they_bring(cophub: Call) -> None:
    answer = cophub("plugins", "list")
    assert answer.code == 0
    assert "connector mailchimp" in answer.out
    found = cophub("plugins", "list", "--json").json
    assert found["problems"] == []
    assert {"cophub"} == {plugin["distribution"] for plugin in found["plugins"]}


@pytest.mark.parametrize("command", [("plugins", "list"), ("sync",)])
def test_a_module_beside_plugins_toml_is_found_from_any_folder(
    folder: Folder, command: tuple[str, ...]
) -> None:
    """As the console script runs: Python searches neither that folder nor the current one."""
    (folder.folder / "our_forum.py").write_text("raise ImportError('it is found')\n")
    folder.configure('[plugins]\nmodules = ["our_forum"]\n' + CONFIG)
    config = str(folder.folder / "plugins.toml")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cophub", *command, "--config", config],
        cwd="/", env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "ImportError: it is found" in done.stdout + done.stderr


def test_a_broken_plugin_is_said_and_the_rest_works(cophub: Call, folder: Folder) -> None:
    """A line on standard error where plugins were needed; `status` needs none."""
    folder.configure('[plugins]\nmodules = ["nowhere_forum"]\n' + CONFIG)
    answer = cophub("sync")
    assert answer.code == 0
    assert answer.err.count('warning: plugin module "nowhere_forum"') == 1
    assert cophub("plugins", "list").code == 1
    assert cophub("status").err == ""


def test_check_gives_a_verdict_per_source(cophub: Call, folder: Folder) -> None:
    answer = cophub("check")
    assert answer.code == 0
    assert "1 of 1 files can be read" in answer.out
    folder.configure(CONFIG + NEWSLETTER)
    broken = cophub("check")
    assert broken.code == 1
    assert "1 of 1 files can be read" in broken.out
    assert "the environment variable TEST_MAILCHIMP_KEY is not set" in broken.out
    found = cophub("check", "--json").json["sources"]
    assert {one["source"]: one["error"] is None for one in found} == {
        "lists": True,
        "newsletter": False,
    }


def test_discover_gives_the_keys_that_a_community_names(cophub: Call) -> None:
    assert "lists:forum" in cophub("discover", "lists").out
    [space] = cophub("discover", "lists", "--json").json
    assert (space["space"], space["title"]) == ("lists:forum", "Forum list")
    unknown = cophub("discover", "list")
    assert (unknown.code, 'did you mean "lists"?' in unknown.err) == (2, True)


def test_plan_counts_what_a_sync_would_cost(cophub: Call, folder: Folder) -> None:
    """Before and after: nothing is left to do then."""
    assert "1 of 1 files" in cophub("plan").out
    cophub("sync")
    assert "0 of 1 files" in cophub("plan").out
    folder.configure(CONFIG + NEWSLETTER)
    partly = cophub("plan")
    assert partly.code == 1
    assert "newsletter: plugins.toml: [sources.newsletter] settings.api_key" in partly.out
    assert "about 0 requests in all, without newsletter" in partly.out
    alone = cophub("plan", "newsletter")
    assert (alone.code, "requests in all" in alone.out) == (1, False)
