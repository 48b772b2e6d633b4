"""What keeps a changed plugins.toml from being taken over, for those who ask elsewhere.

Whoever keeps time may know what a terminal does not: a variable that is not set for it, a plugin
that is not there. It notes that in the warehouse, in the table `meta`; the note holds for as long
as the file is what was refused.
"""

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from cophub.errors import CophubError, WarehouseError
from cophub.hub.alert_causes import clean
from cophub.warehouse.tables import meta

if TYPE_CHECKING:
    from cophub.hub import Hub

NAME = "plugins_toml_refused"
_log = logging.getLogger("cophub.schedule")


def note(hub: "Hub", error: CophubError | None) -> None:
    """Write down why the newest file is not taken over, or with None that it is.

    Where the warehouse cannot be written that is left out: the log and the terminal tell it too.
    """
    told = {
        "said": clean(str(error)), "code": error.code, "at": hub.now().isoformat(),
        "file": _mark(hub),
    } if error else None  # fmt: skip
    try:
        with hub.warehouse.connect() as connection:
            there = connection.scalar(select(meta.c.name).where(meta.c.name == NAME)) is not None
        if not told and not there:
            return
        with hub.warehouse.begin() as connection:
            connection.execute(delete(meta).where(meta.c.name == NAME))
            if told:
                connection.execute(insert(meta).values(name=NAME, value=json.dumps(told)))
    except WarehouseError as failure:
        _log.info("what is wrong with plugins.toml was not noted: %s", failure)


def warning(hub: "Hub") -> str:
    """What `status` warns of; nothing where the file was taken over, or is another since."""
    with hub.warehouse.connect() as connection:
        found = connection.scalar(select(meta.c.value).where(meta.c.name == NAME))
    told = json.loads(found) if found else {}
    if not told or told["file"] != _mark(hub):
        return ""
    at = datetime.fromisoformat(told["at"]).astimezone(hub.config.timezone)
    return (
        f"{hub.config.file} is not taken over since {at:%Y-%m-%d %H:%M}, so the old one"
        f" is in use: {told['said']} [{told['code']}]"
    )


def _mark(hub: "Hub") -> str:
    """Tells one state of the file from another."""
    try:
        found = hub.config.path.stat()
    except OSError:
        return "gone"
    return f"{found.st_mtime_ns} {found.st_size}"


__all__ = ["NAME", "note", "warning"]
