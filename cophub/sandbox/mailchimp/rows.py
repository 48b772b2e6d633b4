"""The vendor's JSON for audiences and members."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cophub.sandbox.mailchimp.state import Audience, Member, mailbox_id

SCHEMA = "https://us1.api.mailchimp.com/schema/3.0/"
SHOWN_TAGS = 50
"""The vendor lists no more tags than these in a member; `tags_count` tells how many there are."""
UNCOUNTED = {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0}
Row = dict[str, Any]
_JANUARY = datetime(2025, 1, 15, tzinfo=UTC)


def instant(seconds: int) -> str:
    """ISO 8601 in UTC; `""` for none, which is how the vendor says it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""


def link(rel: str, href: str, schema: str = "", method: str = "GET") -> Row:
    """One entry of `_links`."""
    entry = {"rel": rel, "href": href, "method": method}
    if method in ("GET", "PATCH", "PUT", "POST"):
        entry["targetSchema"] = f"{SCHEMA}Definitions/{schema or 'Root'}/Response.json"
    if method in ("PATCH", "PUT", "POST"):
        entry["schema"] = f"{SCHEMA}Definitions/{schema or 'Root'}/{method}.json"
    return entry


def resource_links(
    base: str, path: str, schema: str, *below: str, edits: bool = False
) -> list[Row]:
    """`_links` of a resource: itself, its parent, what lies below, and how it is edited."""
    here, parent = f"{base}{path}", f"{base}{path.rpartition('/')[0] or '/'}"
    links = [link("self", here, schema), link("parent", parent, f"{schema}Collection")]
    if edits:
        links += [link("update", here, schema, "PATCH"), link("delete", here, schema, "DELETE")]
    return links + [link(name, f"{here}/{name}", f"{schema}{name.title()}") for name in below]


def member_links(base: str, list_id: str, key: str) -> list[Row]:
    """The eleven links of a member: two thirds of its row."""
    path = f"/lists/{list_id}/members/{key}"
    links = resource_links(
        base, path, "Lists/Members", "activity", "goals", "notes", "events", edits=True
    )
    here = f"{base}{path}"
    return [
        *links,
        link("upsert", here, "Lists/Members", "PUT"),
        link("tags", f"{here}/tags", "Lists/Members/Tags"),
        link("delete_permanent", f"{here}/actions/delete-permanent", "", "POST"),
    ]


def member_row(member: Member, audience: Audience, base: str, rates: tuple[float, float]) -> Row:
    """A member; `rates` are the average open and click rates as fractions."""
    row: Row = {
        "id": member.key,
        "email_address": member.email,
        "unique_email_id": mailbox_id(member.email),
        "contact_id": member.contact_id,
        "full_name": full_name(member),
        "web_id": member.web_id,
        "email_type": "html",
        "status": member.status,
        "consents_to_one_to_one_messaging": True,
        "merge_fields": member.merge,
        "interests": {item["id"]: item["id"] in member.interests for item in audience.interests},
        "stats": {"avg_open_rate": rates[0], "avg_click_rate": rates[1]},
        "ip_signup": member.ip_signup,
        "timestamp_signup": instant(member.signup),
        "ip_opt": member.ip_opt,
        "timestamp_opt": instant(member.opt),
        "member_rating": member.rating,
        "last_changed": instant(member.changed),
        "language": member.language,
        "vip": member.vip,
        "email_client": member.client,
        "location": location(member),
        "source": member.source,
        "tags_count": len(member.tags),
        "tags": [_tag(audience, tag) for tag in list(member.tags)[:SHOWN_TAGS]],
        "list_id": audience.list_id,
        "_links": member_links(base, audience.list_id, member.key),
    }
    if member.reason:
        row["unsubscribe_reason"] = member.reason
    if not audience.interests:
        del row["interests"]
    if member.note:
        number, at, text = member.note
        row["last_note"] = {
            "note_id": number,
            "created_at": instant(at),
            "created_by": "Staff",
            "note": text,
        }
    return row


def full_name(member: Member) -> str:
    """The vendor joins FNAME and LNAME; an audience without those has no full names."""
    parts = (member.merge.get("FNAME", ""), member.merge.get("LNAME", ""))
    return " ".join(str(part) for part in parts if part)


