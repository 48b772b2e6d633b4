"""The vendors of the demo: invented, over HTTP on this machine, all about the same people."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cophub.http import MemoryTokens, TokenStore, Transport
from cophub.sandbox import MailchimpSandbox, MicrosoftSandbox
from cophub.sandbox.mailinglist import MailingList

if TYPE_CHECKING:
    from cophub.sync.results import SourceSpec

SEED = 7
MARK = "# Written by `cophub demo`"
FASTER = 1_000
"""How much faster than ours the vendors' clock runs, so that nobody waits for their pace."""
_LISTS = (0, 3)
"""The communities that have a mailing list besides their newsletter."""


class InventedVendors:
    """MailChimp, SharePoint and Yammer over HTTP, and lists on disk, as they stand at `now`.

    Use it as a context manager. `began` is where the invented time stood at the first demo.
    """

    def __init__(self, folder: Path, began: datetime, now: datetime) -> None:
        self._folder = folder
        self.mailchimp = MailchimpSandbox(seed=SEED, now=began)
        self.microsoft = MicrosoftSandbox(seed=SEED, now=began)
        self.microsoft.concealed = False
        self._vendors = (self.mailchimp, self.microsoft)
        for vendor in self._vendors:
            vendor.advance(seconds=(now - began).total_seconds())
        self.lists = [MailingList(self.mailchimp.world, number) for number in _LISTS]
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
        return Transport(
            spec.connector.limits,
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
base_url = "{self.mailchimp.base_url}"     # answers only while the demo runs
"""

    def _intranet(self) -> str:
        box = self.microsoft
        first, *others = [box.site_url(number) for number in range(len(box.world.communities))]
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
ways = ["rest", "graph", "export"]
base_url = "{box.base_url}"
"""

    def _communities(self) -> list[str]:
        archives = {each.key: f"{each.key}-list:{each.key}" for each in self.lists}
        tables = []
        for number, community in enumerate(self.mailchimp.world.communities):
            spaces = [
                f"newsletter:{self.mailchimp.audiences[number].list_id}",
                f"intranet:{self.microsoft.sharepoint.site(number).id}",
                f"yammer:{self.microsoft.tenant.communities[number].yammer_id}",
            ]
            spaces += [archives[community.key]] if community.key in archives else []
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
