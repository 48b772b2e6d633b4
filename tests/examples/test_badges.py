"""The identity rule that the documentation shows, and the test of it that it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from cophub.plugins import load_plugins

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "identity-rules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the blocks of the page define, run as they stand there."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/identity-rules.md", "exec"), names)  # noqa: S102 - our own page
    return names


def test_the_tests_of_the_page_pass(found: dict[str, Any]) -> None:
    tests = [value for name, value in found.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_a_hub_finds_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    plugins = load_plugins(["badges"], built_in=[])
    assert plugins.problems == []
    assert list(plugins.identity_rules) == ["badges"]
