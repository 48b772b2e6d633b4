"""How an alert gets to people: by mail, to Teams, to Slack, or as JSON to a program.

What is told holds names of plugins.toml and what went wrong, without secrets and addresses. Where
it goes is a secret itself: neither the addresses of webhooks nor what they answer is repeated.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

from cophub.config import Config
from cophub.errors import CophubError
from cophub.identities.privacy import mask_text
from cophub.smtp import Line, Smtp, Unclear

Event = Literal["opened", "reminded", "cleared", "test"]
_PATIENCE = 10.0
"""Seconds for each step of an answer."""
_NO_SUCH_WAY = "it is no longer in plugins.toml"
_COLOURS = {"cleared": "good", "test": "accent"}
_AT_MOST = 1500
"""Letters of what is wrong: Slack and Teams refuse messages that are very long."""


@dataclass(frozen=True)
class Message:
    """One alert as it is told, without secrets or addresses of people."""

    event: Event
    cause: str
    code: str
    subject: str
    title: str
    said: str
    next_step: str
    opened_at: datetime
    """Since when it is wrong, in the hub's zone."""
    cleared_at: datetime | None
    hub: str

    @property
    def headline(self) -> str:
        """What it is about in one line."""
        end = {"reminded": f"{self.title} (still)", "cleared": "well again"}
        return f"{self.subject}: {end.get(self.event, self.title)}"

    @property
    def facts(self) -> dict[str, str]:
        """The rest, each with its name."""
        facts = {"Since": f"{self.opened_at:%Y-%m-%d %H:%M %Z}"}
        if self.cleared_at is not None:
            facts["Well since"] = f"{self.cleared_at:%Y-%m-%d %H:%M %Z}"
        elif self.next_step:
            facts["What to do"] = self.next_step
        return facts | {"More": f"cophub explain {self.code}", "Hub": self.hub}

    @property
    def body(self) -> str:
        """What went wrong; nothing more is to be said of what is well."""
        return self.said[:_AT_MOST]


class Ways:
    """The ways of plugins.toml; a context manager that keeps one line to the mail server."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._line: Line | None = None
        self._broken: dict[str, str] = {}
        """What could not be reached, and why: it is not waited for again for each message."""

    def __enter__(self) -> "Ways":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._line is not None:
            self._line.__exit__(kind, error, trace)

    def tell(self, way: str, message: Message) -> str | None:
        """Why a way did not take a message, in one line; None where it did."""
        table = self._config.alerts
        if table is None or way not in table.ways:
            return _NO_SUCH_WAY
        place = table.ways.index(way)
        server = "mail" if place < len(table.to) else way
        if server in self._broken:
            return self._broken[server]
        try:
            if server == "mail":
                return self._mail(table.to[place], message)
            place -= len(table.to)
            hook = table.webhooks[place]
            return self._post(way, self._config.alerts_url(place), PAYLOADS[hook.kind](message))
        except CophubError as error:
            self._broken[server] = mask_text(str(error))
            return self._broken[server]

    def _mail(self, recipient: str, message: Message) -> str | None:
        if self._line is None:
            self._line = Line(self._config.alerts_smtp(), "[alerts.smtp]", mask_text)
        line = self._line
        line.open("the mail was not sent")
        try:
            line.send(_mail(line.smtp, recipient, message), recipient)
        except (smtplib.SMTPException, OSError) as failure:
            return f"the mail server did not take it ({line.said(failure)})"
        except Unclear as failure:
            return str(failure)
        return None

    def _post(self, way: str, url: str, payload: dict[str, Any]) -> str | None:
        import httpx  # only where something is posted: `status` asks this module, too

        host = urlsplit(url).hostname
        try:
            # What is answered is not read: it may be long, slow, or repeat what it was sent.
            with (
                httpx.Client(timeout=_PATIENCE) as client,
                client.stream("POST", url, json=payload) as answer,
            ):
                status = answer.status_code
        except httpx.TimeoutException:
            self._broken[way] = f"{host} did not answer within {_PATIENCE:.0f} s"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
            self._broken[way] = f"{host} cannot be reached ({type(failure).__name__})"
        else:
            return None if 200 <= status < 300 else f"{host} answered {status}"
        return self._broken[way]


# --- what each wants -------------------------------------------------------------------------


def _mail(smtp: Smtp, recipient: str, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = smtp.sender
    mail["To"] = recipient
    mail["Subject"] = f"[cophub] {message.headline}"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=smtp.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    lines = [message.body, "", *(f"{name}: {told}" for name, told in message.facts.items())]
    mail.set_content("\n".join(lines).strip() + "\n")
    return mail


def _teams(message: Message) -> dict[str, Any]:
    """An adaptive card, as a workflow "when a webhook request is received" takes it.

    See https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
    """
    colour = _COLOURS.get(message.event, "attention")
    head = {
        "type": "TextBlock", "text": _no_markdown(message.headline), "wrap": True,
        "size": "medium", "weight": "bolder", "color": colour,
    }  # fmt: skip
    facts = [{"title": name, "value": _no_markdown(told)} for name, told in message.facts.items()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [
            head,
            {"type": "TextBlock", "text": _no_markdown(message.body), "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _no_markdown(text: str) -> str:
    """Text of a card knows links and emphasis: what is told must be neither."""
    for sign in "\\*_[]":
        text = text.replace(sign, f"\\{sign}")
    return text


def _slack(message: Message) -> dict[str, Any]:
    """See https://api.slack.com/messaging/webhooks; `text` is for notifications."""
    facts = "\n".join(f"*{name}:* {_escaped(told)}" for name, told in message.facts.items())
    headline = _escaped(message.headline)
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{headline}*"}},
        {"type": "section", "text": {"type": "plain_text", "text": message.body}},
        {"type": "section", "text": {"type": "mrkdwn", "text": facts}},
    ]
    return {"text": headline, "blocks": blocks}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(message: Message) -> dict[str, Any]:
    def utc(moment: datetime | None) -> str | None:
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None

    return {
        "event": message.event, "cause": message.cause, "code": message.code,
        "subject": message.subject, "title": message.title, "said": message.body,
        "next_step": message.next_step, "opened_at": utc(message.opened_at),
        "cleared_at": utc(message.cleared_at), "hub": message.hub,
    }  # fmt: skip


PAYLOADS: dict[str, Callable[[Message], dict[str, Any]]] = {
    "teams": _teams, "slack": _slack, "json": _json,
}  # fmt: skip

TRY_AGAIN_MOST = timedelta(hours=6)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain: a minute, two, four, at most six hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), TRY_AGAIN_MOST)


__all__ = ["PAYLOADS", "Event", "Message", "Ways", "wait_after"]
