"""A year of a large tenant under the vendor's published limits, by a clock 1,000 times faster.

Right to the last row, with nearly as few requests as can be, through kills; and afterwards a run
that asks for what changed and no more.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from psutil import Process
from sqlalchemy import select

from cophub.http import FileTokens
from cophub.sandbox import MicrosoftSandbox
from cophub.sandbox.microsoft.yammer.feeds import BUSY, LIMIT
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sizes import sized
from tests.sync import tenant_syncer

SPEED = 1_000
ROWS_A_PAGE, ROWS_A_PAGE_BY_GRAPH = 5_000, 1_000
PAGES = ("/items", "/delta")
COLUMNS = {"email": "E-mail", "name": "Title", "joined_at": "Start Date", "left_at": "End Date"}


@dataclass
class Tenant:
    """A tenant, a warehouse for it, and the process that syncs one into the other."""

    box: MicrosoftSandbox
    folder: Path
    source: str
    streams: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'hub.db'}"

    def sync(self, kill_at: int | None = None) -> dict[str, Any] | None:
        """One sync; its report, or None when it was killed at its request of that number."""
        self.box.requests.clear()
        order = {
            "source": self.source, "streams": self.streams, "settings": self.settings,
            "warehouse": self.url, "now": self.box.now.isoformat(), "speed": SPEED,
            "tokens": str(self.folder / "tokens"),
        }  # fmt: skip
        child = subprocess.Popen(
            [sys.executable, "-m", tenant_syncer.__name__],
            cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "COPHUB_KEY": KEY},
        )  # fmt: skip
        with self._killing(child, kill_at):
            out, _ = child.communicate(json.dumps(order).encode())
        if child.returncode == -signal.SIGKILL:
            return None
        assert child.returncode == 0
        report: dict[str, Any] = json.loads(out)
        assert (report["state"], report["error"]) == ("done", None), report
        return report

    @contextmanager
    def _killing(self, child: "subprocess.Popen[bytes]", at: int | None) -> Iterator[None]:
        def watch() -> None:
            while child.poll() is None and at is not None:
                if self.box.requests.total() >= at:
                    with self.box.changing():
                        _idle(child.pid)
                        child.kill()
                    return
                time.sleep(0.001)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        yield
        watcher.join()

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """What is there, not what is gone."""
        warehouse = Warehouse.open(self.url)
        here = t.VENDOR_TABLES[table]
        with warehouse.connect() as connection:
            query = select(*[here.c[name] for name in columns]).where(here.c.gone_at.is_(None))
            found = [tuple(row) for row in connection.execute(query)]
        warehouse.dispose()
        return found


def _idle(pid: int) -> None:
    """Wait until a process has nothing to do: what it had read by then, it has written.

    How far its writer was behind would depend on how busy the machine is.
    """
    spent, seen = -1.0, time.monotonic()
    while time.monotonic() - seen < 0.25:
        times = Process(pid).cpu_times()
        if times.user + times.system != spent:
            spent, seen = times.user + times.system, time.monotonic()
        time.sleep(0.01)


KEY = "a phrase for the tests of a tenant"


def through_kills(tenant: Tenant, *kills: int) -> tuple[dict[str, Any], Counter[str]]:
    """Sync, killed at each of these requests in turn, then to the end; and all its requests."""
    asked: Counter[str] = Counter()
    for at in kills:
        assert tenant.sync(kill_at=at) is None
        asked += tenant.box.requests
    report = tenant.sync()
    assert report is not None
    return report, asked + tenant.box.requests


# --- Yammer: 30 groups, 50,000 messages


@pytest.fixture
def yammer(tmp_path: Path) -> Iterator[Tenant]:
    box = MicrosoftSandbox(
        seed=7, people=1_000, communities=30, messages=50_000, years=1, limits=True, speed=SPEED
    )
    for space in box.yammer.state.spaces.values():
        box.tenant.join(space.group, box.tenant.service)
    with box:
        tokens = FileTokens(tmp_path / "tokens" / "yammer", KEY)
        tokens.set("yammer-microsoft", box.refresh_token())
        settings = {
            "tenant": box.tenant_id, "client_id": box.client_id, "base_url": box.base_url,
            "client_secret": box.client_secret, "ways": ["rest", "graph"],
        }  # fmt: skip
        yield Tenant(box, tmp_path, "yammer", ("groups", "messages"), settings)


def differing(found: dict[str, Any], expected: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The first few keys that differ; what pytest says of two large tables takes minutes."""
    keys = [key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)]
    return [(key, found.get(key), expected.get(key)) for key in sorted(keys)[:5]]


def written(box: MicrosoftSandbox) -> dict[str, str]:
    """Every message that is there, with the group that it is in."""
    spaces = box.yammer.state.spaces.values()
    return {str(each.id): str(space.id) for space in spaces for each in space.messages}


