"""The emulated answers against the vendor's own descriptions and published payloads.

Both are read from the folder that COPHUB_VENDOR_FILES names; they are not part of this repository.
Where published payloads break the description, the emulation follows the payloads: dates have a dot
that no fraction follows, `passwordRequired` is a text, and `createTime` is empty.
"""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cophub.sandbox import GotoSandbox

Json = dict[str, Any]
ROOTS = {
    "gotomeeting-v1.openapi3.json": "/G2M/rest",
    "gotowebinar-v2.trimmed.openapi3.json": "/G2W/rest/v2",
}
UNDECLARED = {
    # Newer answers add these; the description that is public is older.
    "HistoricalMeeting": {"recording"},
    # Demanded, and described nowhere; the short id is described under another spelling.
    "Webinar": {"webinarId", "status"},
}
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    if not isinstance(value, str) or value == "":
        return True
    return datetime.fromisoformat(value).tzinfo is not None


@pytest.fixture(scope="session")
def vendor_files() -> Path:
    """The folder of the vendor's descriptions and payloads."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES names no folder with the vendors' own descriptions")
    return Path(folder) / "goto"


def strict(components: Json) -> Json:
    """The schemas, allowing no property that they do not name."""
    for name, schema in components["schemas"].items():
        if "properties" not in schema:
            continue
        schema.setdefault("type", "object")
        schema.setdefault("additionalProperties", False)
        for extra in UNDECLARED.get(name, ()):
            schema["properties"].setdefault(extra, {})
        if "passwordRequired" in schema["properties"]:
            schema["properties"]["passwordRequired"] = {"enum": [True, False, "true", "false", ""]}
    return components


def ids(shown: GotoSandbox) -> dict[str, str]:
    """Something for every brace in a path."""
    webinar = next(
        each
        for each in shown.webinars.by_key.values()
        if not each.organizer.admin
        and each.sessions
        and each.sessions[0].start > shown.timeline.now - 300 * 86_400
    )
    return {
        "organizerKey": str(webinar.organizer.key),
        "groupKey": str(shown.account.groups[0].key),
        "meetingId": str(shown.calendar.rooms[0].id),
        "accountKey": str(shown.account.key),
        "webinarKey": str(webinar.key),
        "sessionKey": str(webinar.sessions[0].key),
        "registrantKey": str(webinar.registrants[0].key),
    }


def errors(document: Json, schema: Json, answer: Any) -> list[str]:
    """What the description finds wrong with an answer."""
    whole = {**schema, "components": document["components"]}
    found = Draft202012Validator(whole, format_checker=formats).iter_errors(answer)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found]


def rows_of(answer: Any) -> list[Any]:
    """The rows of an answer, whatever envelope it is in."""
    if isinstance(answer, dict) and "_embedded" in answer:
        return list(next(iter(answer["_embedded"].values())))
    return answer if isinstance(answer, list) else [answer]


@pytest.mark.parametrize("name", ROOTS)
def test_every_read_path_answers_as_the_vendor_describes_it(
    name: str,
    vendor_files: Path,
    shown: GotoSandbox,
    reader: httpx.Client,
    sign_in: Callable[..., httpx.Client],
    year: dict[str, str],
) -> None:
    """Types, required and additional properties; and there is something to check each time."""
    document: Json = json.loads((vendor_files / name).read_text())
    strict(document["components"])
    asked, host = 0, sign_in(shown, shown.account.hosts[0])
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        address = ROOTS[name] + re.sub(r"\{(\w+)\}", lambda found: ids(shown)[found[1]], path)
        content = methods["get"]["responses"]["200"]["content"]["application/json"]
        own = path in ("/meetings", "/historicalMeetings", "/upcomingMeetings")
        queries: list[dict[str, str]] = [year]
        if path.endswith("/meetings"):
            queries = [{**year, "history": "true"}]
            queries += [] if path.startswith("/groups") else [{}]
        if path.endswith("/registrants"):
            queries.append({"page": "0", "limit": "5"})
        for query in queries:
            if path == "/meetings" and not query:
                # Planned ones have a schema of their own, which the path does not name.
                content = {"schema": {"items": {"$ref": "#/components/schemas/MeetingScheduled"}}}
            answer = (host if own else reader).get(address, params=query).raise_for_status().json()
            assert rows_of(answer), address
            assert errors(document, content["schema"], answer) == [], address
            asked += 1
    assert asked >= 13


def kind(value: object) -> str:
    """The JSON type of a value, and of a text what it looks like."""
    text = str(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\+0000", text):
        return "dotted instant"
    return "empty" if value == "" else type(value).__name__


def test_planned_meetings_are_written_like_the_published_one(
    vendor_files: Path, shown: GotoSandbox, sign_in: Callable[..., httpx.Client]
) -> None:
    """The same names with the same JSON types, odd dates and texts for truth values included."""
    samples = json.loads((vendor_files / "samples.json").read_text())
    published = next(
        each["body"][0] for each in samples if "GET /G2M/rest/meetings" in each["endpoint"]
    )
    host = sign_in(shown, shown.account.hosts[0])
    ours = host.get("/G2M/rest/meetings").json()[0]
    assert {k: kind(v) for k, v in ours.items()} == {k: kind(v) for k, v in published.items()}


def test_an_unknown_path_and_a_refresh_answer_like_the_published_ones(
    vendor_files: Path, sandbox: GotoSandbox
) -> None:
    """With no refresh token in the answer where none is given."""
    samples = json.loads((vendor_files / "samples.json").read_text())
    unrouted = next(each for each in samples if each.get("status") == 404)
    ours = httpx.get(f"{sandbox.base_url}/nowhere")
    assert (ours.status_code, ours.json().keys()) == (404, unrouted["body"].keys())
    assert ours.json()["errorCode"] == unrouted["body"]["errorCode"]
    sandbox.oauth.rotation = "none"
    published = next(each["body"] for each in samples if "oauth/token" in each["endpoint"])
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token()}
    auth = (sandbox.client_id, sandbox.client_secret)
    answer = httpx.post(f"{sandbox.base_url}/oauth/token", data=form, auth=auth).json()
    assert published.keys() <= answer.keys()
    assert {k: kind(answer[k]) for k in published} == {k: kind(v) for k, v in published.items()}


def test_the_token_endpoint_offers_what_the_metadata_says(
    vendor_files: Path, sandbox: GotoSandbox
) -> None:
    """Each grant is known, a client may tell its secret in either place, and only S256 counts."""
    metadata = json.loads((vendor_files / "oauth-authorization-server.json").read_text())
    secret = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    for grant in metadata["grant_types_supported"]:
        form = {"grant_type": grant, **secret}
        answer = httpx.post(f"{sandbox.base_url}/oauth/token", data=form)
        assert answer.json()["error"] == "invalid_grant"
    query = {"client_id": sandbox.client_id, "response_type": "code", "redirect_uri": "http://x/"}
    for method, status in (("S256", 302), ("plain", 400)):
        assert (method in metadata["code_challenge_methods_supported"]) == (status == 302)
        asked = {**query, "code_challenge": "c", "code_challenge_method": method}
        address = f"{sandbox.base_url}/oauth/authorize"
        assert httpx.get(address, params=asked).status_code == status
