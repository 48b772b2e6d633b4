"""People of the directory: what Graph says of them, and what the names of SharePoint hide."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import httpx
import msgspec
from msgspec import UNSET, UnsetType

from cophub import Account
from cophub.connectors.microsoft.consent import GROUP_MEMBERS
from cophub.connectors.microsoft.graph import GraphPage, graph_pages

_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_GROUP_CLAIM = re.compile(
    rf"^c:0[a-z]\.c\|(?:tenant|federateddirectoryclaimprovider)\|({_GUID})(_o)?$", re.IGNORECASE
)
_MEMBERSHIP = re.compile(r"^i:0[^|]*\|membership\|(.+)$", re.IGNORECASE)
_EXTERNAL = "#ext#"
_SHARED_WITH = "urn:spo:guest#"

Maybe = str | None | UnsetType


class GraphUser(msgspec.Struct, kw_only=True, rename="camel"):
    """A user as Graph gives it; a property that was not selected, or is hidden, is UNSET."""

    id: str
    display_name: Maybe = UNSET
    given_name: Maybe = UNSET
    surname: Maybe = UNSET
    mail: Maybe = UNSET
    user_principal_name: Maybe = UNSET
    job_title: Maybe = UNSET
    department: Maybe = UNSET
    company_name: Maybe = UNSET
    city: Maybe = UNSET
    country: Maybe = UNSET
    preferred_language: Maybe = UNSET
    user_type: Maybe = UNSET
    account_enabled: bool | UnsetType | None = UNSET
    created_date_time: Maybe = UNSET

    @property
    def guest(self) -> bool:
        """Is the person from another organisation?"""
        upn = self.user_principal_name or ""
        return self.user_type == "Guest" or _EXTERNAL in upn.lower()


USER_FIELDS = ",".join(GraphUser.__struct_encode_fields__)
"""What `$select` asks for: without it Graph leaves out department, userType and others."""


def parse_user(user: GraphUser, key: str | None = None) -> Account:
    """The account of a directory user; `key` is its directory id unless another is given.

    The address is the mailbox, for a guest without one the address that invited them; the directory
    answers for both. A member's UPN looks like an address and need not be one: it is the username.
    `extra` holds the directory id alone: every way to somebody must end in the same row.
    """
    email = user.mail
    if not email and user.user_principal_name:
        email = guest_email(user.user_principal_name) or email
    status: Maybe = UNSET
    if user.account_enabled is not UNSET and user.account_enabled is not None:
        status = "active" if user.account_enabled else "disabled"
    return Account(
        key=key or user.id.lower(),
        name=user.display_name,
        given_name=user.given_name,
        family_name=user.surname,
        email=_lower(email),
        email_verified=True if email else UNSET,
        username=_lower(user.user_principal_name),
        kind="person",
        job_title=user.job_title,
        department=user.department,
        organization=user.company_name,
        city=user.city,
        country=user.country,
        language=user.preferred_language,
        created_at=user.created_date_time,
        status=status,
        extra={"directory_id": user.id.lower()},
    )


def _lower(text: Maybe) -> Maybe:
    return text.lower() if isinstance(text, str) else text


def guest_email(upn: str) -> str | None:
    """`ada@other.org` of a guest's `ada_other.org#EXT#@contoso.onmicrosoft.com`; None for members.

    The last underscore stands for the @: a domain has none, and a name may.
    """
    local, external, _ = upn.lower().partition(_EXTERNAL)
    name, underscore, domain = local.rpartition("_")
    if not external or not underscore or "." not in domain or not name:
        return None
    return f"{name}@{domain}"


def upn_of(login_name: str) -> str | None:
    """The user principal name, in small letters, in `i:0#.f|membership|UPN`; else None.

    People whom a file was shared with by address alone have none; see `shared_with`.
    """
    found = _member_name(login_name)
    return None if found is None or found.startswith("urn:") else found


def shared_with(login_name: str) -> str | None:
    """The address in `i:0#.f|membership|urn%3aspo%3aguest#ada@other.org`; else None."""
    found = _member_name(login_name)
    if found is None or not found.startswith(_SHARED_WITH):
        return None
    return found.removeprefix(_SHARED_WITH) or None


def _member_name(login_name: str) -> str | None:
    found = _MEMBERSHIP.match(login_name.strip())
    return unquote(found[1]).strip().lower() if found else None


def claim_group(login_name: str) -> tuple[str, bool] | None:
    """The directory group behind a SharePoint login name: (guid, only its owners?); else None.

    `c:0t.c|tenant|GUID` is a security group, `c:0o.c|federateddirectoryclaimprovider|GUID` the
    members of a Microsoft 365 group and `GUID_o` its owners. "Everyone" is no group of anybody.
    """
    found = _GROUP_CLAIM.match(login_name.strip())
    return (found[1].lower(), bool(found[2])) if found else None


def group_members(
    client: httpx.Client, guid: str, owners: bool = False, transitive: bool = True
) -> Iterator[GraphPage[GraphUser]]:
    """The people of a directory group, 999 a page; with `transitive`, those of groups in it, too.

    Raises NotThere when there is no such group (any more) and AuthError without the permission.
    Source: Graph v1.0, `/groups/{id}/owners`, `/members` and `/transitiveMembers`.
    """
    which = "owners" if owners else "transitiveMembers" if transitive else "members"
    params = {"$select": USER_FIELDS, "$top": "999"}
    headers = {}
    if which == "transitiveMembers":  # a cast of a transitive list is an "advanced query" there
        params["$count"] = "true"
        headers["ConsistencyLevel"] = "eventual"
    path = f"groups/{guid}/{which}/microsoft.graph.user"
    return graph_pages(client, path, params, kind=GraphUser, needs=GROUP_MEMBERS, headers=headers)
