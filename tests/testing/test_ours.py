"""Our own connectors keep the promises that we ask of others, with their small vendors."""

from collections import Counter
from importlib import import_module
from typing import Any

import httpx
import pytest

from cophub.http import MemoryTokens
from cophub.plugins import load_plugins
from cophub.testing import Report, check_connector
from tests.testing.not_held import EXCUSED, NOT_TRIED
from tests.testing.ours import ENOUGH, Ours, ours

CASES = list(ours())


def named(lines: Any, connector: str) -> dict[tuple[str, ...], str]:
    """The reasons for a connector, by stream, promise, and where it breaks if only there."""
    found: dict[tuple[str, ...], str] = {}
    for reason, promises, streams in lines:
        for stream in streams.split():
            name, _, rest = stream.partition(".")
            for one in promises.split() if name == connector else ():
                promise, _, place = one.replace("_", " ").partition("@")
                found[(rest, promise, *([place] if place else []))] = reason
    return found


def checked(one: Ours, monkeypatch: pytest.MonkeyPatch) -> Report:
    """What comes of all promises."""
    world = one.world
    for module, constants in world.sizes.items():
        for constant, value in constants.items():
            monkeypatch.setattr(import_module(f"cophub.connectors.{module}"), constant, value)
    (connector,) = world.connector.cophub_connectors()
    excused = {key: reason for key, reason in named(EXCUSED, one.name).items()
               if not one.streams or key[0] in one.streams}  # fmt: skip
    with world.make() as box:
        tokens = MemoryTokens()
        world.sign_in(box, tokens)
        return check_connector(
            connector, connector.settings(**world.settings(box)), server=httpx.HTTPTransport(),
            now=box.now, tokens=tokens, streams=one.streams, tries=ENOUGH, excused=excused,
        )  # fmt: skip


@pytest.mark.parametrize("one", CASES, ids=lambda one: "-".join([one.name, *one.streams[:1]]))
def test_a_connector_of_ours_keeps_its_promises(one: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    report = checked(one, monkeypatch)
    assert not report.broken, str(report)
    told = {(found.stream, found.promise): found.told for found in report.not_tried}
    known = {key: reason for key, reason in named(NOT_TRIED, one.name).items()
             if not one.streams or key[0] in one.streams}  # fmt: skip
    assert told == known, "tests/testing/not_held.py says otherwise"


def test_every_built_in_connector_is_held_with_each_of_its_streams() -> None:
    held = Counter((one.name, stream) for one in CASES for stream in one.streams or ("",))
    there = load_plugins().connectors
    assert {name for name, _ in held} == set(there)
    assert max(held.values()) == 1
    for name, connector in there.items():
        streams = {stream for held_name, stream in held if held_name == name}
        assert streams in ({""}, {"", *(stream.name for stream in connector.streams)}), name


def test_each_line_of_what_is_not_held_is_of_something_that_is_there() -> None:
    there = {(name, stream.name) for name, one in load_plugins().connectors.items()
             for stream in one.streams}  # fmt: skip
    there |= {(name, "") for name in load_plugins().connectors}
    lines = (*EXCUSED, *NOT_TRIED)
    said = {stream.partition(".")[::2] for _, _, streams in lines for stream in streams.split()}
    assert said <= there
