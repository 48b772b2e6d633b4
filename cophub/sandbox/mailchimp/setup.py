"""How the audiences are set up: their merge fields, interests, tags and habits, all unlike."""

from typing import Any

from cophub.sandbox import names
from cophub.sandbox.mailchimp.state import Audience, Tag, digest
from cophub.sandbox.world import DAY, Person, World

FieldRow = tuple[str, str, str]


def _texts(*pairs: str) -> tuple[FieldRow, ...]:
    """`"ORG=Employer"` as a text field with that tag and name."""
    return tuple((tag, name, "text") for tag, _, name in (pair.partition("=") for pair in pairs))


# Per audience: (tag, name, type) of each field. FNAME and LNAME are only the vendor's default.
MERGE_FIELDS: tuple[tuple[FieldRow, ...], ...] = (
    (
        *_texts("FNAME=First Name", "LNAME=Last Name"), ("ADDRESS", "Address", "address"),
        ("PHONE", "Phone Number", "phone"), ("BIRTHDAY", "Birthday", "birthday"),
    ),
    _texts("FNAME=First Name", "LNAME=Last Name", "ORG=Organization", "COUNTRY=Country", "JOB=Job"),
    _texts("FIRSTNAME=First name", "SURNAME=Surname", "MMERGE5=Institution", "MMERGE6=Country"),
    _texts("NAME=Full name", "ORG=Employer"),
    _texts("FNAME=Prénom", "LNAME=Nom", "ORGANISME=Organisme", "PAYS=Pays"),
    _texts("FNAME=First Name", "LNAME=Last Name", "JOBTITLE=Position", "COMPANY=Company"),
)  # fmt: skip
CROWD_FIELDS = _texts("FNAME=First Name", "LNAME=Last Name", "ORG=Organization", "COUNTRY=Country")
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
        if not crowd:
            _add_consent(result, world)
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
    topics, often = names.TOPICS[:5], ("Every issue", "Quarterly digest")
    _add_category(result, world, "Topics", "checkboxes", topics)
    _add_category(result, world, "How often", "radio", often)


def _add_consent(result: Audience, world: World) -> None:
    _add_category(result, world, "Privacy", "checkboxes", ("List me in the directory",))
    result.consent = result.interests[-1]["id"]


def _add_category(
    result: Audience, world: World, title: str, kind: str, choices: tuple[str, ...]
) -> None:
    category = digest(world.seed, result.key, title)[:10]
    order, own = len(result.categories), {"list_id": result.list_id}
    result.categories.append(
        {**own, "id": category, "title": title, "display_order": order, "type": kind}
    )
    for place, name in enumerate(choices):
        interest = digest(world.seed, result.key, title, name)[:10]
        row = {"category_id": category, "id": interest, "name": name, "display_order": place + 1}
        result.interests.append({**own, **row})


def _add_tags(result: Audience, world: World, number: int) -> None:
    calls = [f"call {day:02}" for day in range(1, 61)] if number == 0 else []
    for place, label in enumerate((*names.TAGS[: 4 + number % 8], *calls)):
        tag = 5_000_000 + 1_000 * number + place
        result.tags[tag] = Tag(tag, label, world.start + DAY, world.start + DAY)
        if label in calls:
            result.call_tags.append(tag)


def merge_values(
    audience: Audience, person: Person, family: str, organisation: str, detail: float
) -> dict[str, Any]:
    """What the person filled in; `detail` from 0 (nothing but an address) to 1 (everything)."""
    first = person.family_first
    names_in_order = (family, person.given) if first else (person.given, family)
    known = {
        **dict.fromkeys(GIVEN, person.given), **dict.fromkeys(FAMILY, family),
        **dict.fromkeys(ORGANISATION, organisation),
        "NAME": " ".join(filter(None, names_in_order)),
        "COUNTRY": person.country, "MMERGE6": person.country, "PAYS": person.country,
        "JOB": person.job_title, "JOBTITLE": person.job_title,
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
