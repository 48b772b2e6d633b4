"""Kinds of settings that many connectors have: lists of words, hosts, time zones, character sets.

class Settings(BaseModel):
    groups: Words = Field(["*"], description="Groups to take.")
    base_url: Host = Field(description="Scheme and host of the site.")
    timezone: Zone = Field("UTC", description="The zone of times that name none.")
"""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, HttpUrl

from cophub.connectors.mail.text import known_charset
from cophub.zones import known_zone


def as_list(value: object) -> object:
    """One word where a list is wanted is a list of one."""
    return [value] if isinstance(value, str | int) else value


def _as_texts(value: object) -> object:
    """Ids may be given as numbers."""
    several = as_list(value)
    if not isinstance(several, list):
        return several
    return [str(one) if isinstance(one, int) else one for one in several]


Words = Annotated[list[str], BeforeValidator(_as_texts)]
"""Names, ids or patterns of them: a list, or one word."""


def means(word: str, *names: str | None) -> bool:
    """Whether a word of the settings is one of these names, or a pattern (`*`, `?`) of one.

    Neither case nor spaces at the edges count, and brackets are nothing but brackets.
    """
    pattern = word.strip().casefold().replace("[", "[[]")
    known = [name.strip().casefold() for name in names if name and name.strip()]
    return any(fnmatchcase(name, pattern) for name in known)


def _host_only(url: HttpUrl) -> HttpUrl:
    """Refuse the address of a page or of an API in place of its host's."""
    if (url.path or "/") != "/" or url.query or url.fragment or url.username or url.password:
        raise ValueError("give scheme and host only, such as https://example.org")
    return url


Host = Annotated[HttpUrl, AfterValidator(_host_only)]
"""Scheme, host and port; the connector adds the paths."""


def origin_of(host: HttpUrl) -> str:
    """A `Host` as text, without a slash at the end."""
    return str(host).rstrip("/")


def _known_zone(name: str) -> str:
    return known_zone(name).key


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone."""


def _known_charset(name: str) -> str:
    if known_charset(name) is None:
        raise ValueError(f'"{name}" is not a character set; try "windows-1252" or "koi8-r"')
    return name


Charset = Annotated[str, AfterValidator(_known_charset)]
"""The name of a character set."""


def refuse_half_a_login(settings: BaseModel, name: str, secret: str) -> None:
    """Raise ValueError where one of two settings is given without the other."""
    if (getattr(settings, name) is None) != (getattr(settings, secret) is None):
        raise ValueError(f"{name} and {secret} go together")
