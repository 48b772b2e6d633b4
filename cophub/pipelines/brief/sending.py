"""Sends briefs by SMTP: each once a week to each recipient, whatever goes wrong on the way.

What is about to be sent is written down first. Where the server did not take it, that is taken back
and the next run tries again. Where nobody can know (the line went dead while the server had the
mail), it stays: a brief that is missing can be had from the command line, one sent twice cannot be
taken back.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import delete, insert, select, update

from cophub import SourceUnavailable
from cophub.error_codes import MAIL_SERVER
from cophub.identities.privacy import mask_address, mask_text
from cophub.identities.reading.mailboxes import mailbox_behind
from cophub.smtp import Line, Smtp, Unclear
from cophub.warehouse import Warehouse
from cophub.warehouse.erasure import email_hash, erasure_key, is_erased_address
from cophub.warehouse.tables import brief_sent


@dataclass(frozen=True)
class Outgoing:
    """A brief to one recipient; the mail is made when it is needed."""

    community: str
    week: str
    recipient: str
    mail: Callable[[], EmailMessage]


def send_all(
    outgoing: Iterable[Outgoing], smtp: Smtp, warehouse: Warehouse, now: datetime,
    log: logging.Logger,
) -> int:  # fmt: skip
    """Send what was not sent yet; how many. One that is refused stops no other.

    Raises ConfigError, AuthError or SourceUnavailable at the end: what waits, why, what to do.
    """
    todo = [each for each in outgoing if _claimable(warehouse, each, log)]
    if not todo:
        return 0
    refused: list[str] = []
    sent = 0
    with Line(smtp, "[pipelines.brief.settings.smtp]", mask_text) as line:
        for place, each in enumerate(todo):
            line.open(_waiting(len(todo) - place))
            error = _send(line, each, warehouse, now)
            sent += error is None
            refused += [error] if error else []
    log.info("%d briefs sent", sent)
    if refused:
        raise SourceUnavailable(
            f"{smtp.host}:{smtp.port} did not take {len(refused)} of {len(todo)} briefs"
            f" ({refused[0]}); the next run tries again",
            code=MAIL_SERVER,
        )
    return sent


def _send(line: Line, each: Outgoing, warehouse: Warehouse, now: datetime) -> str | None:
    """Why it was not sent, or None."""
    mail = each.mail()
    _claim(warehouse, each, now)
    masked = mask_address(each.recipient)
    try:
        line.send(mail, each.recipient)
    except Unclear as failure:
        return f"{masked}: {failure}; whether it arrived is not known, so it is not sent again"
    except BaseException as failure:
        _settle(warehouse, each, sent=False)
        if isinstance(failure, (smtplib.SMTPException, OSError)):
            return f"{masked}: {line.said(failure)}"
        raise
    _settle(warehouse, each, sent=True)
    return None


def _waiting(briefs: int) -> str:
    if briefs == 1:
        return "1 brief waits, and the next run sends it"
    return f"{briefs} briefs wait, and the next run sends them"


def _claimable(warehouse: Warehouse, each: Outgoing, log: logging.Logger) -> bool:
    """Whether it was neither sent this week nor left half sent, and its reader is not erased."""
    with warehouse.begin() as connection:
        if is_erased_address(connection, (each.recipient, mailbox_behind(each.recipient))):
            log.warning(
                "%s was forgotten and gets no brief; take that address out of the recipients under"
                " [pipelines.brief.settings] in plugins.toml",
                mask_address(each.recipient),
            )
            return False
        key = (each.community, each.week, email_hash(erasure_key(connection), each.recipient))
        found = connection.scalar(select(brief_sent.c.state).where(_is(*key)))
    if found == "sending":
        log.warning(
            "whether the brief of %s for %s reached %s is not known: a run was stopped while it was"
            " sent. It is not sent again; `cophub brief %s` shows it",
            each.community, each.week, mask_address(each.recipient), each.community,
        )  # fmt: skip
    return found is None


def _claim(warehouse: Warehouse, each: Outgoing, now: datetime) -> None:
    with warehouse.begin() as connection:
        values = {
            "community": each.community, "week": each.week,
            "recipient": email_hash(erasure_key(connection), each.recipient),
            "state": "sending", "at": now,
        }  # fmt: skip
        connection.execute(insert(brief_sent), values)


def _settle(warehouse: Warehouse, each: Outgoing, *, sent: bool) -> None:
    with warehouse.begin() as connection:
        recipient = email_hash(erasure_key(connection), each.recipient)
        ours = _is(each.community, each.week, recipient)
        if sent:
            connection.execute(update(brief_sent).where(ours).values(state="sent"))
        else:
            connection.execute(delete(brief_sent).where(ours))


def _is(community: str, week: str, recipient: str):  # type: ignore[no-untyped-def]
    c = brief_sent.c
    return (c.community == community) & (c.week == week) & (c.recipient == recipient)


__all__ = ["Outgoing", "send_all"]
