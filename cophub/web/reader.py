"""Who reads stands at the top of the site's pages: put there as they are sent, not made in them."""

import re

from markupsafe import Markup

from cophub.web.pages import with_next, words
from cophub.web.sessions import Session

_LANGUAGE = re.compile(rb'<html lang="([a-z]{2})"')
_PLACE = b'<button type="button" class="menu"'
"""What stands at the top of each page of the site, where there is room before it."""


def with_reader(page: bytes, session: Session | None, path: str) -> bytes:
    """The page with the name of who is signed in and a way out, or a way in.

    A page of another pipeline, which has no such place, is left as it is.
    """
    found = _LANGUAGE.search(page[:400])
    language = found[1].decode() if found else "en"
    word = words().get(language, words()["en"])
    if session is None:
        told = Markup('<p class="reader"><a href="{}">{}</a></p>').format(
            with_next("/sign-in", path, language), word["sign_in"]
        )
    else:
        told = Markup(
            '<p class="reader"><span title="{}">{}</span> <a href="{}">{}</a></p>'
        ).format(
            session.address, session.name, with_next("/sign-out", "", language), word["sign_out"]
        )  # fmt: skip
    return page.replace(_PLACE, told.encode() + b"\n    " + _PLACE, 1)


__all__ = ["with_reader"]
