"""A line to a mail server: opened when it is needed, again when it went dead, honest about both.

Whoever sends says under which table of plugins.toml the server is set, what waits for it, and how
addresses in the server's words are masked.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from cophub.error_codes import CREDENTIALS, MAIL_SERVER
from cophub.errors import AuthError, ConfigError, SourceUnavailable

_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+\.[^\s@<>\"',;:()\[\]\\]+")


def _one_address(value: str) -> str:
    if not value.isascii() or not _ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address; write it bare, as facilitator@example.org")
    return value


Address = Annotated[str, AfterValidator(_one_address)]


class Smtp(BaseModel, extra="forbid"):
    """A mail server."""

    host: str = Field(min_length=1, description="Name of the mail server.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587, 465 with `tls`, or 25.")
    starttls: bool = Field(
        True, description="Encrypt after connecting, and refuse a server that cannot."
    )
    tls: bool = Field(False, description="Encrypt from the start, as port 465 does.")
    user: str = Field("", description="Whom to sign in as; empty: without signing in.")
    password: SecretStr | None = Field(None, description="Password of that user.")
    sender: Address = Field(description="Address that the mails come from.")
    timeout_seconds: float = Field(30, gt=0, le=600, description="How long to wait for the server.")


class Unclear(Exception):  # noqa: N818 - a state of knowledge
    """The line went dead while the server had the mail."""


class Line:
    """A connection to the mail server; use it as a context manager.

    `table` is where plugins.toml sets the server, as `[pipelines.brief.settings.smtp]`; `mask`
    takes addresses out of what the server says.
    """

    def __init__(self, smtp: Smtp, table: str, mask: Callable[[str], str]) -> None:
        self.smtp = smtp
        self.server: smtplib.SMTP | None = None
        self._table = table
        self._mask = mask

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        if self.server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.server.quit()

    def open(self, waiting: str) -> None:
        """Connect and sign in, unless that was done.

        Raises ConfigError, AuthError, or SourceUnavailable that ends with what is `waiting`, as
        "1 brief waits, and the next run sends it".
        """
        if self.server is not None:
            return
        where = f"the mail server {self.smtp.host}:{self.smtp.port}"
        try:
            self.server = self._connected()
            self._sign_in(self.server, where)
        except (smtplib.SMTPException, OSError) as failure:
            raise SourceUnavailable(
                f"{where} cannot be used ({self.said(failure)}); {waiting}", code=MAIL_SERVER
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
                    f" another port, or set starttls = false under {self._table}"
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
                f"{where} refused the user ({self.said(failure)}); set user and password under"
                f" {self._table} in plugins.toml",
                code=CREDENTIALS,
            ) from failure

    def send(self, mail: EmailMessage, recipient: str) -> None:
        """Hand a mail over.

        Raises SMTPException or OSError where the server has not taken it, Unclear where nobody can
        know.
        """
        server = self.server
        if server is None:
            raise OSError("there is no connection")
        try:
            _hand_over(server, self.smtp.sender, recipient, mail.as_bytes())
        except BaseException:
            self.server = None
            server.close()
            raise

    def said(self, failure: BaseException) -> str:
        """What a server or a socket said, as one line without addresses."""
        if isinstance(failure, smtplib.SMTPResponseException):
            said = failure.smtp_error
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            return self._mask(f"{failure.smtp_code} {' '.join(words.split())[:200]}")
        words = getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
        return self._mask(str(words).splitlines()[0][:200])


def _hand_over(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """The steps of `sendmail` apart: before the content is there, a dead line is no riddle."""
    server.ehlo_or_helo_if_needed()
    for code, said in (server.mail(sender), server.rcpt(recipient)):
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, said)
    try:
        code, said = server.data(content)
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as failure:
        raise Unclear("the line went dead while it was handed over") from failure
    if code != 250:
        raise smtplib.SMTPDataError(code, said)


__all__ = ["Address", "Line", "Smtp", "Unclear"]
