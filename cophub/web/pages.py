"""The pages around signing in, in the style and the languages of the site."""

import base64
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español"}


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What is said, by language and name."""
    return tomllib.loads(files("cophub.web").joinpath("words.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Way:
    """Where a page leads; the first one is what most want."""

    word: str
    to: str


@dataclass(frozen=True)
class Form:
    """A button that changes something, with the mark of the session that it was made for."""

    word: str
    to: str
    mark: str


@dataclass(frozen=True)
class Said:
    """What a page says, by names of words."""

    title: str
    lead: str
    notes: Sequence[str] = ()
    ways: Sequence[Way] = ()
    form: Form | None = None
    code: str = ""
    """The code of an error, for whoever looks after the site."""


class Pages:
    """Makes the pages; `brand` stands at the top of the site, at `host` people sign in."""

    def __init__(self, brand: str, host: str) -> None:
        self._brand, self._host = brand, host
        self._template = _environment().get_template("page.html.j2")
        self._style = "".join(part.read_text("utf-8") for part in _styles())
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self.headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
                " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # It holds marks of forms beside what was asked for: packed it would tell them.
            "Cache-Control": "no-store, no-transform",
            "Vary": "Cookie, Accept-Language",
        }

    def word(self, name: str, language: str) -> str:
        """A word as it is."""
        return words()[language][name]

    def show(
        self, said: Said, language: str, status: int = 200, stay: str = "", **values: str
    ) -> HTMLResponse:
        """The page; with `stay`, its own path, it is offered in the other languages, too."""
        word = words()[language]
        known = {"host": self._host, **values}
        told = {name: text.format_map(_Named(known)) for name, text in word.items()}
        page = self._template.render(
            brand=self._brand, language=language, languages=LANGUAGES, said=said, word=told,
            stay=stay and f"{stay}{'&' if '?' in stay else '?'}language=", style=self._style,
        )  # fmt: skip
        return HTMLResponse(page, status, headers=self.headers)


class _Named(dict[str, str]):
    """What a text names and a page does not know is in none of its own texts."""

    def __missing__(self, name: str) -> str:
        return ""


def language_of(request: Request, path: str = "") -> str:
    """The language that was asked for, of the page somebody comes from, or of their browser."""
    asked = request.query_params.get("language", "")
    if asked in LANGUAGES:
        return asked
    for part in path.strip("/").split("/")[:2]:
        if part in LANGUAGES:
            return part
    return _preferred(request.headers.get("accept-language", "")[:200])


def _preferred(header: str) -> str:
    found: list[tuple[float, str]] = []
    for each in header.split(","):
        name, _, weight = each.partition(";")
        language = name.strip().lower()[:2]
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            value = 0.0
        if language in LANGUAGES and value > 0:
            found.append((-value, language))
    return min(found, key=lambda one: one[0])[1] if found else "en"


def with_next(to: str, path: str, language: str = "") -> str:
    """An address of ours that leads on to a path afterwards, and speaks a language meanwhile."""
    asked = {"language": language, "next": "" if path == "/" else path}
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items() if value)
    return f"{to}?{query}" if query else to


@cache
def _environment() -> Environment:
    loader = PackageLoader("cophub.web", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _styles() -> "tuple[Traversable, Traversable]":
    assets = files("cophub").joinpath("pipelines", "site", "assets", "site.css")
    return (assets, files("cophub.web").joinpath("templates", "page.css"))


__all__ = ["LANGUAGES", "Form", "Pages", "Said", "Way", "language_of", "with_next", "words"]
