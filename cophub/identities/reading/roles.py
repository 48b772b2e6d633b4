"""Local parts that nobody bears as a name: `info@`, `contacto@`, `training2@`, `office.kenya@`."""

from functools import lru_cache

ROLE_LOCAL_PARTS = frozenset(
    """
    abuse admin administration administrator administracion billing bounce bounces comms
    communication communications conference contact contacto daemon do-not-reply donotreply
    enquiries enquiry events feedback hello help helpdesk hostmaster hr info information infos
    inquiries inquiry jobs listserv mail mailbox mailer-daemon majordomo marketing me media membership
    news newsletter newsletters no-reply nobody noreply no_reply notification notifications office
    postmaster press reception recruitment registration reply root sales secretariat secretary
    service subscribe support team training unsubscribe webmaster
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


@lru_cache(maxsize=65536)
def is_role(local: str) -> bool:
    """Whether a local part, in lower case, names a function and no person."""
    return local in ROLE_LOCAL_PARTS


__all__ = ["ROLE_LOCAL_PARTS", "is_role"]
