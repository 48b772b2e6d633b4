"""What an export of people holds: ids of today only, and addresses masked.

A dashboard that joins these files by the id of a person finds everybody, each once. The tables
behind them also hold redirects and our own notes; `full` gives them as they are.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, func, select

from cophub.identities.privacy import mask_address, mask_text
from cophub.warehouse import tables

_person, _link = tables.person, tables.person_account
_affiliation, _organization = tables.affiliation, tables.organization

ADDRESSES = {"person": {"email": mask_address, "name": mask_text}}
"""Columns of each table that hold an address of the person `id`, or may; and how it is masked."""


def person_account() -> Select[Any]:
    """Exactly `source,account,person`, a row for each account that is somebody's."""
    return (
        select(
            _link.c.source,
            _link.c.account,
            func.coalesce(_person.c.merged_into, _link.c.person).label("person"),
        )
        .outerjoin(_person, _person.c.id == _link.c.person)
        .order_by(_link.c.source, _link.c.account)
    )


def person() -> Select[Any]:
    """The people of today, who have accounts; shared mailboxes and machines by their `kind`."""
    counts = (
        select(_link.c.person, func.count().label("accounts")).group_by(_link.c.person).subquery()
    )
    p = _person.c
    return (
        select(
            p.id,
            p.name,
            p.email,
            p.organization,
            func.coalesce(_organization.c.name, p.organization).label("organization_name"),
            p.country,
            p.kind,
            p.listed,
            counts.c.accounts,
            p.created_at,
        )
        .join(counts, counts.c.person == p.id)
        .outerjoin(_organization, _organization.c.key == p.organization)
        .where(p.merged_into.is_(None))
        .order_by(p.id)
    )


def affiliation() -> Select[Any]:
    """Who works for whom, and when: `person,organization,organization_name,valid_from,valid_to`."""
    a = _affiliation.c
    person_id = func.coalesce(_person.c.merged_into, a.person).label("person")
    return (
        select(
            person_id,
            a.organization,
            func.coalesce(_organization.c.name, a.organization).label("organization_name"),
            a.valid_from,
            a.valid_to,
        )
        .outerjoin(_person, _person.c.id == a.person)
        .outerjoin(_organization, _organization.c.key == a.organization)
        .order_by(person_id, a.valid_from, a.organization)
    )


QUERIES: dict[str, Callable[[], Select[Any]]] = {
    "person_account": person_account,
    "person": person,
    "affiliation": affiliation,
}
"""Tables that are exported in a form of their own."""


__all__ = ["ADDRESSES", "QUERIES"]
