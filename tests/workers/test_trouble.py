"""A short story of workers in trouble; `python -m tests.workers` plays long ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .trouble import Village


def test_nothing_is_lost_or_done_twice_whatever_happens_to_whom(
    tmp_path: Path, postgres_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPHUB_KEY", "a long random phrase")
    assert Village(tmp_path, postgres_database(), seed=3).play(troubles=2) == []
