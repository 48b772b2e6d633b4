"""What the README tells people to paste is right."""

import json
import re
import tomllib
from pathlib import Path

from cophub_slack import Settings
from cophub_slack.announcing import PublisherSettings
from cophub_slack.checks import PRIVATE_SCOPES, SCOPES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", README, re.DOTALL | re.MULTILINE)
    return [text for _, text in found]


def test_the_manifest_asks_for_what_is_needed_and_for_no_more() -> None:
    [manifest] = map(json.loads, blocks("json"))
    wanted = set(manifest["oauth_config"]["scopes"]["bot"])
    assert wanted == {scope for scopes in SCOPES.values() for scope in scopes}


def test_every_scope_is_explained() -> None:
    every = [*SCOPES.values(), *PRIVATE_SCOPES.values(), ("chat:write",)]
    told = [scope for scopes in every for scope in scopes if f"`{scope}`" not in README]
    assert told == []


def test_the_settings_are_those_there_are() -> None:
    source, place = map(tomllib.loads, blocks("toml"))
    given = source["sources"]["slack"]["settings"]
    assert Settings(**{**given, "token": "xoxb-any"}).channels == ["cop-*"]
    told = place["publishers"]["announcement"]["settings"]
    assert PublisherSettings(**{**told, "token": "xoxb-any"}).channel == "C0123ABCDEF"
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (?:required|`)", README, re.MULTILINE)
    assert rows == [*Settings.model_fields, *PublisherSettings.model_fields]
