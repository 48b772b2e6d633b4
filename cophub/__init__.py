"""cophub: communities of practice on many tools, in one warehouse, directory and dashboard.

What a plugin imports comes from here. Names are loaded when they are first asked for, so that
`cophub --help` does not wait for an HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cophub.command import Command, CommandContext
    from cophub.connector import (
        Connector,
        Context,
        Draft,
        Estimate,
        Handout,
        Letter,
        Sent,
        Sheet,
        Shown,
        Stream,
        Verdict,
    )
    from cophub.errors import (
        AuthError,
        ConfigError,
        CophubError,
        CursorExpired,
        PluginError,
        SourceBusy,
        SourceUnavailable,
        WarehouseError,
    )
    from cophub.hookspecs import hookimpl
    from cophub.identity_rule import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule
    from cophub.page import Page, PageContext
    from cophub.pipeline import CommunitySpec, Pipeline, PipelineContext, Publication
    from cophub.publisher import Publisher
    from cophub.records import (
        UNSET,
        Account,
        Attendance,
        Campaign,
        Checkpoint,
        Delivery,
        Document,
        Event,
        Gone,
        Item,
        Json,
        Membership,
        Metric,
        Post,
        Reaction,
        Record,
        Reject,
        Space,
    )

__version__ = "0.1.0"

_HOME = {
    "command": ("Command", "CommandContext"),
    "connector": (
        "Connector", "Context", "Draft", "Estimate", "Handout", "Letter", "Sent", "Sheet", "Shown",
        "Stream", "Verdict",
    ),
    "errors": (
        "AuthError", "ConfigError", "CophubError", "CursorExpired", "PluginError", "SourceBusy",
        "SourceUnavailable", "WarehouseError",
    ),
    "hookspecs": ("hookimpl",),
    "identity_rule": ("AccountFacts", "Clues", "FurtherAddress", "Identifier", "IdentityRule"),
    "page": ("Page", "PageContext"),
    "pipeline": ("CommunitySpec", "Pipeline", "PipelineContext", "Publication"),
    "publisher": ("Publisher",),
    "records": (
        "UNSET", "Account", "Attendance", "Campaign", "Checkpoint", "Delivery", "Document", "Event",
        "Gone", "Item", "Json", "Membership", "Metric", "Post", "Reaction", "Record", "Reject",
        "Space",
    ),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "UNSET", "Account", "AccountFacts", "Attendance", "AuthError", "Campaign", "Checkpoint",
    "Clues", "Command", "CommandContext", "CommunitySpec", "ConfigError", "Connector", "Context",
    "CophubError", "CursorExpired", "Delivery", "Document", "Draft", "Estimate", "Event",
    "FurtherAddress", "Gone", "Handout", "Identifier", "IdentityRule", "Item", "Json", "Letter",
    "Membership", "Metric", "Page", "PageContext", "Pipeline", "PipelineContext", "PluginError",
    "Post", "Publication", "Publisher", "Reaction", "Record", "Reject", "Sent", "Sheet", "Shown",
    "SourceBusy", "SourceUnavailable", "Space", "Stream", "Verdict", "WarehouseError", "hookimpl",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        value = getattr(import_module(f"cophub.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cophub' has no attribute {name!r}")