def location(member: Member) -> Row:
    """Where the vendor thinks the member is; empty where nothing was ever opened."""
    if not member.country:
        return {**UNCOUNTED, "country_code": "", "timezone": "", "region": ""}
    offset = _JANUARY.astimezone(ZoneInfo(member.timezone)).utcoffset() if member.timezone else None
    hours = round(offset.total_seconds() / 3600) if offset else 0
    place = {"latitude": 0, "longitude": 0, "gmtoff": hours, "dstoff": hours}
    return {**place, "country_code": member.country, "timezone": member.timezone, "region": ""}


def _tag(audience: Audience, tag: int) -> Row:
    return {"id": tag, "name": audience.tags[tag].name}


def tag_rows(member: Member, audience: Audience) -> list[Row]:
    """All tags of a member, with the day each was given."""
    return [
        {**_tag(audience, tag), "date_added": instant(added)} for tag, added in member.tags.items()
    ]


def audience_row(
    audience: Audience, base: str, rates: tuple[float, float], months: float, total: bool
) -> Row:
    """An audience; `rates` are percentages here, `months` its age."""
    path = f"/lists/{audience.list_id}"
    below = (
        "members",
        "merge-fields",
        "segments",
        "growth-history",
        "interest-categories",
        "activity",
    )
    return {
        "id": audience.list_id,
        "web_id": audience.web_id,
        "name": audience.title,
        "contact": {
            "company": "Health Alliance for Tomorrow", "address1": "1 Example Street",
            "address2": "", "city": "Geneva", "state": "", "zip": "1200", "country": "CH",
            "phone": "",
        },
        "permission_reminder": "You are receiving this email because you joined this community.",
        "use_archive_bar": True,
        "campaign_defaults": {
            "from_name": audience.title, "from_email": f"{audience.key}@health-alliance.example",
            "subject": "", "language": audience.language,
        },
        "notify_on_subscribe": "",
        "notify_on_unsubscribe": "",
        "date_created": instant(audience.created),
        "list_rating": 3,
        "email_type_option": False,
        "subscribe_url_short": f"http://eepurl.example/{audience.key}",
        "subscribe_url_long": f"https://list-manage.example/subscribe?id={audience.list_id}",
        "beamer_address": f"us1-{audience.list_id}@inbound.example",
        "visibility": audience.visibility,
        "double_optin": audience.double_optin,
        "has_welcome": False,
        "marketing_permissions": False,
        "modules": [],
        "stats": audience_stats(audience, rates, months, total),
        "_links": resource_links(base, path, "Lists", *below, edits=True),
    }  # fmt: skip


def audience_stats(
    audience: Audience, rates: tuple[float, float], months: float, total: bool
) -> Row:
    """Counts of an audience: `member_count` is of the subscribed alone, rates are percentages."""
    joined = sum(month["subs"] + month["other_adds"] for month in audience.monthly.values())
    left = sum(month["unsubs"] for month in audience.monthly.values())
    stats: Row = {
        "member_count": audience.total("subscribed"),
        "unsubscribe_count": audience.total("unsubscribed"),
        "cleaned_count": audience.total("cleaned"),
        "member_count_since_send": audience.since_send["member_count"],
        "unsubscribe_count_since_send": audience.since_send["unsubscribe_count"],
        "cleaned_count_since_send": audience.since_send["cleaned_count"],
        "campaign_count": len(audience.campaigns),
        "campaign_last_sent": instant(audience.last_sent),
        "merge_field_count": len(audience.merge_fields),
        "avg_sub_rate": round(joined / max(months, 1), 2),
        "avg_unsub_rate": round(left / max(months, 1), 2),
        "target_sub_rate": round(left / max(months, 1), 2),
        "open_rate": rates[0],
        "click_rate": rates[1],
        "last_sub_date": instant(audience.last_sub),
        "last_unsub_date": instant(audience.last_unsub),
    }
    if total:
        kinds = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
        stats["total_contacts"] = sum(audience.total(kind) for kind in kinds)
    return stats
