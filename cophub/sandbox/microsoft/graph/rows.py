"""Users and groups as Graph shows them, with every field that may be selected."""

from uuid import UUID

from cophub.sandbox.microsoft.graph.odata import Row, instant
from cophub.sandbox.microsoft.tenant import Group, Tenant, User

USER = "microsoft.graph.user"
GROUP = "microsoft.graph.group"
USER_DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
GROUP_EXTRA = (
    "allowExternalSenders", "autoSubscribeNewMembers", "isSubscribedByMail",
    "hideFromOutlookClients", "hideFromAddressLists",
)  # fmt: skip
"""Fields that are shown only when they are selected, and only of one group."""


def user_row(user: User) -> Row:
    """Everything about a user."""
    return {
        "id": user.id,
        "businessPhones": [],
        "displayName": user.name,
        "givenName": user.given,
        "jobTitle": user.title,
        "mail": user.mail,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": user.language,
        "surname": user.family,
        "userPrincipalName": user.upn,
        "accountEnabled": user.enabled,
        "userType": "Guest" if user.guest else "Member",
        "department": user.department,
        "companyName": None,
        "city": user.city,
        "country": user.country,
        "usageLocation": None,
        "createdDateTime": instant(user.created),
        "creationType": "Invitation" if user.guest else None,
        "externalUserState": "Accepted" if user.guest else None,
        "mailNickname": user.upn.partition("@")[0],
        "otherMails": [user.address] if user.guest else [],
        "proxyAddresses": [f"SMTP:{user.mail}"] if user.mail else [],
    }


def group_row(group: Group) -> Row:
    """Everything about a group."""
    unified = group.kind == "community"
    made = instant(group.created)
    return {
        "id": group.id, "deletedDateTime": None, "classification": None, "createdDateTime": made,
        "creationOptions": ["YammerProvisioning"] if unified else [],
        "description": group.description or None, "displayName": group.title,
        "expirationDateTime": None, "groupTypes": ["Unified"] if unified else [],
        "isAssignableToRole": None, "mail": group.mail if unified else None,
        "mailEnabled": unified, "mailNickname": group.key, "membershipRule": None,
        "membershipRuleProcessingState": None, "onPremisesDomainName": None,
        "onPremisesLastSyncDateTime": None, "onPremisesNetBiosName": None,
        "onPremisesSamAccountName": None, "onPremisesSecurityIdentifier": None,
        "onPremisesSyncEnabled": None, "preferredDataLocation": None, "preferredLanguage": None,
        "proxyAddresses": [f"SMTP:{group.mail}"] if unified else [], "renewedDateTime": made,
        "resourceBehaviorOptions": ["YammerProvisioning"] if unified else [],
        "resourceProvisioningOptions": [], "securityEnabled": not unified,
        "securityIdentifier": _sid(group.id), "theme": None,
        "visibility": ("Private" if group.private else "Public") if unified else None,
        "onPremisesProvisioningErrors": [], "allowExternalSenders": False,
        "autoSubscribeNewMembers": False, "isSubscribedByMail": False,
        "hideFromOutlookClients": False, "hideFromAddressLists": False,
    }  # fmt: skip


def _sid(group_id: str) -> str:
    data = UUID(group_id).bytes_le
    parts = (str(int.from_bytes(data[at : at + 4], "little")) for at in range(0, 16, 4))
    return "S-1-12-1-" + "-".join(parts)


def in_graph(tenant: Tenant) -> list[Group]:
    """The groups that the directory knows: all but those of Yammer alone."""
    return [group for group in tenant.groups.values() if group.kind != "legacy"]


_ZERO = "00000000-0000-0000-0000-000000000000"
USER_FIELDS = frozenset(user_row(User(_ZERO, "", "", "", "", None, "", 0, 0, 0)))
GROUP_FIELDS = frozenset(group_row(Group(_ZERO, "", "", "", "security", 0)))
GROUP_DEFAULT = GROUP_FIELDS - frozenset(GROUP_EXTRA)
"""The fields of a group that are shown unless others are selected."""
