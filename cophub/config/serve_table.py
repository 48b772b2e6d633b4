"""`[serve]`: where the site is answered for, and who may sign in to it."""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from cophub.config.environment import Elsewhere
from cophub.config.tables import Table, no_duplicates

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_WHO = re.compile(r"[a-z0-9!#$%&'+/=?^_`{|}~.-]*@[a-z0-9.-]+\.[a-z0-9-]+")
_OF_ALL_TENANTS = ("common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad")
_ENTRA = (
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
)


def _url(value: str, what: str) -> str:
    """Without a slash at its end; only this machine may be spoken to in clear."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username or _odd(value):
        raise ValueError(f'"{value}" is not {what}, such as "https://cop.example.org"')
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError(f'"{value}" must begin with https://: whoever signs in is seen else')
    return value.rstrip("/")


def _odd(value: str) -> bool:
    return any(sign.isspace() or sign in "?#\\<>\"'" for sign in value)


def _address(value: str) -> str:
    url = _url(value, "the address that readers open")
    if urlsplit(url).path:
        raise ValueError(f'"{value}" has a path; the site has a name of its own: write it alone')
    return url


def _issuer(value: str) -> str:
    _url(value, "the address of an issuer")
    parts = urlsplit(value)
    tenant = parts.path.strip("/").partition("/")[0].lower()
    if parts.hostname in _ENTRA and tenant in _OF_ALL_TENANTS:
        raise ValueError(
            f'"{value}" lets in people of every organisation; write your own tenant\'s id:'
            f' "https://{parts.hostname}/TENANT-ID/v2.0"'
        )
    return value


def _who(value: str) -> str:
    """An address, or all of a domain: `@example.org`."""
    value = value.strip().lower()
    if _WHO.fullmatch(value):
        return value
    raise ValueError(
        f'"{value}" is neither an address, such as "ada@example.org", nor a domain, such as'
        ' "@example.org"'
    )


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _proxy(value: str) -> str:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f'"{value}" is not the IP address of a proxy, or its network') from None
    if network.prefixlen == 0:
        raise ValueError(f'"{value}" is everybody; write the address of the proxy alone')
    return value


def later_secret(value: Any) -> Any:
    """What is looked up when the site is served: it need not be known to other commands."""
    if isinstance(value, str) and not value:
        raise ValueError('is empty; write it, or { env = "NAME" }')
    if isinstance(value, str | Elsewhere):
        return value
    raise ValueError('must be text in quotes, or { env = "NAME" }')


Who = Annotated[str, AfterValidator(_who)]
Secret = Annotated[Any, PlainValidator(later_secret)]


class SignInTable(Table):
    """`[serve.sign_in]`: who tells who somebody is, and who may read what."""

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Secret = Field(repr=False)
    members: list[Who] = Field(default=[])
    facilitators: list[Who] = Field(default=[])
    public: bool = True

    @model_validator(mode="after")
    def _somebody(self) -> "SignInTable":
        for who in (self.members, self.facilitators):
            no_duplicates(who, "address")
        if not self.members and not self.facilitators:
            raise ValueError(
                'lets nobody in; add members = ["@example.org"], or facilitators = [...]'
            )
        return self


class ServeTable(Table):
    """Where `cophub serve` answers. Without `sign_in` only this machine is answered."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8300
    address: Annotated[str, AfterValidator(_address)] | None = None
    certificate: Annotated[str, Field(min_length=1)] | None = None
    key: Annotated[str, Field(min_length=1)] | None = None
    proxy: Annotated[list[Annotated[str, AfterValidator(_proxy)]], BeforeValidator(_several)] = (
        Field(default=[])
    )
    metrics_token: Secret | None = Field(default=None, repr=False)
    sign_in: SignInTable | None = None

    @model_validator(mode="after")
    def _whole(self) -> "ServeTable":
        if bool(self.certificate) != bool(self.key):
            lacks = "key" if self.certificate else "certificate"
            raise ValueError(f"lacks {lacks}; certificate and key go together, as PEM files")
        if self.certificate and (self.address or "").startswith("http://"):
            raise ValueError(
                f"has a certificate, so address begins with https://, not {self.address}"
            )
        if self.sign_in is None and (self.proxy or not is_loopback(self._named)):
            what = "a proxy hands on" if self.proxy else "others open the address"
            raise ValueError(f"{what}, and nobody signs in; add a table [serve.sign_in]")
        return self

    @property
    def _named(self) -> str:
        return urlsplit(self.address or "http://localhost").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host of this name."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["LOOPBACK", "ServeTable", "SignInTable", "is_loopback", "later_secret"]
