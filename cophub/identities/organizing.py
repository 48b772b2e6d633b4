"""Which organizers of events are a person: a calendar names them by an address of any form or age.

No account need have the address: it may have a tag, or be one that they had before.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select, tuple_

from cophub.identities.links import Account
from cophub.identities.reading.mailboxes import clean, mailbox_behind
from cophub.identities.reading.places import fold
from cophub.warehouse import tables


def former_addresses(connection: Connection, accounts: Collection[Account]) -> set[str]:
    """Addresses that accounts had until lately, lower-case: noted until figures are counted."""
    due = tables.measure_due.c
    query = select(due.key).where(
        due.record == "account", tuple_(due.source, due.thread).in_(list(accounts))
    )
    return {clean(email) for email in connection.scalars(query) if email} - {""}


def organizers_of(
    connection: Connection, emails: Collection[str], names: Iterable[str]
) -> tuple[str, ...]:
    """Organizers, as events have them, that are whoever has these addresses and full names.

    `names` are those that nobody else bears: `amina.diallo@old.example`, which no account has, is
    Amina Diallo.
    """
    organizer, email = tables.event.c.organizer, tables.account.c.email
    written = connection.scalars(select(organizer).where(organizer.like("%@%")).distinct())
    spelled = {_letters(name) for name in names}
    found: list[str] = []
    namesakes: list[str] = []
    for text in written:
        mailbox = mailbox_behind(text)
        if clean(text) in emails or mailbox in emails:
            found.append(text)
        elif mailbox and _letters(mailbox.rpartition("@")[0]) in spelled:
            namesakes.append(text)
    if namesakes:
        known = connection.scalars(select(email).where(email.is_not(None)))
        others = {mailbox_behind(each) for each in known}
        found += [text for text in namesakes if mailbox_behind(text) not in others]
    return tuple(sorted(found))


def _letters(name: str) -> tuple[str, ...]:
    """The words of a name or of a local part, in no order."""
    return tuple(sorted(fold(name).split()))


__all__ = ["former_addresses", "organizers_of"]
