"""Answers of a real run, kept in a folder without secrets and without the people in them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from cophub.connector import Connector, Stream
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.http import Recorder, Transport, remember_secret
from cophub.hub.disguising import Disguise
from cophub.records import Account, Attendance, Item, Post
from cophub.testing.extracting import NOW, extract
from cophub.testing.running import secrets_of


def record(
    what: Connector | Stream,
    settings: BaseModel,
    folder: Path | str,
    *,
    now: datetime = NOW,
    transport: Transport | None = None,
) -> int:
    """Read a vendor whole, keep its answers in a new folder, and say how many there are.

    Secrets are taken out before anything is written. Names and addresses of the people that came
    become invented ones, the same always the same; answers that are no text are left out. A name
    that no record bears, in a text say, stays: look through the files before you give them away.
    Where the vendor fails, nothing is kept. Raises ConfigError where the folder is not empty.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty; name a new folder for the answers", code=ASKED)
    for secret in secrets_of(settings):
        remember_secret(secret)
    opened = transport or Transport(what.limits if isinstance(what, Connector) else None)
    opened.keep_in(Recorder(folder))
    try:
        items = extract(what, settings, now=now, transport=opened)
    except BaseException:
        for path in folder.glob("*.json"):  # nobody would be taken out of them
            path.unlink()
        raise
    finally:
        if transport is None:
            opened.close()
    disguise = Disguise()
    disguise.learn_people(_names(items), (i.email for i in items if isinstance(i, Account)))
    disguise.files(folder)
    return sum(1 for _ in folder.glob("*.json"))


def _names(items: list[Item]) -> Iterator[object]:
    for item in items:
        if isinstance(item, Account):
            yield from (item.name, item.given_name, item.family_name, item.username)
        elif isinstance(item, Attendance):
            yield item.name
        elif isinstance(item, Post):
            yield item.author_name


__all__ = ["record"]
