"""An edge in one line that anybody can read; addresses are masked."""

from collections.abc import Sequence

from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.scoring import Edge

_WORDS = {
    "name_equal": "name equal, {bearers}",
    "name_near": "name spelled another way, {bearers}",
    "name_partial": "one name is part of the other, {bearers}",
    "name_initial": "names agree in a word and an initial, {bearers}",
    "name_spelled": "one mailbox spells the other's name, {bearers}",
    "names_clash": "names that cannot be one person's{clash}",
    "names_unlike": "names that have too little in common",
    "not_persons": "one of them is not a person ({detail})",
    "directory_ids": "two ids in the organisation's directory",
    "local_same": "same local part or user name {detail}",
    "local_alone": "same rare local part or user name {detail}",
    "local_of_name": "same local part, made of the name",
    "digits_same": "same digits in the address",
    "digits_other": "same local part with different digits",
    "mailbox_slip": "mailboxes one slip apart in one domain",
    "two_at_work": "two mailboxes at {detail}",
    "numbered": "mailboxes at {detail} that differ in a number alone",
    "one_per_source": "two accounts at {detail}, where nobody else has two",
    "boxes": "kinds of mailbox: {both}",
    "organization_same": "both {detail}",
    "organization_other": "different organisations",
    "country_same": "both in {country}",
    "country_other": "different countries",
    "city_same": "both in {title}",
    "city_other": "different cities",
    "identifier_same": "same {identifier}",
    "identifier_slip": "{identifier} one slip apart",
    "identifier_other": "different {identifier}",
    "decided": "somebody said that it is the same person",
    "mailbox": "same mailbox",
    "directory_id": "same id in the organisation's directory",
}
_CLASHES = {
    "given": ": different given names",
    "family": ": different family names",
    "suffix": ": one is junior, the other senior",
    "middle": ": different middle names",
}
_IDENTIFIERS = {"born": "date of birth", "orcid": "ORCID", "phone": "telephone number"}


def sentence(edge: Edge | Sequence[Reason]) -> str:
    """`name equal, borne by 1 other mailbox · both FHI 360 · +14.2`."""
    reasons = edge.reasons if isinstance(edge, Edge) else tuple(edge)
    total = sum(reason.weight for reason in reasons)
    parts = [in_words(reason) for reason in reasons]
    # What cannot be, or is certain, has no sum that means anything.
    return " · ".join(parts if abs(total) > 50 or not total else (*parts, f"{total:+.1f}"))


def in_words(reason: Reason) -> str:
    """One piece of evidence in words."""
    detail = reason.detail
    words = _WORDS.get(reason.name, reason.name.replace("_", " "))
    return words.format(
        detail=detail,
        bearers=_bearers(detail),
        clash=_CLASHES.get(detail, ""),
        country=detail.upper() if len(detail) == 2 else detail.title(),
        title=detail.title(),
        both=detail.replace(" ", " and "),
        identifier=_IDENTIFIERS.get(detail, detail),
    )


def _bearers(count: str) -> str:
    if count in ("", "0"):
        return "borne by no other mailbox"
    return f"borne by {count} other mailbox" + ("" if count == "1" else "es")


__all__ = ["in_words", "sentence"]
