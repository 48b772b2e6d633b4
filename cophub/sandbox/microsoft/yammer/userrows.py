"""Yammer's JSON of users and of the network."""

from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.tenant import DOMAIN, User
from cophub.sandbox.microsoft.yammer.rows import API, NETWORK, NETWORK_NAME, WEB, pictures
from cophub.sandbox.microsoft.yammer.state import stamp

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.yammer import Yammer

Row = dict[str, Any]


def yes(value: bool) -> str:
    """A flag that the vendor writes as text."""
    return "true" if value else "false"


def state_of(yammer: "Yammer", user: User) -> str:
    """active, pending (never signed in), or soft_delete: this API tells no more."""
    if user.deleted is not None or not user.enabled:
        return "soft_delete"
    return "pending" if user.id in yammer.life.pending else "active"


def user_reference(yammer: "Yammer", user: User) -> Row:
    """A user as a feed refers to them."""
    state = state_of(yammer, user)
    name = user.upn.partition("@")[0].lower()
    return {
        "type": "user",
        "id": user.yammer_id,
        "name": name,
        "state": state,
        "full_name": user.name,
        "job_title": user.title or "",
        "network_id": NETWORK,
        **pictures("no_photo.png"),
        "url": f"{API}/users/{user.yammer_id}",
        "web_url": f"{WEB}/users/{user.yammer_id}",
        "activated_at": None if state == "pending" else stamp(user.created),
        "auto_activated": False,
        "stats": _stats(yammer, user),
        "email": user.address,
        "aad_guest": user.guest,
        "identity_type": "user",
    }


def _stats(yammer: "Yammer", user: User) -> Row:
    return {"following": 0, "followers": 0, "updates": yammer.state.updates.get(user.id, 0)}


def user_row(yammer: "Yammer", user: User) -> Row:
    """A row of `users.json`; many flags are text."""
    reference = user_reference(yammer, user)
    own = {key: reference[key] for key in reference if key not in ("identity_type", "stats")}
    address = {"type": "primary", "address": user.address}
    return own | UNUSED | {
        "location": user.city,
        "first_name": user.given,
        "last_name": user.family,
        "network_name": NETWORK_NAME,
        "network_domains": [DOMAIN, yammer.tenant.home.domain],
        **_rights(yammer, user),
        "department": user.department,
        "contact": {
            "im": {"provider": "", "username": ""},
            "phone_numbers": [],
            "email_addresses": [address],
            "has_fake_email": False,
        },
        "stats": reference["stats"],
    }  # fmt: skip


def _rights(yammer: "Yammer", user: User) -> Row:
    admin, verified = user.id == yammer.tenant.admin.id, user.id in yammer.verified
    return {
        "admin": yes(admin or verified),
        "verified_admin": yes(verified),
        "m365_yammer_admin": "false",
        "supervisor_admin": "false",
        "o365_tenant_admin": yes(admin),
        "can_broadcast": yes(admin or verified),
    }


UNUSED: Row = {
    "interests": None, "summary": None, "expertise": None, "show_ask_for_photo": True,
    "birth_date": "", "birth_date_complete": "", "external_urls": [],
    "timezone": "Pacific Time (US & Canada)", "guest": False, "can_view_delegations": False,
    "can_create_new_network": False, "can_browse_external_networks": False,
    "reaction_accent_color": "none", "significant_other": "", "kids_names": "",
    "previous_companies": [], "schools": [], "settings": {"xdr_proxy": ""},
    "show_invite_lightbox": False,
}  # fmt: skip
"""What nobody fills in here."""
FLAGS = (
    "is_freemium", "is_org_chart_enabled", "is_translation_enabled",
    "is_storyline_preview_enabled", "is_stories_preview_enabled", "is_premium_preview_enabled",
    "attachments_in_private_messages", "secret_groups", "force_spo_files",
    "force_optin_modern_client", "show_upgrade_banner", "admin_modern_client_flexible_optin",
    "has_fake_email", "moderated", "community",
)  # fmt: skip
ON = (
    "paid", "is_group_enabled", "is_chat_enabled", "is_storyline_enabled", "is_stories_enabled",
    "enforce_office_authentication", "office_authentication_committed",
    "is_gif_shortcut_enabled", "is_link_preview_enabled", "connected_all_company",
    "aad_guests_enabled", "is_primary", "allow_attachments",
)  # fmt: skip
COUNTS = (
    "private_unseen_thread_count", "inbox_unseen_thread_count", "private_unread_thread_count",
    "unseen_notification_count",
)  # fmt: skip
PROFILE = (
    "work_history", "education", "job_title", "work_phone", "mobile_phone", "summary",
    "interests", "expertise", "location", "im", "skype", "websites",
)  # fmt: skip


def network_row(yammer: "Yammer") -> Row:
    """The home network. It is in native mode only when no group lives outside of Graph."""
    native = not any(space.group.kind == "legacy" for space in yammer.state.spaces.values())
    return {
        "type": "network",
        "id": NETWORK,
        "email": "",
        "name": NETWORK_NAME,
        "permalink": DOMAIN,
        "web_url": WEB,
        "header_background_color": "#396B9A",
        "header_text_color": "#FFFFFF",
        "navigation_background_color": "#38699F",
        "navigation_text_color": "#FFFFFF",
        "created_at": stamp(yammer.sandbox.world.start),
        **dict.fromkeys(FLAGS, False),
        **dict.fromkeys(ON, True),
        **dict.fromkeys(COUNTS, 0),
        "profile_fields_config": {f"enable_{name}": True for name in PROFILE},
        "browser_deprecation_url": None,
        "external_messaging_state": "disabled",
        "state": "enabled",
        "force_connected_groups": native,
        "m365_native_mode": native,
        "all_company_group_creation_state": None,
        "unseen_message_count": -1,
        "preferred_unseen_message_count": -1,
        "attachment_types_allowed": "ALL",
        "privacy_link": "https://go.microsoft.com/fwlink/p/?linkid=857875",
    }
