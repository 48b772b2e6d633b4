"""A `Brief` as an e-mail: text and HTML of the same brief."""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from cophub.pipelines.brief.model import Brief
from cophub.pipelines.brief.rendering import html, text, title

NOBODY = "brief@cophub.invalid"
"""Where nothing says from whom it comes; no mail server takes it for an address."""


def message(brief: Brief, sender: str, recipient: str | None, at: datetime) -> EmailMessage:
    """The mail of a brief to one recipient, or to nobody yet.

    Its Message-ID is that of the brief and recipient: a program that gets it twice can tell.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("cophub", addr_spec=sender)
    if recipient:
        mail["To"] = Address(addr_spec=recipient)
    else:
        mail["X-Unsent"] = "1"  # mail programs open it as a draft
    mail["Subject"] = title(brief)
    mail["Date"] = at
    number = hashlib.sha256(f"{brief.community}\0{brief.week}\0{recipient}".encode()).hexdigest()
    mail["Message-ID"] = f"<{brief.week}.{number[:32]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text(brief), cte="quoted-printable")
    mail.add_alternative(html(brief), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = brief.language  # last: a new content takes away what told of the old
    return mail


__all__ = ["NOBODY", "message"]
