"""The look at the hub each minute by whoever keeps time; it outlives a warehouse that is away.

What the warehouse itself would have to remember while it is away is remembered here: each process
that keeps time tells it once, and once more when the warehouse is back.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cophub.error_codes import CATALOGUE, UNFORESEEN
from cophub.errors import CophubError, WarehouseError
from cophub.hub.alert_causes import PLUGINS_TOML, WAREHOUSE, Cause, cause_of_error
from cophub.hub.alert_ways import Message, Ways, wait_after
from cophub.hub.alerting import look

if TYPE_CHECKING:
    from cophub.hub import Hub

log = logging.getLogger("cophub.alerts")
_SURE = timedelta(seconds=50)
"""A warehouse that is held or restarted for less is nothing to write about."""


class Watch:
    """Looks when it is asked to; one look at a time."""

    def __init__(self) -> None:
        self._away: Cause | None = None
        self._knowing: set[str] = set()
        """Ways that know that the warehouse is away."""
        self._tries = 0
        self._next_try_at: datetime | None = None

    def look(self, hub: "Hub", reload_error: CophubError | None = None) -> None:
        """Judge and tell. `reload_error`: why a changed plugins.toml is not taken over.

        Nothing is raised: whoever keeps time goes on whatever becomes of alerts.
        """
        table, now = hub.config.alerts, hub.now()
        if table is None:
            return
        try:
            also = []
            if reload_error is not None:
                also = [cause_of_error(PLUGINS_TOML, reload_error.code, str(reload_error), now)]
            look(hub, also)
        except WarehouseError as error:
            self._is_away(hub, error, table.after or timedelta(), now)
        except CophubError as error:
            log.warning("alerts were not looked at: %s", error)
        except Exception:
            log.exception("alerts were not looked at")
        else:
            self._is_back(hub, now)

    def _is_away(self, hub: "Hub", error: WarehouseError, after: timedelta, now: datetime) -> None:
        if self._away is None:
            self._away = cause_of_error(WAREHOUSE, error.code, str(error), now)
            self._tries, self._next_try_at = 0, now + max(after, _SURE)
        if self._next_try_at is None or now < self._next_try_at or hub.config.alerts is None:
            return
        message = _message(hub, self._away, None)
        left = [way for way in hub.config.alerts.ways if way not in self._knowing]
        with Ways(hub.config) as ways:
            failed = {way for way in left if _not_told(ways, way, message)}
        self._knowing |= set(left) - failed
        self._tries += 1
        self._next_try_at = now + wait_after(self._tries) if failed else None

    def _is_back(self, hub: "Hub", now: datetime) -> None:
        away, knowing = self._away, self._knowing
        if away is None:
            return
        self._away, self._knowing = None, set()
        with Ways(hub.config) as ways:
            message = _message(hub, away, now)
            # As the warehouse is back, who cannot be reached now sees that without being told.
            for way in sorted(knowing):
                _not_told(ways, way, message)


def _not_told(ways: Ways, way: str, message: Message) -> bool:
    why = ways.tell(way, message)
    if why is not None:
        undelivered = {"event": "alert.undelivered", "code": message.code}
        log.warning("the alert about %s was not delivered by %s: %s", message.subject, way, why,
                    extra=undelivered)  # fmt: skip
    return why is not None


def _message(hub: "Hub", away: Cause, cleared: datetime | None) -> Message:
    zone = hub.config.timezone
    entry = CATALOGUE.get(away.code) or CATALOGUE[UNFORESEEN]
    return Message(
        "cleared" if cleared else "opened", away.cause, away.code, away.subject, entry.title,
        away.said, entry.next_step.replace("`", ""), away.since.astimezone(zone),
        cleared and cleared.astimezone(zone), hub.config.folder.name,
    )  # fmt: skip


__all__ = ["Watch"]
