"""What vendors say to `doctor`: whether they may be read, and what time they have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING

import httpx

from cophub.errors import ConfigError
from cophub.http import Limits, Transport
from cophub.hub import vendors
from cophub.hub.answers import Checked, Finding
from cophub.hub.at_once import Job

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.sync.results import SourceSpec

_LATE_SECONDS = 60.0
_WRONG_SECONDS = 300.0
"""Signatures and tokens are refused beyond this, as by Microsoft's sign-in."""


def jobs(hub: "Hub", seconds: float) -> dict[str, Job]:
    """For each source whose settings are complete, a job that asks its vendor."""
    found: dict[str, Job] = {}
    for name in hub.config.sources:
        try:
            spec = hub.spec(name)
        except ConfigError:
            continue  # told with the other settings
        found[f"source {name}"] = _job(hub, spec, seconds)
    return found


def _job(hub: "Hub", spec: "SourceSpec", seconds: float) -> Job:
    def ask() -> Iterator[Finding]:
        desk, ahead = hub.desk(spec), list[float]()
        quick = replace(spec, connector=replace(spec.connector, limits=_hurried(spec, seconds)))

        def transport(each: "SourceSpec") -> Transport:
            made = desk.transport(each)
            made.told = lambda response: ahead.extend(_ahead(response))
            return made

        began = monotonic()
        checked = vendors.check(quick, replace(desk, transport=transport))
        yield from _verdicts(checked, monotonic() - began)
        if ahead:
            yield from clock_of(f"the vendor of {spec.name}", median(ahead))

    return ask


def _hurried(spec: "SourceSpec", seconds: float) -> Limits:
    limits = spec.connector.limits or Limits()
    return replace(
        limits,
        budget=seconds,
        connect_timeout=min(limits.connect_timeout, seconds),
        read_timeout=min(limits.read_timeout, seconds),
        tries=min(limits.tries, 2),
    )


def _verdicts(checked: Checked, seconds: float) -> Iterator[Finding]:
    subject = f"source {checked.source}"
    odd = [verdict for verdict in checked.verdicts if verdict.state != "ok"]
    for verdict in odd:
        yield Finding(subject, verdict.state, f"{verdict.subject}: {verdict.message}", verdict.fix)
    again = f"cophub check {checked.source}"
    if checked.error:
        # Away for a moment is no fault of this hub: the next run tries again.
        away = (checked.code or "").startswith("CPH-U")
        yield Finding(subject, "warning" if away else "failed", checked.error, again)
    elif not odd:
        count = len(checked.verdicts)
        said = f"{checked.connector}, {count} of {count} may be read ({seconds:.1f} s)"
        yield Finding(subject, "ok", said)


def clock_of(whose: str, ahead: float) -> Iterator[Finding]:
    """A finding where a clock is ahead of ours, or behind it when `ahead` seconds are below 0."""
    if abs(ahead) < _LATE_SECONDS:
        return
    where = "ahead of" if ahead > 0 else "behind"
    yield Finding(
        "clock",
        "failed" if abs(ahead) >= _WRONG_SECONDS else "warning",
        f"that of {whose} is {timedelta(seconds=round(abs(ahead)))} {where} this machine's",
        "set the one that is wrong, here by `timedatectl set-ntp true`",
    )


def _ahead(response: httpx.Response) -> Iterator[float]:
    """By how many seconds the vendor's clock was ahead when it answered; none where it tells none.

    Source: RFC 9110, 6.6.1. What a cache kept for a while says nothing.
    """
    if "age" in response.headers:
        return
    try:
        said = parsedate_to_datetime(response.headers["date"])
        yield (said - datetime.now(UTC)).total_seconds()
    except (KeyError, ValueError, TypeError):
        return


__all__ = ["clock_of", "jobs"]
