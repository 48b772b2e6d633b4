"""Where Microsoft's services answer, and how a polite client names itself there."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cophub import __version__

_UNPRINTABLE = re.compile(r"[^A-Za-z0-9 .,&_-]+")


@dataclass(frozen=True)
class Hosts:
    """The addresses of the services; with a `base_url`, such as a proxy's, all are there."""

    base_url: str | None = None

    @property
    def graph(self) -> str:
        """Microsoft Graph, without a slash at the end."""
        return self._at("https://graph.microsoft.com")

    @property
    def login(self) -> str:
        """Entra ID's sign-in, without a slash at the end."""
        return self._at("https://login.microsoftonline.com")

    @property
    def yammer(self) -> str:
        """Yammer's REST API and its export, without a slash at the end."""
        return self._at("https://www.yammer.com")

    def sharepoint(self, site_url: str) -> str:
        """The address of a site or a page of it; with a base_url, the same path there."""
        if not self.base_url:
            return site_url.rstrip("/")
        parts = urlsplit(site_url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._at('')}{parts.path.rstrip('/')}{query}"

    def _at(self, usual: str) -> str:
        return self.base_url.rstrip("/") if self.base_url else usual


def tenant_of(site_url: str) -> str:
    """The SharePoint tenant's own address, `https://contoso.sharepoint.com`, of one of its sites.

    It is the resource that tokens for SharePoint are made for.
    """
    parts = urlsplit(site_url)
    return f"https://{parts.netloc.lower()}"


def decorated(company: str) -> str:
    """The User-Agent that Microsoft asks for; traffic without one is slowed down first.

    `NONISV|Company|App/version` is the form for an organisation's own application.
    """
    name = " ".join(_UNPRINTABLE.sub(" ", company).split()) or "cophub"
    return f"NONISV|{name}|cophub/{__version__}"
