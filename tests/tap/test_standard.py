"""The standard tests of the Singer SDK, of the tap as it is."""

import atexit
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from cophub.tap.published import published
from cophub.tap.tap import TapCophub
from tests.tamarind import live

# The SDK makes its tests when this file is imported, and wants the settings by then.
FOLDER = Path(mkdtemp(prefix="cophub-tap-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
EMPTY = ["delivery", "reaction", "metric", "document", "broker", "measure_move"]


@pytest.fixture(scope="module", autouse=True)
def filled() -> Iterator[None]:
    """The hub that is read."""
    live(FOLDER)
    yield
    shutil.rmtree(FOLDER)


TestTapCophub = get_tap_test_class(
    TapCophub,
    config={"config": str(FOLDER / "plugins.toml"), "identifiers": True, "content": True},
    suite_config=SuiteConfig(max_records_limit=None, ignore_no_records_for_streams=EMPTY),
    parse_env_config=False,
)


def test_all_streams_were_tried() -> None:
    assert len(published()) == 35
