"""What each mistake in plugins.toml is called: the code that alerts and programs read."""

from pathlib import Path

import pytest

from cophub.config import load_config
from cophub.errors import ConfigError
from cophub.plugins import load_plugins

SOURCE = '[sources.news]\nconnector = "mailchimp"\n'
KEY = 'settings = { api_key = { env = "NO_SUCH_KEY_HERE" } }\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[hub]\nsiet = 1\n", "CPH-C03"),
        ("[hub]\nsite = 1\n", "CPH-C11"),
        ("[hub\n", "CPH-C05"),
        (SOURCE + 'every = "1 day"\nfresh_within = "2 hours"\n', "CPH-C11"),
        (SOURCE + 'fresh_within = "soon"\n', "CPH-C11"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SOURCE + KEY, "CPH-C02"),
        (SOURCE.replace("mailchimp", "mailchump"), "CPH-C06"),
        (SOURCE + "settings = { api_kee = 1 }\n", "CPH-C03"),
        (SOURCE + "settings = { api_key = 1 }\n", "CPH-C11"),
        (SOURCE + 'streams = ["mambers"]\n', "CPH-C06"),
    ],
)
def test_a_source_that_is_wrong(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(text, encoding="utf-8")
    config = load_config(path)
    with pytest.raises(ConfigError) as raised:
        connector = config.connector_of("news", load_plugins().connectors)
        config.source("news").streams_of(connector)
        config.source("news").settings_for(connector)
    assert raised.value.code == code


def test_no_file_and_no_such_source(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "plugins.toml")
    assert raised.value.code == "CPH-C04"
    (tmp_path / "plugins.toml").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "plugins.toml").source("nws")
    assert raised.value.code == "CPH-C06"
