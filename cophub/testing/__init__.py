"""For the tests of plugins: what connectors yield and promise, pages show, identity rules know.

items = extract(agora.posts, settings, answers=HERE / "answers")
assert records(extract(agora.posts, settings, last_cursor(items), answers=HERE / "answers")) == []
check_connector(agora, settings, answers=HERE / "answers").raise_broken()
assert run_command(quiet, "--top", "3", warehouse=filled(tmp_path, items)).rows == []
assert hand_out(webhook, settings, site, cursor=before.cursor).sent == [Sent("messages")]
assert "12 topics" in show_page(page, [Space(...), Post(...)]).text("facilitators")

Names are loaded when they are first asked for: a little vendor waits for no warehouse.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cophub.testing.checking import check_connector
    from cophub.testing.extracting import NOW, extract, last_cursor, records, rejects
    from cophub.testing.handing import Answer, Handed, filled, hand_out, run_command
    from cophub.testing.identity import clues_of, people_of
    from cophub.testing.promises import PROMISES
    from cophub.testing.recording import record
    from cophub.testing.report import Case, Finding, Report
    from cophub.testing.serving import serve, serve_command
    from cophub.testing.showing import ShownPage, show_page

_HOME = {
    "checking": ("check_connector",),
    "extracting": ("NOW", "extract", "last_cursor", "records", "rejects"),
    "handing": ("Answer", "Handed", "filled", "hand_out", "run_command"),
    "identity": ("clues_of", "people_of"),
    "promises": ("PROMISES",),
    "recording": ("record",),
    "report": ("Case", "Finding", "Report"),
    "serving": ("serve", "serve_command"),
    "showing": ("ShownPage", "show_page"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "NOW", "PROMISES", "Answer", "Case", "Finding", "Handed", "Report", "ShownPage",
    "check_connector", "clues_of", "extract", "filled", "hand_out", "last_cursor", "people_of",
    "record", "records", "rejects", "run_command", "serve", "serve_command", "show_page",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        value = getattr(import_module(f"cophub.testing.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cophub.testing' has no attribute {name!r}")
