"""The one file that the site's charts load when they come into view: Vega, and what is ours.

It is Vega, Vega-Lite and Vega-Embed as vl-convert bundles them, the same that draws the pictures,
and our `assets/charts/` after them. A page loads it with a script that its policy names, so that it
works from a folder and over HTTP alike; nothing in it makes code out of text.
"""

import hashlib
import os
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import vl_convert
from platformdirs import user_cache_path

from cophub import Publication

_LICENCE = (
    f"/* Vega {vl_convert.get_vega_version()}, Vega-Lite, Vega-Embed: (c) University of Washington"
    " Interactive Data Lab and contributors, BSD-3-Clause, https://vega.github.io */\n"
)


_PARTS = ("specs.js", "slides.js", "tips.js", "charts.js")


@cache
def path() -> str:
    """Where it is in the folder of an audience; another version of it has another name."""
    told = hashlib.sha256(f"{version('vl-convert-python')}{_ours()}".encode())
    return f"assets/charts-{told.hexdigest()[:12]}.js"


@cache
def publication() -> Publication:
    """The file itself, 0.9 MB."""
    return Publication(path(), f"{_LICENCE}{_vega()}\n{_ours()}")


def _vega() -> str:
    """Bundling takes a second, so the bundle of a version is kept in the user's own cache folder.

    Where that cannot be written, each process bundles anew.
    """
    folder = user_cache_path("cophub")
    kept = folder / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):
        return kept.read_bytes().decode()
    vega: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".{kept.name}.{os.getpid()}"
        draft.write_bytes(vega.encode())
        draft.replace(kept)
    return vega


@cache
def _ours() -> str:
    """Our scripts as one, with nothing that another script could see."""
    folder = files("cophub.pipelines.site").joinpath("assets", "charts")
    parts = [folder.joinpath(name).read_text("utf-8") for name in _PARTS]
    return "\n".join(['(() => {\n"use strict";', *parts, "})();\n"])
