"""Whatever happens on the way, every connector's warehouse ends with what its vendor holds.

`COPHUB_FAULT_SEEDS` says how many stories each connector lives through; by default so many that
every mishap happens to every connector. `python -m tests.faults --seeds 5000` plays more.
"""

import os

import pytest

from tests.faults.conftest import Player
from tests.faults.mishaps import MISHAPS
from tests.faults.worlds import WORLDS

SEEDS = int(os.environ.get("COPHUB_FAULT_SEEDS", len(MISHAPS)))


@pytest.mark.parametrize("connector", sorted(WORLDS))
def test_whatever_happens_on_the_way_the_warehouse_ends_with_what_the_vendor_holds(
    player: Player, connector: str
) -> None:
    bad = player.play(connector, 0, SEEDS)
    assert bad == [], "\n".join(bad)
