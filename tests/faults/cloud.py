"""A small CommunityCloud: two communities with members, a calendar and a library."""

import hashlib
import json
from typing import Any
from urllib.parse import parse_qs

from cophub.sandbox.server import Request, Response
from tests.connectors.dgroupsarchive.conftest import STATS
from tests.connectors.dgroupsarchive.server import KEY, SECRET
from tests.faults.shelf import Shelf

PATHS = ("food", "food/soil")


class Cloud(Shelf):
    """Answers signed calls; who left is simply not there any more."""

    def __init__(self) -> None:
        super().__init__()
        self.members = {
            path: {f"m{len(path)}{n:06}": f"Person {n}" for n in range(18)} for path in PATHS
        }
        self.events = {
            path: {f"e{len(path)}{n:06}": f"Call {n}" for n in range(12)} for path in PATHS
        }
        self.papers = {
            path: {f"r{len(path)}{n:06}": f"Paper {n}" for n in range(12)} for path in PATHS
        }
        self.key = ""
        """What a signature must have been made with beside the secret: the API key of today."""

    def answer(self, request: Request) -> Response:
        """The answer to one call of either version of the API."""
        community, _, rest = request.path.strip("/").partition("/__api/")
        version, _, route = rest.partition("/")
        if route == "time":
            return Response(200, f"{self.now:%Y-%m-%dT%H:%M:%S}".encode(), {}, "text/plain")
        if not self._signed(request, version, route):
            return Response(401, b'{"message": "signature"}')
        if route == "list-members":
            rows = [f"{key} {name} <{key}@example.org>"
                    for key, name in self.members[community].items()]  # fmt: skip
            return Response(200, "\r\n".join(rows).encode(), {}, "text/plain")
        found = self._found(community, route)
        return Response(404, b"{}") if found is None else Response(200, json.dumps(found).encode())

    def _signed(self, request: Request, version: str, route: str) -> bool:
        given = {name.lower(): value for name, value in request.headers.items()}
        if version == "v1":
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            return form.get("signature") == _hex(route + KEY + SECRET + form["request-time"])
        time = given.get("x-ecs-api-requesttime", "")
        return given.get("authorization") == _hex(request.path + KEY + SECRET + time)

    def _found(self, community: str, route: str) -> Any:
        people, papers = self.members[community], self.papers[community]
        return {
            "stats/basic": {**STATS, "DisplayName": community, "Members": len(people)},
            "stats/weeklyactivity": [
                {"DisplayName": community, "Uri": f"/{community}", "WeeklyActivity": [1, 0, 7]}
            ],
            "members": [
                {"ID": key, "FirstName": name, "LastName": "Keita", "Email": f"{key}@example.org"}
                for key, name in people.items()
            ],
            "calendar": [
                {"ID": key, "DisplayName": name, "StartDate": "2026-06-01T09:00:00Z"}
                for key, name in self.events[community].items()
            ],
            "tags": [{"ID": "1", "DisplayName": "Guides", "ItemCount": len(papers)}],
            "tags/1": [
                {"ID": key, "DisplayName": name, "MediaType": "application/pdf", "Size": 12}
                for key, name in papers.items()
            ],
        }.get(route)


def _hex(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def the_cloud_changes(box: Cloud) -> None:
    """In each community two left, one came, and an event and a document are others."""
    box.advance(days=4)
    with box.changing():
        for path in PATHS:
            for of in (box.members, box.events, box.papers):
                here = of[path]
                for key in list(here)[2:4]:
                    del here[key]
                here[f"n{len(path)}{len(here):02}{box.now:%m%d}"] = "New"
                here[next(iter(here))] = f"Changed {box.now:%d}"


def somebody_joins(box: Cloud) -> None:
    """One more in each list, and one who was there is called otherwise."""
    number = box.requests.total()
    with box.changing():
        for of in (box.members, box.events, box.papers):
            of["food"][f"l{number:07}"] = f"Late {number}"
            of["food"][list(of["food"])[1]] = f"Changed {number}"