def fewest(box: MicrosoftSandbox) -> int:
    """Requests below which no reader gets everything: full pages of the feeds, hidden answers."""
    requests = 0
    for space in box.yammer.state.spaces.values():
        busy = {each.thread.id: each.thread for each in space.messages}
        busy = {id: thread for id, thread in busy.items() if len(thread.messages) > BUSY}
        hidden = sum(max(0, len(each.messages) - 1 - box.yammer.tail) for each in busy.values())
        requests += ceil((len(space.messages) - hidden) / LIMIT)
        requests += sum(ceil(len(thread.messages) / LIMIT) for thread in busy.values())
    return requests


def test_a_year_of_thirty_groups_is_right_to_the_last_message(yammer: Tenant) -> None:
    box = yammer.box
    least = fewest(box)
    report, asked = through_kills(yammer, 150, 700, 900)
    assert len(written(box)) > 45_000
    assert differing(dict(yammer.rows("post", "key", "space")), written(box)) == []
    counted = {key: each for key, each in yammer.rows("post", "key", "reaction_count") if each}
    there = written(box)
    told = box.truth()["yammer"]["messages"]
    liked = {str(m["id"]): m["likes"] for m in told if m["likes"] and str(m["id"]) in there}
    assert differing(counted, liked) == []
    # All that was asked for since the beginning: what a kill let be lost is asked for again.
    retried = box.limiter.refused.total()
    assert least <= asked.total() - retried <= 1.10 * least, (least, asked.total(), retried)
    assert report["streams"]["messages"]["rejected"] == 0

    quiet = yammer.sync()
    assert quiet is not None
    assert quiet["streams"]["messages"]["requests"] == 0
    assert quiet["streams"]["messages"]["changed"] == 0

    group = box.tenant.communities[3]
    for number in range(25):
        box.yammer.post(group, f"News {number}")
    box.advance(hours=1)
    later = yammer.sync()
    assert later is not None
    assert sorted(written(box).keys() - dict(yammer.rows("post", "key", "space")))[:5] == []
    assert later["streams"]["messages"]["requests"] < 0.03 * least


# --- SharePoint: a list of 20,000 rows


@pytest.fixture(params=["certificate", "client_secret"])
def intranet(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tenant]:
    box = MicrosoftSandbox(
        seed=7, people=100, communities=1, list_items=20_000, years=1, limits=True, speed=SPEED
    )
    with box:
        settings = {
            "tenant": box.tenant_id, "client_id": box.client_id, "base_url": box.base_url,
            "site_url": box.site_url(0), request.param: getattr(box, request.param),
            "lists": {"Members": {"record": "membership", "columns": COLUMNS}},
        }  # fmt: skip
        yield Tenant(box, tmp_path, "intranet", ("lists",), settings)


def on_the_list(box: MicrosoftSandbox) -> set[str]:
    """The address on each row."""
    members = box.sharepoint.list(box.sharepoint.site(0), "Members")
    return {str(item.fields["E_x002d_mail"]).lower() for item in members.items.values()}


@pytest.mark.parametrize("kills", sized([(9,)], [(), (9,)]))
def test_a_list_of_twenty_thousand_is_right_to_the_last_row(
    intranet: Tenant, kills: tuple[int, ...]
) -> None:
    box, site = intranet.box, intranet.box.sharepoint.site(0)
    graph = "client_secret" in intranet.settings
    members = box.sharepoint.list(site, "Members")
    least = ceil(len(members.items) / (ROWS_A_PAGE_BY_GRAPH if graph else ROWS_A_PAGE))
    _, asked = through_kills(intranet, *kills)
    pages = sum(n for path, n in asked.items() if str(members.id) in path and path.endswith(PAGES))
    # Whoever is killed loses the page that is parsed, the one on its way to the disk, and the next.
    # Besides, each run asks for its token, the site, its lists, their columns, its users, changes.
    assert least <= pages <= 1.10 * least + 3 * len(kills), asked
    assert asked.total() - pages <= 7 * (1 + len(kills)), asked
    emails = {email for (email,) in intranet.rows("account", "email") if email}
    assert sorted(on_the_list(box) - emails)[:5] == []
    assert len(intranet.rows("membership", "account")) == len(on_the_list(box))

    quiet = intranet.sync()
    assert quiet is not None
    assert quiet["streams"]["lists"]["changed"] == quiet["streams"]["lists"]["new"] == 0

    row = box.sharepoint.add_item(site, "Members", Title="Ann Lee", E_x002d_mail="ann@lee.example")
    later = intranet.sync()
    assert later is not None
    assert later["streams"]["lists"]["requests"] <= quiet["streams"]["lists"]["requests"] + 2
    box.sharepoint.delete_item(site, row, "Members")
    intranet.sync()
    assert len(intranet.rows("membership", "account")) == len(on_the_list(box))
