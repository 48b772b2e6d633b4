"""What can go wrong, named after who can put it right.

Every message says what was wrong, where, and the next step. The entrances (command line, schedule,
web) catch `CophubError` and nothing else.
"""


class CophubError(Exception):
    """Anything that cophub foresaw; the message is one line for a person."""


class ConfigError(CophubError):
    """plugins.toml is wrong: whoever edits it puts it right."""


class PluginError(CophubError):
    """A plugin is broken or breaks the contract: its author puts it right."""


class AuthError(CophubError):
    """A vendor refused the credentials or a permission: the account's owner puts it right."""


class SourceUnavailable(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """A vendor did not answer, or not in time: the next run puts it right."""


class CursorExpired(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """The vendor no longer accepts the stored cursor: the engine reads the stream whole again."""


class WarehouseError(CophubError):
    """The database cannot be opened, written or upgraded: the operator puts it right."""


class SourceBusy(CophubError):  # noqa: N818 - a state, not a fault
    """Another run holds the source: waiting, or ending that run, puts it right."""
