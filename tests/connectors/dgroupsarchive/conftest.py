"""A site with two communities of invented people, and contexts that ask it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context
from cophub.connectors import dgroupsarchive

from .server import KEY, SECRET, Site

Ask = Callable[..., Context[Any]]

STATS = {
    "DisplayName": "Food Forum", "Uri": "https://groups.example/food", "Age": 12, "Members": 3,
    "Contributions": 40, "Contributors": 2, "Countries": 2,
    "FirstContribution": "/Date(1386028800000+0000)/",
    "LastContribution": "2016-02-01T10:00:00.0000000Z",
}  # fmt: skip
PROFILES = [
    {
        "ID": "a1b2c3d4", "GUID": "11111111-2222-3333-4444-555555555555", "FirstName": "Ada ",
        "LastName": "Keita", "Email": "Ada.Keita@Example.org", "Organization": "FAO",
        "Position": "Officer", "CountryISO31662": "ML", "Telephone": "+223 1", "Title": "Ms",
        "PasswordHash": "5f4dcc3b5aa765d61d8327deb882cf99", "TimeZone": "GMT",
    },
    {"ID": "e5f6a7b8", "FirstName": "", "LastName": None, "Email": "bo@example.org"},
]  # fmt: skip
ROWS = (
    "a1b2c3d4\tAda Keita\tada.keita@example.org\r\n"
    "\r\n"
    "e5f6a7b8 Bo <BO@Example.org>\r\n"
    "0badf00d Cy Cy@Example.org\r\n"
)
WEEKS = [
    {"DisplayName": "Food", "Uri": "https://groups.example/food", "WeeklyActivity": [1, 0, 7]},
    {"DisplayName": "Soil", "Uri": "/food/soil", "ShortUri": "soil", "WeeklyActivity": [2]},
]
CALENDAR = [
    {
        "ID": "ev000001", "DisplayName": "Webinar", "StartDate": "/Date(1464771600000+0200)/",
        "EndDate": "2016-06-01T10:00:00Z", "Duration": 60, "Location": "online",
        "Url": "/food/calendar/ev000001",
    },
    {"ID": "ev000002", "DisplayName": "Some day", "StartDate": "0001-01-01T00:00:00"},
]  # fmt: skip
TAGS = [
    {"ID": "1", "DisplayName": "Guides", "ItemCount": 1,
     "ChildTags": [{"ID": "2", "DisplayName": "Soil guides", "ItemCount": 1}]},
    {"ID": "3", "DisplayName": "Empty", "ItemCount": 0},
]  # fmt: skip
RESOURCE = {
    "ID": "re000001", "DisplayName": "A guide", "MediaUri": "/food/file/guide.pdf",
    "MediaType": "application/pdf", "Size": 1234, "Tags": ["soil", "guide"],
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that answers as the vendor's service model says."""
    server = Site()
    server.answers = {
        "food/stats/basic": STATS,
        "food/stats/weeklyactivity": WEEKS,
        "food/members": PROFILES,
        "food/list-members": ROWS,
        "food/calendar": CALENDAR,
        "food/tags": TAGS,
        "food/tags/1": [RESOURCE],
        "food/tags/2": [RESOURCE],
        "food/soil/stats/basic": {"DisplayName": "Soil", "Members": 1},
        "food/soil/stats/weeklyactivity": [],
        "food/soil/members": [PROFILES[0]],
        "food/soil/list-members": "a1b2c3d4",
        "food/soil/calendar": [],
        "food/soil/tags": [],
    }
    server.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(site, **settings)`: a context for that site; waits take no time."""

    def make(site: Site, **settings: Any) -> Context[Any]:
        given = {
            "base_url": site.base_url, "key": KEY, "secret": SECRET,
            "communities": ["food", "food/soil"],
        } | settings  # fmt: skip
        return context(
            dgroupsarchive.Settings(**given),
            limits=dgroupsarchive.LIMITS,
            sleep=lambda seconds: None,
        )

    return make
