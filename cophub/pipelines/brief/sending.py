"""Sends briefs by SMTP: each once a week to each recipient, whatever goes wrong on the way.

What is about to be sent is written down first. Where the server did not take it, that is taken back
and the next run tries again. Where nobody can know (the line went dead while the server had the
mail), it stays: a brief that is missing can be had from the command line, one sent twice cannot be
taken back.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import delete, insert, select, update

from cophub import AuthError, ConfigError, SourceUnavailable
from cophub.identities.privacy import mask_address
from cophub.identities.reading.mailboxes import mailbox_behind
from cophub.pipelines.brief.settings import Smtp
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


class _Unclear(Exception):  # noqa: N818 - a state of knowledge
    """The line went dead while the server had the mail."""


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
    with _Line(smtp) as line:
        for place, each in enumerate(todo):
            line.open(waiting=len(todo) - place)
            error = _send(line, each, warehouse, now)
            sent += error is None
            refused += [error] if error else []
    log.info("%d briefs sent", sent)
    if refused:
        raise SourceUnavailable(
            f"{smtp.host}:{smtp.port} did not take {len(refused)} of {len(todo)} briefs"
            f" ({refused[0]}); the next run tries again"
        )
    return sent


def _send(line: "_Line", each: Outgoing, warehouse: Warehouse, now: datetime) -> str | None:
    """Why it was not sent, or None."""
    mail = each.mail()
    _claim(warehouse, each, now)
    masked = mask_address(each.recipient)
    try:
        line.send(mail, each.recipient)
    except _Unclear as failure:
        return f"{masked}: {failure}; whether it arrived is not known, so it is not sent again"
    except BaseException as failure:
        _settle(warehouse, each, sent=False)
        if isinstance(failure, (smtplib.SMTPException, OSError)):
            return f"{masked}: {_said(failure)}"
        raise
    _settle(warehouse, each, sent=True)
    return None


class _Line:
    """A connection to the mail server, opened when it is needed and again when it went dead."""

    def __init__(self, smtp: Smtp) -> None:
        self.smtp = smtp
        self.server: smtplib.SMTP | None = None

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        if self.server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.server.quit()

    def open(self, waiting: int) -> None:
        """Connect and sign in, unless that was done. Raises a CophubError that says what waits."""
        if self.server is not None:
            return
        where = f"the mail server {self.smtp.host}:{self.smtp.port}"
        try:
            self.server = self._connected()
            self._sign_in(self.server, where)
        except (smtplib.SMTPException, OSError) as failure:
            wait = "1 brief waits" if waiting == 1 else f"{waiting} briefs wait"
            raise SourceUnavailable(
                f"{where} cannot be used ({_said(failure)}); {wait}, and the next run sends"
                f" {'it' if waiting == 1 else 'them'}"
            ) from failure

    def _connected(self) -> smtplib.SMTP:
        host, port, patience = self.smtp.host, self.smtp.port, self.smtp.timeout_seconds
        context = ssl.create_default_context()
        if self.smtp.tls:
            return smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
        server = smtplib.SMTP(host, port, timeout=patience)
        if self.smtp.starttls:
            try:
                server.starttls(context=context)
            except smtplib.SMTPNotSupportedError as failure:
                raise ConfigError(
                    f"the mail server {host}:{port} offers no encryption; ask its administrator for"
                    " another port, or set starttls = false under [pipelines.brief.settings.smtp]"
                    " in plugins.toml if it is on this machine"
                ) from failure
        return server

    def _sign_in(self, server: smtplib.SMTP, where: str) -> None:
        password = self.smtp.password
        if not self.smtp.user:
            return
        try:
            server.login(self.smtp.user, password.get_secret_value() if password else "")
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as failure:
            self.server = None
            raise AuthError(
                f"{where} refused the user ({_said(failure)}); set user and password under"
                " [pipelines.brief.settings.smtp] in plugins.toml"
            ) from failure

    def send(self, mail: EmailMessage, recipient: str) -> None:
        """Hand a mail over. Raises SMTPException or OSError where the server has not taken it."""
        server = self.server
        if server is None:
            raise OSError("there is no connection")
        try:
            _hand_over(server, self.smtp.sender, recipient, mail.as_bytes())
        except BaseException:
            self.server = None
            server.close()
            raise


def _hand_over(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """The steps of `sendmail` apart: before the content is there, a dead line is no riddle."""
    server.ehlo_or_helo_if_needed()
    for code, said in (server.mail(sender), server.rcpt(recipient)):
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, said)
    try:
        code, said = server.data(content)
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as failure:
        raise _Unclear("the line went dead while it was handed over") from failure
    if code != 250:
        raise smtplib.SMTPDataError(code, said)


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


def _said(failure: BaseException) -> str:
    """What a server or a socket said, as one line without addresses."""
    from cophub.identities.privacy import mask_text

    if isinstance(failure, smtplib.SMTPResponseException):
        said = failure.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return mask_text(f"{failure.smtp_code} {' '.join(words.split())[:200]}")
    words = getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
    return mask_text(str(words).splitlines()[0][:200])


__all__ = ["Outgoing", "send_all"]
