"""What a source of Yammer reads when its settings leave the ways out, and what they refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from cophub.connectors.yammer.settings import Settings

NEEDED: dict[str, Any] = {"tenant": "contoso.onmicrosoft.com", "client_id": "app"}


@pytest.mark.parametrize(
    ("given", "ways"),
    [
        ({}, ["rest"]),
        ({"client_secret": "s"}, ["rest", "graph"]),
        ({"certificate": "app.pem"}, ["rest", "graph"]),
        ({"export_path": "export.zip"}, ["rest", "export"]),
        ({"client_secret": "s", "export_path": "e.zip"}, ["rest", "graph", "export"]),
        ({"client_secret": "s", "export_path": "e.zip", "ways": "rest"}, ["rest"]),
        ({"ways": ["graph"]}, ["graph"]),
    ],
)
def test_ways_that_nobody_names_are_those_that_are_possible(
    given: dict[str, Any], ways: list[str]
) -> None:
    assert Settings(**NEEDED, **given).ways == ways


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ways": []}, "at least 1 item"),
        ({"ways": ["soap"]}, "'rest', 'graph' or 'export'"),
        ({"client_secret": "s", "certificate": "c.pem"}, "keep one of them"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(**NEEDED, **given)
