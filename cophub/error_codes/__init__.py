"""The catalogue of codes: what each error means, why it comes, and what to do.

A code stays what it is: monitoring, alerts and notes of operators refer to it. The letter says who
or what puts it right: C plugins.toml or the command, P the plugin's author, A the account's owner,
U time (the next run), H a person who looks at it, R whoever keeps the data at the vendor, W the
operator of the warehouse, B waiting, S whoever keeps the timetable, X nobody yet.

A new one: its name in `names`, its entry in one of the lists, `code=` where it is raised.
"""

from cophub.error_codes import running, settings, vendors
from cophub.error_codes.entry import ErrorCode
from cophub.error_codes.names import *  # noqa: F403 - all of them, told there
from cophub.error_codes.names import __all__ as _names

CATALOGUE: dict[str, ErrorCode] = {
    one.code: one for part in (settings, vendors, running) for one in part.ENTRIES
}
"""Every code, in the order in which it is told."""

__all__ = ["CATALOGUE", "ErrorCode", *_names]  # noqa: PLE0604 - a list of names
