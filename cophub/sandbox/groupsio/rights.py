"""What an account may do in a group, as the vendor's `perms` object."""

from cophub.sandbox.groupsio.state import MEMBER, Sub

_EVERYBODY = (
    "archives_visible", "members_visible", "calendar_visible", "files_visible", "database_visible",
    "hashtags_visible", "subgroups_visible", "create_hashtags", "can_post", "can_vote",
    "manage_polls", "manage_calendar", "manage_subscription", "public_page", "sub_page",
)  # fmt: skip
_MODERATORS = (
    "chat_visible", "photos_visible", "wiki_visible", "member_directory_visible",
    "guidelines_visible", "open_donations_visible", "manage_subgroups", "delete_group",
    "download_archives", "download_entire_group", "download_members", "view_activity",
    "manage_hashtags", "manage_integrations", "manage_group_settings", "make_moderator",
    "manage_member_subscription_options", "manage_pending_members", "remove_members",
    "ban_members", "manage_group_billing", "manage_group_payments", "edit_archives",
    "manage_pending_messages", "invite_members", "manage_photos", "manage_members",
    "manage_chats", "view_member_directory", "manage_files", "manage_wiki", "mod_page",
)  # fmt: skip
EVERY = frozenset((*_EVERYBODY, *_MODERATORS))


def perms(sub: Sub) -> dict[str, object]:
    """Every permission and whether the subscriber has it."""
    held = {name: may(sub, name) for name in (*_EVERYBODY, *_MODERATORS)}
    return {"object": "perms", **held}


def may(sub: Sub, name: str) -> bool:
    """Whether the subscriber's role gives a permission and nobody took it away."""
    if name in sub.group.denied:
        return False
    return name in _EVERYBODY or sub.mod_status != MEMBER


def see_addresses(sub: Sub) -> bool:
    """Only moderators and owners see addresses."""
    return sub.mod_status != MEMBER
