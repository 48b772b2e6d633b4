"""plugins.toml: what it may say, and the one line for each mistake in it."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator

from cophub import ConfigError, Connector, Stream
from cophub.config import Config, load_config
from cophub.connectors import files


class AgoraSettings(BaseModel):
    base_url: str = Field("https://agora.example.org", description="Where it is.")
    token: SecretStr = Field(description="An access token.")
    groups: list[str] = Field(["*"], description="The groups.")
    keep: Path | None = Field(None, description="A folder.")
    size: int = Field(50, description="Items a page.")

    @field_validator("token")
    @classmethod
    def _no_spaces(cls, token: SecretStr) -> SecretStr:
        if " " in token.get_secret_value():
            raise ValueError(f"{token.get_secret_value()} has spaces; copy it again")
        return token


def members(ctx: Any, since: str | None) -> Any:
    yield from ()


AGORA = Connector(name="agora", summary="Agora", settings=AgoraSettings, streams=[Stream(members)])

WHOLE = """
[hub]
warehouse = "sqlite:///cophub.db"
site = "site"
timezone = "Europe/Geneva"

[plugins]
modules = ["our_forum"]

[communities.mercop]
title = "Monitoring, Evaluation and Research"
domain = "M&E"
spaces = ["newsletter:a1b2c3", "newsletter:subject=MERCOP*"]

[sources.newsletter]
connector = "agora"
every = "6 hours"
settings = { token = { env = "AGORA_TOKEN" } }

[sources.lists]
connector = "agora"
cron = "0 2 * * *"
streams = ["members"]

[pipelines.site]
cron = "30 5 * * *"
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes text as plugins.toml of an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AGORA_TOKEN", raising=False)

    def written(text: str) -> Path:
        path = tmp_path / "plugins.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def complaint(act: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        act()
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_a_whole_file_is_read(write: Any) -> None:
    """Every table of the design is understood, and Geneva, which IANA does not list, is Zurich."""
    config = load_config(write(WHOLE))
    assert config.timezone == ZoneInfo("Europe/Zurich")
    assert str(config.source("newsletter").timetable) == "every 6 hours"
    assert str(config.source("lists").timetable) == "cron 0 2 * * *"
    assert config.modules == ["our_forum"]
    assert config.warnings == []
    community = config.community_specs[0]
    assert (community.key, community.domain) == ("mercop", "M&E")
    assert community.spaces == ("newsletter:a1b2c3", "newsletter:subject=MERCOP*")


def test_an_empty_file_gives_a_hub_with_defaults(write: Any) -> None:
    config = load_config(write(""))
    assert config.site == config.folder / "site"
    assert config.warehouse_url == f"sqlite:///{config.folder / 'cophub.db'}"
    assert config.timezone == ZoneInfo("UTC")


