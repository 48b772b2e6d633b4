"""Whether alerts would arrive: the ways are tried as far as that goes without sending anything."""

import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cophub.errors import CophubError
from cophub.hub.answers import Finding
from cophub.hub.at_once import Job
from cophub.identities.privacy import mask_text
from cophub.smtp import Line

if TYPE_CHECKING:
    from cophub.hub import Hub

SUBJECT = "alerts"
_TEST = "cophub alerts test tells everybody that it is a test"


def settings(hub: "Hub") -> Iterator[Finding]:
    """What can be told without asking anybody; nothing without `[alerts]`."""
    table = hub.config.alerts
    if table is None:
        return
    for place in range(len(table.webhooks)):
        try:
            hub.config.alerts_url(place)
        except CophubError as error:
            yield Finding(SUBJECT, "failed", str(error))
    if not table.smtp:
        return
    try:
        smtp = hub.config.alerts_smtp()
    except CophubError as error:
        yield Finding(SUBJECT, "failed", str(error))
        return
    if smtp.user and smtp.password is None:
        said = f"[alerts.smtp] has the user {mask_text(smtp.user)} and no password"
        yield Finding(SUBJECT, "failed", said, 'add password = { env = "SMTP_PASSWORD" }')


def jobs(hub: "Hub", seconds: float) -> dict[str, Job]:
    """A job for the mail server and one for each webhook; none without `[alerts]`."""
    table = hub.config.alerts
    if table is None:
        return {}
    found: dict[str, Job] = {"alerts mail": lambda: _mail(hub, seconds)} if table.smtp else {}
    for place, way in enumerate(table.ways[len(table.to) :]):
        found[f"alerts {way}"] = _hook(hub, place, way, seconds)
    return found


def _mail(hub: "Hub", seconds: float) -> Iterator[Finding]:
    """Connect and sign in, and leave."""
    try:
        smtp = hub.config.alerts_smtp()
    except CophubError:
        return  # told with the settings
    hurried = smtp.model_copy(update={"timeout_seconds": min(smtp.timeout_seconds, seconds / 2)})
    try:
        with Line(hurried, "[alerts.smtp]", mask_text) as line:
            line.open("no alert can be mailed")
    except CophubError as error:
        yield Finding(SUBJECT, "failed", str(error), "cophub alerts test, once that is mended")
    else:
        whom = "as " + mask_text(smtp.user) if smtp.user else "without signing in"
        said = f"the mail server {smtp.host}:{smtp.port} can be used {whom}"
        yield Finding(SUBJECT, "ok", said)


def _hook(hub: "Hub", place: int, way: str, seconds: float) -> Job:
    def ask() -> Iterator[Finding]:
        try:
            parts = urlsplit(hub.config.alerts_url(place))
        except CophubError:
            return  # told with the settings
        # The host alone is told: the rest of the address is a secret.
        host, is_safe = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_safe else 80)
        try:
            with socket.create_connection((host, port), timeout=seconds) as plain:
                if is_safe:
                    with ssl.create_default_context().wrap_socket(plain, server_hostname=host):
                        pass
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            fix = "is there a way out to it? no alert comes there meanwhile"
            yield Finding(SUBJECT, "failed", f"{way}: {host} cannot be reached ({why})", fix)
        else:
            yield Finding(SUBJECT, "ok", f"{way}: {host} can be reached; {_TEST}")

    return ask


__all__ = ["jobs", "settings"]
