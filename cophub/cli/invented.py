"""The vendors of the demo: invented, over HTTP on this machine, all about the same people."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cophub.cli.demo import MARK
from cophub.http import Limits, MemoryTokens, TokenStore, Transport
from cophub.sandbox import GotoSandbox, GroupsioSandbox, MailchimpSandbox, MicrosoftSandbox
from cophub.sandbox.mailinglist import MailingList

if TYPE_CHECKING:
    from cophub.sync.results import SourceSpec

SEED = 7
PEOPLE, COMMUNITIES = 600, 12
FASTER = 1_000
"""How much faster than ours the vendors' clock runs, so that nobody waits for their pace."""

TOOLS = (
    "news site yammer calls list",
    "news site dgroups calls",
    "news site yammer calls",
    "news yammer calls list",
    "news dgroups calls",
    "news site yammer calls",
    "site yammer dgroups",
    "news dgroups calls",
    "site yammer calls",
    "news dgroups calls",
    "site yammer calls",
    "news site yammer dgroups calls",
)
"""Where each community lives: no two organisations chose alike."""


def on(tool: str) -> list[int]:
    """The communities that use a tool, by number."""
    return [number for number, tools in enumerate(TOOLS) if tool in tools.split()]


class InventedVendors:
    """MailChimp, Microsoft, Dgroups and GoTo over HTTP, and lists on disk, as they stand at `now`.

    Use it as a context manager. `began` is where the invented time stood at the first demo.
    """

    def __init__(self, folder: Path, began: datetime, now: datetime) -> None:
        self._folder = folder
        self.mailchimp = MailchimpSandbox(
            seed=SEED, people=PEOPLE, audiences=COMMUNITIES, now=began
        )
        self.microsoft = MicrosoftSandbox(
            seed=SEED, people=PEOPLE, communities=COMMUNITIES, now=began
        )
        self.microsoft.concealed = False
        self.groupsio = GroupsioSandbox(
            seed=SEED, people=PEOPLE, communities=COMMUNITIES, now=began
        )
        self.goto = GotoSandbox(seed=SEED, people=PEOPLE, communities=COMMUNITIES, now=began)
        self._vendors = (self.mailchimp, self.microsoft, self.groupsio, self.goto)
        for vendor in self._vendors:
            vendor.advance(seconds=(now - began).total_seconds())
        self.lists = [MailingList(self.mailchimp.world, number) for number in on("list")]
        for each in self.lists:
            each.write(folder / "mail" / each.key, now)

    def __enter__(self) -> Self:
        for vendor in self._vendors:
            vendor.start()
        self._write_config()
        return self

    def __exit__(self, *_: object) -> None:
        for vendor in self._vendors:
            vendor.stop()

    @property
    def requests(self) -> int:
        """How often the vendors were asked."""
        return sum(vendor.requests.total() for vendor in self._vendors)

    def tokens(self, source: str) -> TokenStore:
        """Where somebody has signed in to Yammer already."""
        tokens = MemoryTokens()
        if source == "yammer":
            tokens.set(
                f"{source}-microsoft", self.microsoft.refresh_token(self.microsoft.tenant.admin)
            )
        return tokens

    def transport(self, spec: "SourceSpec") -> Transport:
        """A way to a vendor whose clock runs faster: its pace is kept, and takes no time."""
        clock: Callable[[], float] = lambda: time.monotonic() * FASTER  # noqa: E731
        limits = spec.connector.limits or Limits()
        return Transport(
            replace(limits, budget=limits.budget * FASTER),
            clock=clock,
            sleep=lambda seconds: time.sleep(seconds / FASTER),
        )

    def _write_config(self) -> None:
        """A plugins.toml as a team would write it, but for the addresses of the vendors."""
        certificate = self._folder / "certificate.pem"
        certificate.touch(mode=0o600)
        certificate.write_text(self.microsoft.certificate, encoding="utf-8")
        file = self._folder / "plugins.toml"
        file.touch(mode=0o600)
        parts = [_HUB, self._newsletter(), self._intranet(), self._yammer()]
        parts += [self._dgroups(), self._calls()]
        parts += [_list_table(each) for each in self.lists]
        parts += self._communities()
        file.write_text("\n".join(parts), encoding="utf-8")

    def _newsletter(self) -> str:
        return f"""\
[sources.newsletter]
connector = "mailchimp"
every = "6 hours"
[sources.newsletter.settings]
api_key = "{self.mailchimp.api_key}"
audiences = {self._all("news")}
base_url = "{self.mailchimp.base_url}"     # answers only while the demo runs
"""

    def _intranet(self) -> str:
        box = self.microsoft
        first, *others = [box.site_url(number) for number in on("site")]
        return f"""\
[sources.intranet]
connector = "sharepoint"
every = "6 hours"
[sources.intranet.settings]
site_url = "{first}"
sites = {json.dumps(others)}
tenant = "{box.tenant_id}"
client_id = "{box.client_id}"
certificate = "certificate.pem"
base_url = "{box.base_url}"
"""

    def _yammer(self) -> str:
        box = self.microsoft
        return f"""\
[sources.yammer]
connector = "yammer"
every = "1 hour"
[sources.yammer.settings]
tenant = "{box.tenant_id}"
client_id = "{box.client_id}"
client_secret = "{box.client_secret}"
groups = {self._all("yammer")}
ways = ["rest", "graph", "export"]
base_url = "{box.base_url}"
"""

    def _dgroups(self) -> str:
        return f"""\
[sources.dgroups]
connector = "dgroups"
every = "6 hours"
[sources.dgroups.settings]
api_key = "{self.groupsio.api_key}"
groups = {self._all("dgroups")}
base_url = "{self.groupsio.base_url}"
"""

    def _calls(self) -> str:
        since = datetime.fromtimestamp(self.goto.world.start, UTC).date()
        return f"""\
[sources.calls]
connector = "gotomeeting"
every = "1 day"
[sources.calls.settings]
client_id = "{self.goto.client_id}"
client_secret = "{self.goto.client_secret}"
personal_access_token = "{self.goto.pat}"
since = "{since}"
base_url = "{self.goto.base_url}"
"""

    def _spaces(self, tool: str, number: int) -> list[str]:
        """The keys of a community's spaces at a vendor, or the rule that finds its calls."""
        community = self.mailchimp.world.communities[number]
        groups = self.groupsio.state.groups.values()
        keys: dict[str, Callable[[], list[str]]] = {
            "news": lambda: [self.mailchimp.audiences[number].list_id],
            "site": lambda: [self.microsoft.sharepoint.site(number).id],
            "yammer": lambda: [str(self.microsoft.tenant.communities[number].yammer_id)],
            "dgroups": lambda: [str(each.id) for each in groups if each.community == number],
            "calls": lambda: [f"subject={community.key.upper()}*"],
            "list": lambda: [community.key],
        }
        return keys[tool]()

    def _all(self, tool: str) -> str:
        """The spaces at a vendor that a source takes, as TOML."""
        return json.dumps([key for number in on(tool) for key in self._spaces(tool, number)])

    def _communities(self) -> list[str]:
        sources = {
            "news": "newsletter", "site": "intranet", "yammer": "yammer", "dgroups": "dgroups",
            "calls": "calls",
        }  # fmt: skip
        tables = []
        for number, community in enumerate(self.mailchimp.world.communities):
            spaces = [
                f"{sources.get(tool, f'{community.key}-list')}:{key}"
                for tool in TOOLS[number].split()
                for key in self._spaces(tool, number)
            ]
            tables.append(f"""\
[communities.{community.key}]
title = "{community.title}"
domain = "{community.domain}"
spaces = {json.dumps(spaces)}
""")
        return tables


_HUB = f"""\
{MARK}, which writes it again each time. The vendors in it are invented.

[hub]
warehouse = "sqlite:///cophub.db"
site = "site"
timezone = "Europe/Geneva"
"""


def _list_table(each: MailingList) -> str:
    return f"""\
[sources.{each.key}-list]
connector = "mailarchive"
every = "1 day"
[sources.{each.key}-list.settings]
list = "{each.key}"
path = "mail/{each.key}"
title = "{each.community.title}"
address = "{each.address}"
visibility = "public"
"""
