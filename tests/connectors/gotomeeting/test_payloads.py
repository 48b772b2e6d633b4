"""What cophub reads of GoTo, held against the vendor's specifications and published answers.

They are the vendor's, so they are not kept here: COPHUB_VENDOR_FILES names the folder they are in.
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from cophub.connectors.gotomeeting import payloads
from cophub.connectors.gotomeeting.client import decoded
from cophub.connectors.gotomeeting.payloads import Payload

MEETING = "goto/gotomeeting-v1.openapi3.json"
WEBINAR = "goto/gotowebinar-v2.trimmed.openapi3.json"
W = "/organizers/{organizerKey}/webinars/{webinarKey}"
ROWS: list[tuple[str, str, type[Payload]]] = [
    (MEETING, "/organizers", payloads.Organizer),
    (MEETING, "/groups", payloads.Group),
    (MEETING, "/historicalMeetings", payloads.Held),
    (MEETING, "/organizers/{organizerKey}/historicalMeetings", payloads.Held),
    (MEETING, "/groups/{groupKey}/historicalMeetings", payloads.Held),
    (MEETING, "/upcomingMeetings", payloads.Meeting),
    (MEETING, "/groups/{groupKey}/upcomingMeetings", payloads.Meeting),
    (MEETING, "/meetings/{meetingId}/attendees", payloads.Attendee),
    (MEETING, "/organizers/{organizerKey}/attendees", payloads.Attendee),
    (MEETING, "/groups/{groupKey}/attendees", payloads.Attendee),
    (WEBINAR, f"{W}/sessions/{{sessionKey}}/attendees", payloads.Participant),
    (WEBINAR, f"{W}/registrants/{{registrantKey}}", payloads.Registrant),
]
# Seen in newer answers only; told by one of several calls; in the whole of a registrant only.
ELSEWHERE = {"recording", "sessionId"}


def resolved(specification: Any, schema: Any) -> Any:
    """A schema with its references followed, and of a list its rows."""
    while "$ref" in schema or "items" in schema:
        if "items" in schema:
            schema = schema["items"]
            continue
        found = specification
        for word in schema["$ref"].split("/")[1:]:
            found = found[word.replace("~1", "/")]
        schema = found
    return schema


def schema_of(folder: Path, file: str, path: str) -> tuple[Any, Any]:
    """The specification, and the schema of a call's rows."""
    specification = json.loads((folder / file).read_text())
    answer = specification["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    return specification, resolved(specification, schema)


@pytest.mark.parametrize(("file", "path", "kind"), ROWS, ids=lambda value: str(value)[-40:])
def test_every_field_that_is_read_is_one_of_the_vendors(
    vendor_files: Path, file: str, path: str, kind: type[Payload]
):
    _, schema = schema_of(vendor_files, file, path)
    read = {one.encode_name for one in msgspec.structs.fields(kind)}
    assert read - set(schema["properties"]) <= ELSEWHERE


@pytest.mark.parametrize(("file", "path", "kind"), ROWS, ids=lambda value: str(value)[-40:])
def test_a_row_of_the_vendors_types_is_read_and_so_is_one_of_texts(
    vendor_files: Path, file: str, path: str, kind: type[Payload]
):
    """Numbers come as text elsewhere, and keys change their type from call to call."""
    specification, schema = schema_of(vendor_files, file, path)
    example = {n: value_of(specification, s) for n, s in schema["properties"].items()}
    msgspec.convert(example, kind)
    texts = {n: str(v) if isinstance(v, int) else v for n, v in example.items()}
    msgspec.convert(texts, kind)


def value_of(specification: Any, schema: Any) -> Any:
    """A value of a schema's type."""
    if schema.get("type") == "array":
        return [value_of(specification, schema["items"])]
    schema = resolved(specification, schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {n: value_of(specification, s) for n, s in schema["properties"].items()}
    kinds = {"integer": 2**61 + 1, "number": 1.5, "boolean": True, "array": []}
    if schema.get("format") == "date-time":
        return "2015-07-01T22:00:00Z"
    return kinds.get(schema.get("type", "string"), "text")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/organizers/{organizerKey}/sessions", payloads.SessionPage),
        ("/accounts/{accountKey}/webinars", payloads.WebinarPage),
    ],
)
def test_pages_of_webinars_are_as_described(vendor_files: Path, path: str, page: type[Payload]):
    specification, schema = schema_of(vendor_files, WEBINAR, path)
    assert {"_embedded", "page"} <= set(schema["properties"])
    embedded = resolved(specification, schema["properties"]["_embedded"])
    inner = next(one for one in msgspec.structs.fields(page) if one.name == "embedded").type
    (names,) = [one.encode_name for one in msgspec.structs.fields(get_args(inner)[0])]
    row = resolved(specification, embedded["properties"][names])
    kind = payloads.WebinarSession if "session" in names else payloads.Webinar
    assert {one.encode_name for one in msgspec.structs.fields(kind)} <= set(row["properties"])
    told = resolved(specification, schema["properties"]["page"])["properties"]
    assert {"totalPages", "number"} <= set(told)


def test_both_envelopes_of_registrants_are_read(vendor_files: Path):
    specification, _ = schema_of(vendor_files, WEBINAR, f"{W}/registrants/{{registrantKey}}")
    schema = specification["components"]["schemas"]["RegistrantPaginatedResponse"]
    assert {"data", "total"} <= set(schema["properties"])
    paged, _ = decoded(b'{"data":[{"registrantKey":1}],"total":1}', payloads.RegistrantPage)
    bare, _ = decoded(b'[{"registrantKey":1}]', payloads.RegistrantPage)
    assert paged.data is not None and bare.items is not None
    assert bytes(paged.data[0]) == bytes(bare.items[0])


def test_published_answers_are_read(vendor_files: Path):
    """A recurring meeting with a date that has a dot and no fraction; a refresh without a token."""
    from cophub.connectors.gotomeeting.login import Answer

    samples = json.loads((vendor_files / "goto/samples.json").read_text())
    listed = next(one["body"] for one in samples if "G2M/rest/meetings (legacy" in one["endpoint"])
    assert payloads.instant(listed[0]["startTime"]).isoformat() == "2015-02-17T00:10:33+00:00"
    assert payloads.instant(listed[0]["createTime"]) is None
    token = next(one["body"] for one in samples if "refresh_token" in one["endpoint"])
    assert msgspec.convert(token, Answer).refresh_token is None


def test_the_sign_in_is_what_the_vendor_serves(vendor_files: Path):
    told = json.loads((vendor_files / "goto/oauth-authorization-server.json").read_text())
    assert "S256" in told["code_challenge_methods_supported"]
    assert "client_secret_basic" in told["token_endpoint_auth_methods_supported"]
    assert told["token_endpoint"].endswith("/oauth/token")
    assert told["authorization_endpoint"].endswith("/oauth/authorize")
