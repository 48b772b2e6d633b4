"""Where the vendor's own answers are."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def vendor_files() -> Path:
    """The folder with the vendors' own sample answers."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES does not name the folder with the vendors' own files")
    return Path(folder)
