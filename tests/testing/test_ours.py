"""Our own connectors keep the promises that we ask of others, with their small vendors."""

from importlib import import_module

import httpx
import pytest

from cophub.http import FileTokens
from cophub.testing import check_connector
from tests.faults.worlds import WORLDS

OURS = {
    "adobeconnect": ("rooms",),
    "calendar": (),
    "dgroups-archive": (),
    "feed": (),
    "files": (),
    "mailarchive": (),
    "mailman": ("members",),
    "singer": (),
}
"""The streams that are tried here; none for all. The others ask thousands of times."""
KNOWN = {
    # A WordPress site that answers 401 keeps its authors to itself, and posts have none then.
    ("feed", "posts", "401"),
    # Weekly figures are of a community by its address; those without one are of none.
    ("dgroups-archive", "communities", "bad item"),
}


@pytest.mark.parametrize("name", OURS)
def test_a_connector_of_ours_keeps_its_promises(name, tmp_path, monkeypatch):
    world = WORLDS[name]
    for module, constants in world.sizes.items():
        for constant, value in constants.items():
            found = import_module(f"cophub.connectors.{module}")
            monkeypatch.setattr(found, constant, value)
    (connector,) = world.connector.cophub_connectors()
    with world.make() as box:
        tokens = FileTokens(tmp_path, "a long enough phrase")
        world.sign_in(box, tokens)
        report = check_connector(
            connector, connector.settings(**world.settings(box)), server=httpx.HTTPTransport(),
            now=box.now, tokens=tokens, streams=OURS[name],
        )  # fmt: skip
    broken = [one for one in report.broken if (name, one.stream, one.promise) not in KNOWN]
    assert not broken, str(report)
    assert len(report.kept) >= 5
