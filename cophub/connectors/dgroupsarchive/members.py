"""The members of a community: text rows of v1 and profiles of v2, joined by their ids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cophub import Account, Item, Membership, Reject
from cophub.connectors.dgroupsarchive.client import Community, Ctx
from cophub.connectors.dgroupsarchive.payloads import Profile
from cophub.connectors.dgroupsarchive.tree import left_out, taken
from cophub.errors import CophubError
from cophub.http import parse_each

ID_LENGTH = 8
_ID = re.compile(r"[0-9A-Za-z]{8}")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:]+")
_EMPTY_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class TextRow:
    """A row of `list-members`; only that it begins with an id is documented."""

    id: str
    rest: str

    @property
    def email(self) -> str | None:
        """The address in it, where there is one."""
        found = _ADDRESS.search(self.rest)
        return found[0].lower() if found else None


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everybody in each community, today; nothing tells since when, or in which role.

    Source: v2 `/members` and v1 `list-members`. Always all of them: there is no cursor.
    """
    failures: list[CophubError] = []
    for path in taken(ctx):
        try:
            yield from members_of(ctx, path)
        except CophubError as error:
            failures += left_out(ctx, path, "members", error)
    if failures:
        raise failures[0]


def members_of(ctx: Ctx, path: str) -> Iterator[Item]:
    """The members of one community. Those whom one of the two lists lacks are in it as well."""
    community = Community(ctx, path)
    profiles, rejects = community.many("/members", Profile)
    rows, unread = text_rows(community.text("list-members"))
    yield from rejects
    yield from unread
    known: dict[str, Profile] = {}
    for profile in profiles:
        if key := key_of(profile):
            known[key] = profile
        else:
            yield Reject(reason="a profile has neither ID nor GUID", record="account")
    yield from parse_each(known.values(), parse_profile, space=path)
    for row in rows:
        if row.id not in known:
            yield Account(key=row.id, email=row.email, kind="person")
            yield Membership(space=path, account=row.id, role="member", status="active")


def key_of(profile: Profile) -> str | None:
    """The 8-character id that both lists have; where a profile has none, its GUID."""
    if profile.id and profile.id.strip():
        return profile.id.strip()
    guid = (profile.guid or "").strip().strip("{}").lower()
    return guid if guid and guid != _EMPTY_GUID else None


def text_rows(text: str) -> tuple[list[TextRow], list[Reject]]:
    """The rows of `list-members`, each id once, and those that do not begin with an id."""
    found: dict[str, TextRow] = {}
    rejects: list[Reject] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        id, rest = line[:ID_LENGTH], line[ID_LENGTH:]
        if not _ID.fullmatch(id) or (rest and rest[0].isalnum()):
            why = f"row {number} of list-members does not begin with an id of 8 characters"
            rejects.append(Reject(reason=why, record="membership"))
            continue
        found.setdefault(id, TextRow(id, rest.strip()))
    return list(found.values()), rejects


def parse_profile(profile: Profile, space: str) -> Iterator[Item]:
    """A member as an account and a membership."""
    key = key_of(profile)
    if key is None:
        raise KeyError("ID")
    given, family = _text(profile.first_name), _text(profile.last_name)
    email = _text(profile.email)
    country = _text(profile.country)
    yield Account(
        key=key,
        name=" ".join(filter(None, (given, family))) or None,
        given_name=given,
        family_name=family,
        email=email.lower() if email else None,
        job_title=_text(profile.position),
        organization=_text(profile.organization),
        country=country[:2].upper() if country else None,
        timezone=_text(profile.time_zone),
        kind="person",
        extra={"guid": profile.guid},
    )
    yield Membership(space=space, account=key, role="member", status="active")


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
