"""For the tests of a connector: what its streams yield, and whether it keeps its promises.

items = extract(agora.posts, settings, answers=HERE / "answers")
assert records(extract(agora.posts, settings, last_cursor(items), answers=HERE / "answers")) == []
check_connector(agora, settings, answers=HERE / "answers").raise_broken()
"""

from cophub.testing.checking import check_connector
from cophub.testing.extracting import NOW, extract, last_cursor, records, rejects
from cophub.testing.recording import record
from cophub.testing.report import PROMISES, Case, Finding, Report

__all__ = [
    "NOW", "PROMISES", "Case", "Finding", "Report", "check_connector", "extract", "last_cursor",
    "record", "records", "rejects",
]  # fmt: skip
