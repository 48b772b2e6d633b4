"""The command line in a folder of its own, as the tests of the commands call it."""

from tests.cli.conftest import cophub, folder

__all__ = ["cophub", "folder"]
