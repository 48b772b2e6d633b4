"""How the audiences are set up: their merge fields, interests, tags and habits, all unlike."""

from typing import Any

from cophub.sandbox import names
from cophub.sandbox.mailchimp.state import Audience, Tag, digest
from cophub.sandbox.world import DAY, Person, World

# Per audience: (tag, name, type) of each merge field. FNAME and LNAME are only the vendor's default.
MERGE_FIELDS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text"), ("ADDRESS", "Address", "address"), ("PHONE", "Phone Number", "phone"), ("BIRTHDAY", "Birthday", "birthday")),
    (("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text"), ("ORG", "Organization", "text"), ("COUNTRY", "Country", "text"), ("ROLE", "Job title", "text")),
    (("FIRSTNAME", "First name", "text"), ("SURNAME", "Surname", "text"), ("MMERGE5", "Organisation / Institution", "text"), ("MMERGE6", "Country of work", "text")),
    (("NAME", "Full name", "text"), ("ORG", "Employer", "text")),
    (("FNAME", "Prénom", "text"), ("LNAME", "Nom", "text"), ("ORGANISME", "Organisme", "text"), ("PAYS", "Pays", "text")),
    (("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text"), ("JOBTITLE", "Position", "text"), ("COMPANY", "Company", "text")),
)  # fmt: skip
CROWD_FIELDS = (
    ("FNAME", "First Name", "text"), ("LNAME", "Last Name", "text"),
    ("ORG", "Organization", "text"), ("COUNTRY", "Country", "text"),
)  # fmt: skip
GIVEN = ("FNAME", "FIRSTNAME")
FAMILY = ("LNAME", "SURNAME")
ORGANISATION = ("ORG", "MMERGE5", "ORGANISME", "COMPANY")


def audience(world: World, number: int, *, crowd: bool = False) -> Audience:
    """The audience of the world's community `number`, with nobody in it."""
    community = world.communities[number]
    list_id = digest(world.seed, "list", community.key)[:10]
    result = Audience(community.key, list_id, 900_000 + 13 * number, community.title, world.start)
    result.double_optin = number % 3 == 1
    result.visibility = "prv" if number % 4 == 3 else "pub"
    result.language = "fr" if number % 6 == 4 else "en"
    fields = CROWD_FIELDS if crowd else MERGE_FIELDS[number % len(MERGE_FIELDS)]
    result.merge_fields = [_merge_field(row, place, list_id) for place, row in enumerate(fields)]
    if number % 6 != 3:
        _add_interests(result, world)
    _add_tags(result, world, number)
    return result


def _merge_field(row: tuple[str, str, str], place: int, list_id: str) -> dict[str, Any]:
    tag, name, kind = row
    options: dict[str, Any] = {"size": 25}
    if kind == "address":
        options = {"default_country": 164}
    elif kind == "phone":
        options = {"phone_format": "none"}
    elif kind == "birthday":
        options = {"date_format": "MM/DD"}
    return {
        "merge_id": place + 1, "tag": tag, "name": name, "type": kind, "required": False,
        "default_value": "", "public": place < 2, "display_order": place + 2, "options": options,
        "help_text": "", "list_id": list_id,
    }  # fmt: skip


def _add_interests(result: Audience, world: World) -> None:
    for order, (title, kind, choices) in enumerate(
        (
            ("Topics", "checkboxes", names.TOPICS[:5]),
            ("How often", "radio", ("Every issue", "Quarterly digest")),
        )
    ):
        category = digest(world.seed, result.key, title)[:10]
        result.categories.append(
            {
                "list_id": result.list_id,
                "id": category,
                "title": title,
                "display_order": order,
                "type": kind,
            }
        )
        for place, name in enumerate(choices):
            result.interests.append(
                {
                    "category_id": category, "list_id": result.list_id, "name": name,
                    "id": digest(world.seed, result.key, title, name)[:10], "display_order": place + 1,
                }
            )  # fmt: skip


def _add_tags(result: Audience, world: World, number: int) -> None:
    labels = list(names.TAGS[: 4 + number % 8])
    if number == 0:
        labels += [f"call {day:02}" for day in range(1, 61)]
    for place, label in enumerate(labels):
        tag = 5_000_000 + 1_000 * number + place
        result.tags[tag] = Tag(tag, label, world.start + DAY, world.start + DAY)


def merge_values(
    audience: Audience, person: Person, family: str, organisation: str, detail: float
) -> dict[str, Any]:
    """What the person filled in; `detail` from 0 (nothing but an address) to 1 (everything)."""
    known = {
        **dict.fromkeys(GIVEN, person.given), **dict.fromkeys(FAMILY, family),
        **dict.fromkeys(ORGANISATION, organisation),
        "NAME": f"{family} {person.given}" if person.family_first else f"{person.given} {family}",
        "COUNTRY": person.country, "MMERGE6": person.country, "PAYS": person.country,
        "ROLE": person.job_title, "JOBTITLE": person.job_title,
    }  # fmt: skip
    values: dict[str, Any] = {}
    for place, item in enumerate(audience.merge_fields):
        filled = detail * len(audience.merge_fields) > place
        values[item["tag"]] = known.get(item["tag"], "") if filled else ""
        if item["type"] == "address" and detail > 0.7:
            values[item["tag"]] = {
                "addr1": f"{person.index + 1} Example Road", "addr2": "", "city": person.city,
                "state": "", "zip": "1000", "country": person.country,
            }  # fmt: skip
    return values