def test_relative_paths_start_from_the_file(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts cophub from elsewhere (cron does) meets the same warehouse and mail."""
    path = write('[hub]\nwarehouse = "sqlite:///data/c.db?timeout=5"\n' + SOURCE % 'keep = "mail"')
    monkeypatch.chdir("/")
    config = load_config(path)
    assert config.warehouse_url == f"sqlite:///{path.parent}/data/c.db?timeout=5"
    settings = config.source("x").settings_for(AGORA)
    assert settings.keep == path.parent / "mail"  # type: ignore[attr-defined]


def test_a_table_s_days_are_those_of_the_hub(write: Any) -> None:
    """In UTC, the first of July of a hub in Lima would be in the quarter before."""
    (connector,) = files.cophub_connectors()
    source = '[sources.x]\nconnector = "files"\nsettings = { path = "a.csv"%s }\n'

    def zone(*lines: str, more: str = "") -> Any:
        config = load_config(write("".join(lines) + source % more))
        return config.source("x").settings_for(connector).timezone  # type: ignore[attr-defined]

    assert zone('[hub]\ntimezone = "America/Lima"\n') == "America/Lima"
    assert zone('[hub]\ntimezone = "America/Lima"\n', more=', timezone = "UTC"') == "UTC"
    assert zone() == "UTC"


def test_other_warehouse_addresses_are_left_alone(write: Any) -> None:
    def url(address: str) -> str:
        return load_config(write(f'[hub]\nwarehouse = "{address}"')).warehouse_url

    assert url("sqlite:////srv/c.db") == "sqlite:////srv/c.db"
    assert url("sqlite:///:memory:") == "sqlite:///:memory:"
    assert url("postgresql://u@h/d") == "postgresql+psycopg://u@h/d"


SOURCE = '[sources.x]\nconnector = "agora"\nsettings = { token = "t", %s }\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[souces.x]\n",
            '[souces]: no such key (did you mean "sources"?);'
            " the keys here are alerts, commands, communities, hub, identity_rules, pipelines,"
            " plugins, publishers, retention, serve, sources",
        ),
        (
            '[sources.x]\nconector = "agora"\n',
            '[sources.x] conector: no such key (did you mean "connector"?); the keys here are'
            " addresses, ",
        ),
        ("[sources.x]\n", "[sources.x] connector: is missing; add connector = ..."),
        (
            "[hub]\nsite = 5\n",
            '[hub] site: must be text in quotes, such as "text", and is a number',
        ),
        (
            '[plugins]\nmodules = "our_forum"\n',
            '[plugins] modules: must be a list, such as ["a", "b"], and is text',
        ),
        (
            '[plugins]\nmodules = ["our forum"]\n',
            '[plugins] modules[0]: "our forum" is not the name of a module, such as "our_forum"',
        ),
        (
            '[plugins]\nmodules = ["a", "a"]\n',
            '[plugins] modules: the module "a" is there twice; keep one of them',
        ),
        (
            '[hub]\ntimezone = "Europe/Genevre"\n',
            '[hub] timezone: "Europe/Genevre" is not a time zone',
        ),
        (
            '[sources.x]\nconnector = "a"\nevery = "6 hrs"\n',
            '[sources.x] every: "6 hrs" is not a length of time; write it as "30 minutes",'
            ' "6 hours", "1 day" or "2 weeks"',
        ),
        (
            '[sources.x]\nconnector = "a"\nevery = 6\n',
            '[sources.x] every: must be text in quotes, such as "6 hours"',
        ),
        (
            '[sources.x]\nconnector = "a"\nevery = "0 hours"\n',
            '[sources.x] every: "0 hours" is not between a minute and a year',
        ),
        (
            '[sources.x]\nconnector = "a"\ncron = "0 2 * *"\n',
            '[sources.x] cron: "0 2 * *" has 4 fields and needs 5',
        ),
        (
            '[sources.x]\nconnector = "a"\ncron = "0 25 * * *"\n',
            '[sources.x] cron: "0 25 * * *" is not a crontab line',
        ),
        (
            '[sources.x]\nconnector = "a"\nevery = "1 day"\ncron = "0 2 * * *"\n',
            "[sources.x]: has both every and cron; keep one of them",
        ),
        (
            '[sources.x]\nconnector = "a"\nevery = "1 day"\ncron = "0 2 * * *"\nwhen = "daily"\n',
            "[sources.x]: has every and cron and when; keep one of them",
        ),
        (
            '[pipelines.site]\nwhen = "Moondays at 07:00"\n',
            '[pipelines.site] when: "Moondays at 07:00" is no time in words of the calendar;'
            ' write it as "Mondays at 07:00", "Mondays and Thursdays", "weekdays at 06:00"',
        ),
        (
            "[pipelines.site]\nwhen = 7\n",
            '[pipelines.site] when: must be text in quotes, such as "Mondays at 07:00"',
        ),
        (
            '[pipelines.site]\njitter = "10 minutes"\n',
            "[pipelines.site]: has jitter and no timetable; add every, cron or when",
        ),
        (
            '[pipelines.site]\nevery = "1 hour"\njitter = "2 hours"\n',
            "[pipelines.site]: has a jitter that is longer than every, or than a day",
        ),
        (
            '[sources."../x"]\nconnector = "a"\n',
            "[sources.../x]: is not a name that can be used in files and on the command line",
        ),
        (
            '[sources.a]\nconnector = "a"\n[sources.A]\nconnector = "a"\n',
            '[sources]: "a" and "A" differ in case only; rename one',
        ),
        (
            '[communities.m]\ntitle = "M"\nspaces = ["lists"]\n',
            '[communities.m] spaces: "lists" does not name a space; write it as "source:key"',
        ),
        (
            '[communities.m]\ntitle = "M"\nspaces = ["a:b", "a:b"]\n',
            '[communities.m] spaces: the space "a:b" is there twice; keep one of them',
        ),
        ('[sources.x]\nconnector = "a"\nstreams = []\n', "[sources.x] streams: is empty"),
        ("[hub\n", "line 1, column 5 is not TOML"),
        ('[hub]\nsite = "C:\\Users\\ada\\site"\n', "line 2, column 13 is not TOML: a \\ "),
        ('[hub]\nsite = "D:\\data\\site"\n', "line 2, column 13 is not TOML: a \\ "),
        ("[hub]\n\nsite = site\n", "line 3, column 8 is not TOML"),
        (
            '[sources.x]\nconnector = "a"\n[sources.x]\nconnector = "b"\n',
            "line 3, column 11: Cannot declare ('sources', 'x') twice: it is there twice;",
        ),
        (
            '[hub]\nwarehouse = "mysql://u:secret@h/d"\n',
            "[hub] warehouse: is not a warehouse address",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_file_table_key_and_fix(
    write: Any, text: str, line: str
) -> None:
    path = write(text)
    message = complaint(lambda: load_config(path))
    assert message.startswith(f"plugins.toml: {line}")
    assert "secret" not in message


def test_a_file_that_is_not_there_says_how_to_make_one(write: Any, tmp_path: Path) -> None:
    assert "`cophub init` writes one" in complaint(lambda: load_config("nowhere.toml"))
    assert "is a folder" in complaint(lambda: load_config(tmp_path))


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "plugins.toml"
    path.write_bytes(b'[hub]\nsite = "r\xe9seau"\n')
    assert "line 2 is not UTF-8" in complaint(lambda: load_config(path))


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "plugins.toml"
    path.write_bytes(b'\xef\xbb\xbf[hub]\nsite = "s"\n')
    assert load_config(path).site == tmp_path / "s"


def test_a_secret_comes_from_the_environment(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(write(WHOLE))
    monkeypatch.setenv("AGORA_TOKEN", "canary-7")
    settings: Any = config.source("newsletter").settings_for(AGORA)
    assert settings.token.get_secret_value() == "canary-7"
    assert "canary-7" not in repr(config)


@pytest.mark.parametrize(("value", "state"), [(None, "is not set"), ("", "is empty")])
def test_a_missing_secret_stops_its_own_source_only(
    write: Any, monkeypatch: pytest.MonkeyPatch, value: str | None, state: str
) -> None:
    """The file is read, the other source works, and the line names table, key, variable and fix."""
    if value is not None:
        monkeypatch.setenv("AGORA_TOKEN", value)
    config = load_config(write(WHOLE + 'settings = {}\n[sources.y]\nconnector = "agora"\n'
                               'settings = { token = "t" }\n'))  # fmt: skip
    assert config.source("y").settings_for(AGORA)
    assert complaint(lambda: config.source("newsletter").settings_for(AGORA)) == (
        "plugins.toml: [sources.newsletter] settings.token: the environment variable AGORA_TOKEN"
        f" {state}; set it before you start cophub, for instance: export AGORA_TOKEN=..."
    )


def test_the_warehouse_is_looked_up_when_it_is_needed(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(write('[hub]\nwarehouse = { env = "AGORA_WAREHOUSE" }\n'))
    assert "[hub] warehouse: the environment variable AGORA_WAREHOUSE is not set" in complaint(
        lambda: config.warehouse_url
    )
    monkeypatch.setenv("AGORA_WAREHOUSE", "postgresql://u:pw@h/d")
    assert config.warehouse_url == "postgresql+psycopg://u:pw@h/d"
    monkeypatch.setenv("AGORA_WAREHOUSE", "mysql://u:pw-canary@h/d")
    assert "pw-canary" not in complaint(lambda: config.warehouse_url)


def test_variables_work_anywhere(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In lists, in nested tables and for what the file itself says."""
    monkeypatch.setenv("AGORA_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("AGORA_GROUP", "g7")
    text = '[hub]\ntimezone = { env = "AGORA_ZONE" }\n'
    config = load_config(write(text + SOURCE % 'groups = ["a", { env = "AGORA_GROUP" }]'))
    assert config.timezone == ZoneInfo("Asia/Tokyo")
    settings: Any = config.source("x").settings_for(AGORA)
    assert settings.groups == ["a", "g7"]


def settings_of(config: Config) -> Any:
    return lambda: config.source("x").settings_for(AGORA)


def test_a_misspelled_setting_is_never_ignored(write: Any) -> None:
    """Though the connector's own model would ignore it."""
    assert complaint(settings_of(load_config(write(SOURCE % 'gruops = ["a"]')))) == (
        'plugins.toml: [sources.x] settings.gruops: no such setting (did you mean "groups"?);'
        " there are base_url, groups, keep, size, token"
    )


def test_a_setting_of_the_wrong_type_is_named(write: Any) -> None:
    assert complaint(settings_of(load_config(write(SOURCE % 'size = "many"')))) == (
        "plugins.toml: [sources.x] settings.size: must be a whole number, and is text"
    )
    missing = load_config(write('[sources.x]\nconnector = "agora"\n'))
    assert complaint(settings_of(missing)) == (
        "plugins.toml: [sources.x] settings.token: is missing; add token = ..."
    )


def test_what_a_connector_says_about_a_secret_does_not_show_it(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGORA_TOKEN", "canary 7")
    config = load_config(write(WHOLE))
    line = complaint(lambda: config.source("newsletter").settings_for(AGORA))
    assert (
        line == "plugins.toml: [sources.newsletter] settings.token: *** has spaces; copy it again"
    )


def test_an_unknown_connector_source_or_stream_lists_what_there_is(write: Any) -> None:
    config = load_config(write(WHOLE.replace('"agora"', '"agroa"', 1)))
    assert complaint(lambda: config.connector_of("newsletter", {"agora": AGORA})) == (
        'plugins.toml: [sources.newsletter] connector: there is no connector "agroa"'
        ' (did you mean "agora"?); there are agora'
    )
    assert complaint(lambda: config.source("newsleter")) == (
        'plugins.toml: there is no source "newsleter" (did you mean "newsletter"?);'
        " it has lists, newsletter"
    )
    odd = load_config(write(WHOLE.replace('["members"]', '["member"]')))
    assert complaint(lambda: odd.source("lists").streams_of(AGORA)) == (
        'plugins.toml: [sources.lists] streams: agora has no stream "member"'
        ' (did you mean "members"?); it has members'
    )


def test_an_unknown_pipeline_lists_what_there_is(write: Any) -> None:
    config = load_config(write('[pipelines.sitte]\ncron = "0 5 * * *"\n'))
    assert complaint(lambda: config.check_pipelines(["measures", "site"])) == (
        'plugins.toml: [pipelines.sitte]: there is no such pipeline (did you mean "site"?);'
        " there are measures, site"
    )


def test_a_community_may_name_a_source_that_is_not_there_yet(write: Any) -> None:
    """It is said, but stops nothing: a source may be added or taken out later."""
    config = load_config(write(WHOLE.replace('"newsletter:a1b2c3"', '"newsleter:a1b2c3"')))
    assert config.warnings == [
        'plugins.toml: [communities.mercop] spaces: there is no source "newsleter"'
        ' (did you mean "newsletter"?), so "newsleter:a1b2c3" adds nothing'
    ]


def test_a_secret_may_be_a_path_or_what_the_file_would_hold(tmp_path: Path) -> None:
    """A certificate beside plugins.toml is found from anywhere; PEM text is left as it is."""
    from cophub.connectors.sharepoint.settings import Settings

    file = tmp_path / "plugins.toml"
    told = 'site_url = "https://x.example/sites/a"\ntenant = "t"\nclient_id = "c"\n'
    pem = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    for given, expected in (("app.pem", str(tmp_path / "app.pem")), (pem, pem)):
        file.write_text(
            f"[sources.i]\nconnector = 'sharepoint'\n[sources.i.settings]\n{told}"
            f"certificate = {json.dumps(given)}\n"
        )
        config = load_config(file)
        values = config.sources["i"].settings
        settings = config.settings(Settings, values, ("sources", "i"))
        assert settings.certificate is not None
        assert settings.certificate.get_secret_value() == expected
