"""The one file that the site's charts load when they come into view: Vega, and what is ours.

It is Vega, Vega-Lite and Vega-Embed as vl-convert bundles them, the same that draws the pictures,
and our `assets/charts/` after them. A page loads it with a script that its policy names, so that it
works from a folder and over HTTP alike; nothing in it makes code out of text.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import vl_convert

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
    """The file itself, 0.9 MB. Bundling takes a second of a run, and is done once a process."""
    vega = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return Publication(path(), f"{_LICENCE}{vega}\n{_ours()}")


@cache
def _ours() -> str:
    """Our scripts as one, with nothing that another script could see."""
    folder = files("cophub.pipelines.site").joinpath("assets", "charts")
    parts = [folder.joinpath(name).read_text("utf-8") for name in _PARTS]
    return "\n".join(['(() => {\n"use strict";', *parts, "})();\n"])
