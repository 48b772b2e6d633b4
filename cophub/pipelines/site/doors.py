"""The page above the folders of several audiences: it leads into each, and holds nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup, escape

from cophub import Publication
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.voices import ENGLISH, Voice

_DOORS = {
    "public": "for everybody",
    "members": "for members of the communities",
    "facilitators": "for facilitators: with figures about few people, and everybody by name",
}
_NOTE = "Give each audience its own folder, and not this one: it holds them all."
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{hash}'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header class="masthead"><div class="wrap"><span class="brand">{title}</span></div></header>
<main class="wrap">
<div class="hero">
<h1>{title}</h1>
<p class="standfirst">{note}</p>
</div>
<ul class="items">
{doors}
</ul>
</main>
</body>
</html>
"""


def door(title: str, audiences: Sequence[Audience], voice: Voice = ENGLISH) -> Publication:
    """`index.html` of the site folder, for whoever runs cophub."""
    doors = Markup("\n").join(
        Markup('<li><span><a href="{0}index.html">{1}</a></span> <small>{2}</small></li>').format(
            each.folder, voice.say(each.name), voice.say(_DOORS[each.name])
        )
        for each in audiences
    )
    style = files("cophub.pipelines.site").joinpath("assets", "site.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _PAGE.format(
        language=voice.language, title=escape(title), note=escape(voice.say(_NOTE)), doors=doors,
        style=style, hash=f"sha256-{digest}",
    )  # fmt: skip
    return Publication("index.html", page)
