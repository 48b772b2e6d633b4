"""`[alerts]`: who is told of what is wrong, and how."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, field_validator, model_validator

from cophub.config.environment import Elsewhere
from cophub.config.messages import did_you_mean, listed
from cophub.config.tables import Table, no_duplicates
from cophub.config.timetable import parse_every
from cophub.smtp import Address, Smtp

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NEEDED = ("host", "sender")


def _length(value: Any) -> timedelta:
    if isinstance(value, str):
        return parse_every(value)
    raise ValueError('must be text in quotes, such as "3 days"')


def _url(value: Any) -> str | Elsewhere:
    if isinstance(value, Elsewhere):
        return value
    if not isinstance(value, str):
        raise ValueError('must be text in quotes, or { env = "NAME" }')
    return webhook_address(value)


def webhook_address(value: str) -> str:
    """An address that may be posted to; who knows it may post there, so no message repeats it."""
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(c.isspace() for c in value):
        raise ValueError("is not an address that begins with https://; copy it whole")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("must begin with https://: what it tells is for you alone")
    return value


class WebhookTable(Table):
    """`[[alerts.webhooks]]`: where an alert is posted."""

    kind: Literal["teams", "slack", "json"]
    url: Annotated[Any, PlainValidator(_url)] = Field(repr=False)


class AlertsTable(Table):
    """Who is told of what is wrong, once for each cause, and once more when it is well again."""

    to: list[Address] = Field(default=[])
    smtp: dict[str, Any] = Field(default={}, repr=False)
    webhooks: list[WebhookTable] = Field(default=[])
    after: Annotated[timedelta | None, BeforeValidator(_length)] = None
    remind: Annotated[timedelta, BeforeValidator(_length)] = timedelta(days=3)

    @field_validator("to")
    @classmethod
    def _once(cls, to: list[str]) -> list[str]:
        return no_duplicates(to, "address")

    @field_validator("smtp")
    @classmethod
    def _known(cls, smtp: dict[str, Any]) -> dict[str, Any]:
        # Its values are checked when a mail is sent: a password may not be set on every terminal.
        for key in smtp:
            if key not in Smtp.model_fields:
                near = did_you_mean(key, Smtp.model_fields)
                there = listed(Smtp.model_fields)
                raise ValueError(f'has no key "{key}"{near}; the keys are {there}')
        for key in _NEEDED:
            if key not in smtp:
                raise ValueError(f"lacks {key}; add {key} = ...")
        return smtp

    @model_validator(mode="after")
    def _somebody(self) -> "AlertsTable":
        if self.to and not self.smtp:
            raise ValueError("names whom to mail and no mail server; add a table [alerts.smtp]")
        if self.smtp and not self.to:
            raise ValueError('has a mail server and nobody to mail; add to = ["you@example.org"]')
        if not self.to and not self.webhooks:
            raise ValueError(
                'tells nobody; add to = ["you@example.org"] with [alerts.smtp], or webhooks'
            )
        return self

    @property
    def ways(self) -> list[str]:
        """A name for each mailbox and webhook, without their addresses: `mail 1`, `teams`."""
        names = [f"mail {place}" for place in range(1, len(self.to) + 1)]
        kinds = [hook.kind for hook in self.webhooks]
        for place, kind in enumerate(kinds):
            many = kinds.count(kind) > 1
            names.append(f"{kind} {kinds[: place + 1].count(kind)}" if many else kind)
        return names


__all__ = ["AlertsTable", "WebhookTable", "webhook_address"]
