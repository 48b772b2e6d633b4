"""An edge in one line that anybody can read: no addresses in full, and no keys of ours."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from babel.core import Locale

from cophub.identities.evidence import Name
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.scoring import Edge
from cophub.identities.organizations.known import known
from cophub.identities.reading.names import COMPATIBLE, EQUAL, WEAK, compare

_WORDS = {
    "name_equal": "name equal, {bearers}",
    "name_near": "names alike, {bearers}",
    "name_partial": "names agree as far as both go, {bearers}",
    "name_contained": "one name is part of the other, {bearers}",
    "name_nickname": "names agree but for a short form, {bearers}",
    "name_slip": "names agree but for a slip, {bearers}",
    "name_transliterated": "name spelled another way, {bearers}",
    "name_joined": "same name with words written in one, {bearers}",
    "name_initials": "names agree, one with an initial, {bearers}",
    "name_clipped": "one name is cut short, {bearers}",
    "name_initial": "names agree in a word and an initial, {bearers}",
    "name_spelled": "one mailbox spells the other's name, {bearers}",
    "names_clash": "names that cannot be one person's{clash}",
    "names_unlike": "names that have too little in common",
    "not_persons": "one of them is not a person ({plain})",
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
    "organization_same": "both {organization}",
    "organization_other": "different organisations",
    "country_same": "both in {country}",
    "country_other": "different countries",
    "city_same": "both in {title}",
    "city_other": "different cities",
    "communities_same": "both in {community}",
    "communities_other": "in communities that have little to do with one another",
    "identifier_same": "same {identifier}",
    "identifier_slip": "{identifier} one slip apart",
    "identifier_other": "different {identifier}",
    "rule_proof": "same {known}",
    "rule_strong": "same {known}",
    "rule_weak": "same {known}",
    "rule_other": "different {known}",
    "rule_common": "too many bear the same {known} for it to say anything",
    "names_differ": "names that differ{clash}",
    "proof_doubted": "proof that something speaks against, so that people are asked",
    "organization_by": "organisation by rule {detail}",
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
_HOWS = ("joined", "nickname", "slip", "transliterated")
_CLUES = {
    "address": "address, as one shows it and the other is known to have it",
    "directory": "id in the organisation's directory",
}
_IDENTIFIERS = {"born": "date of birth", "orcid": "ORCID", "phone": "telephone number"}


def sentence(edge: Edge | Sequence[Reason]) -> str:
    """`name equal, borne by 1 other mailbox · both FHI 360 · +14.2`."""
    if isinstance(edge, Edge):
        reasons = worded(edge.reasons, edge.a.names, edge.b.names)
    else:
        reasons = tuple(edge)
    total = sum(reason.weight for reason in reasons)
    parts = [in_words(reason) for reason in reasons]
    # What cannot be, or is certain, has no sum that means anything.
    return " · ".join(parts if abs(total) > 50 or not total else (*parts, f"{total:+.1f}"))


def worded(
    reasons: Iterable[Reason],
    mine: Collection[Name],
    theirs: Collection[Name],
    titles: Mapping[str, str] | None = None,
) -> tuple[Reason, ...]:
    """The reasons as they are told: how the names of both are alike, organisations by their names.

    `titles` are names of organisations by their keys; of others the shipped or a plain one is told.
    """
    return tuple(
        reason._replace(name=_how_alike(reason.name, mine, theirs))
        if reason.name in ("name_near", "name_partial")
        else reason._replace(detail=(titles or {}).get(reason.detail) or reason.detail)
        if reason.name == "organization_same"
        else reason
        for reason in reasons
    )


def in_words(reason: Reason) -> str:
    """One piece of evidence in words."""
    detail = reason.detail
    words = _WORDS.get(reason.name, reason.name.replace("_", " "))
    return words.format(
        detail=detail,
        plain=detail.replace("_", " "),
        bearers=_bearers(detail),
        clash=_CLASHES.get(detail, ""),
        organization=organization_name(detail),
        country=country_name(detail),
        title=detail.title(),
        community=_community(detail),
        both=detail.replace(" ", " and "),
        identifier=_IDENTIFIERS.get(detail, detail),
        known=_known_by_rule(detail),
    )


def organization_name(label: str) -> str:
    """What an organisation of which only the key, or a folded text, is at hand is called."""
    if found := known().organizations.get(label):
        return found.name
    plain = label == label.lower() and "." not in label
    return label.replace("-", " ").title() if plain else label


def country_name(text: str) -> str:
    """`ke` is Kenya; what is no code of a country is told as it is, in capitals where it begins."""
    found = Locale("en").territories.get(text.upper()) if len(text) == 2 else None
    return str(found) if found else text.title()


def _how_alike(name: str, mine: Collection[Name], theirs: Collection[Name]) -> str:
    """The reason by which two names are told to be alike, as exactly as the names tell."""
    pairs = (compare(x, y) for x in mine for y in theirs)
    best = max(
        ((found.level, found.how) for found in pairs if not found.clash and found.level >= WEAK),
        default=(EQUAL, ()),
    )
    level, hows = best
    if level == EQUAL:
        return name
    if how := next((how for how in _HOWS if how in hows), None):
        return f"name_{how}"
    if "initial" in hows:
        return "name_initials"
    return "name_clipped" if level == WEAK else "name_contained" if level == COMPATIBLE else name


def _community(label: str) -> str:
    """A community by its key; a space of one source alone has none that a reader knows."""
    if not label:
        return "communities that go together"
    source, _, space = label.partition("/")
    return f"one space of {source}" if space else source


def _known_by_rule(detail: str) -> str:
    """`staff staff_number` -> `staff number (rule "staff")`."""
    rule, _, kind = detail.partition(" ")
    return f'{_CLUES.get(kind, kind.replace("_", " "))} (rule "{rule}")'


def _bearers(count: str) -> str:
    if count in ("", "0"):
        return "borne by no other mailbox"
    return f"borne by {count} other mailbox" + ("" if count == "1" else "es")


__all__ = ["country_name", "in_words", "organization_name", "sentence", "worded"]
