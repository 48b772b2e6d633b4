"""What can go wrong, named after who can put it right.

Every message says what was wrong, where, and the next step; every error has a code, told in
`cophub.error_codes`, by which programs and people know it again. The entrances (command line,
schedule, web) catch `CophubError` and nothing else.
"""

from typing import ClassVar


class CophubError(Exception):
    """Anything that cophub foresaw; the message is one line for a person."""

    usual_code: ClassVar[str] = "CPH-X01"

    def __init__(self, *said: object, code: str | None = None) -> None:
        """`code` where the catalogue has one that says more than that of the class."""
        super().__init__(*said)
        self.code = code or self.usual_code


class ConfigError(CophubError):
    """plugins.toml is wrong: whoever edits it puts it right."""

    usual_code = "CPH-C01"


class PluginError(CophubError):
    """A plugin is broken or breaks the contract: its author puts it right."""

    usual_code = "CPH-P01"


class AuthError(CophubError):
    """A vendor refused the credentials or a permission: the account's owner puts it right."""

    usual_code = "CPH-A01"


class SourceUnavailable(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """A vendor did not answer, or not in time: the next run puts it right."""

    usual_code = "CPH-U01"


class CursorExpired(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """The vendor no longer accepts the stored cursor: the engine reads the stream whole again."""

    usual_code = "CPH-U02"


class WarehouseError(CophubError):
    """The database cannot be opened, written or upgraded: the operator puts it right."""

    usual_code = "CPH-W01"


class SourceBusy(CophubError):  # noqa: N818 - a state, not a fault
    """Another run holds the source: waiting, or ending that run, puts it right."""

    usual_code = "CPH-B01"
