"""Asking vendors without syncing: what may be read, what there is, what a sync would cost."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cophub.connector import Context, Estimate, Verdict
from cophub.errors import ConfigError, CophubError
from cophub.http import FileTokens, TokenStore, Transport
from cophub.hub.answers import Checked, Discovered, Planned
from cophub.records import Space
from cophub.sync.results import SourceSpec
from cophub.warehouse.token_store import TableTokens

log = logging.getLogger("cophub.hub")


@dataclass(frozen=True)
class Desk:
    """What asking a vendor needs besides the source: the time, and where its tokens are kept."""

    now: datetime
    tokens: TokenStore
    transport: Callable[[SourceSpec], Transport]


@contextmanager
def open_context(spec: SourceSpec, desk: Desk) -> Iterator[Context[Any]]:
    """A context over a transport of its own, closed at the end."""
    with desk.transport(spec) as transport:
        yield Context(
            settings=spec.settings,
            source=spec.name,
            now=desk.now,
            transport=transport,
            tokens=desk.tokens,
        )


def check(spec: SourceSpec, desk: Desk) -> Checked:
    """One verdict per stream and permission; never raises what the vendor or a plugin did."""
    if spec.connector.check is None:
        verdict = Verdict(spec.name, "warning", f"{spec.connector.name} cannot check itself")
        return Checked(spec.name, spec.connector.name, (verdict,))
    verdicts: list[Verdict] = []
    error = code = None
    try:
        with open_context(spec, desk) as ctx:
            verdicts.extend(spec.connector.check(ctx))
    except CophubError as trouble:
        error, code = str(trouble), trouble.code
    except Exception as trouble:  # noqa: BLE001 - a stranger's code may raise anything
        error = _unexpected(spec, "check", trouble)
    return Checked(spec.name, spec.connector.name, tuple(verdicts), error, code)


def discover(spec: SourceSpec, desk: Desk) -> Discovered:
    """What there is to sync. Raises CophubError when the vendor does not say."""
    if spec.connector.discover is None:
        raise ConfigError(
            f'source "{spec.name}": {spec.connector.name} cannot list what there is;'
            " see its page in the docs for the settings it takes"
        )
    with open_context(spec, desk) as ctx:
        return Discovered(spec.name, tuple(_spaces(spec.connector.discover(ctx))))


def plan(spec: SourceSpec, desk: Desk, cursors: Mapping[str, str | None]) -> Planned:
    """What a sync would cost from these cursors; never raises what the vendor or a plugin did."""
    if spec.connector.estimate is None:
        return Planned(spec.name, note=f"{spec.connector.name} cannot say beforehand")
    try:
        with open_context(spec, desk) as ctx:
            chosen = {stream.name for stream in spec.chosen()}
            estimates: Iterator[Estimate] = spec.connector.estimate(ctx, cursors)
            return Planned(spec.name, tuple(e for e in estimates if e.stream in chosen))
    except CophubError as trouble:
        return Planned(spec.name, error=str(trouble))
    except Exception as trouble:  # noqa: BLE001 - a stranger's code may raise anything
        return Planned(spec.name, error=_unexpected(spec, "estimate", trouble))


def sign_in(spec: SourceSpec, desk: Desk, show: Callable[[str], None]) -> str:
    """Let a person sign in to a source's vendor; who did. `show` gets each line for that person.

    Raises ConfigError for a connector where nobody needs to, AuthError where the vendor refuses.
    """
    if spec.connector.sign_in is None:
        raise ConfigError(
            f'source "{spec.name}": nobody signs in to {spec.connector.name}; its settings are all'
            " that it needs"
        )
    with open_context(spec, desk) as ctx:
        if isinstance(ctx.tokens, FileTokens | TableTokens):
            ctx.tokens.require_key()  # before somebody takes the trouble in vain
        return spec.connector.sign_in(ctx, show)


def _spaces(found: Iterator[Any]) -> Iterator[Space]:
    return (item for item in found if isinstance(item, Space))


def _unexpected(spec: SourceSpec, what: str, error: Exception) -> str:
    log.debug("%s of %s failed", what, spec.name, exc_info=error)
    return (
        f'source "{spec.name}": {what} of the connector {spec.connector.name} failed'
        f" ({type(error).__name__}); tell its author (--debug shows where)"
    )
