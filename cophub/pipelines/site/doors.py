"""The page above the folders of several audiences: it leads into each, and holds nothing else."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from cophub import Publication
from cophub.pipelines.site.audiences import Audience

_DOORS = {
    "public": "for everybody",
    "members": "for members of the communities",
    "facilitators": "for facilitators: with figures about few people, and everybody by name",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
<p>Give each audience its own folder, and not this one: it holds them all.</p>
<ul>
{doors}
</ul>
</body>
</html>
"""


def door(title: str, audiences: Sequence[Audience]) -> Publication:
    """`index.html` of the site folder, for whoever runs cophub."""
    doors = Markup("\n").join(
        Markup('<li><a href="{0}index.html">{1}</a>, {2}</li>').format(
            each.folder, each.name, _DOORS[each.name]
        )
        for each in audiences
    )
    return Publication("index.html", _PAGE.format(title=escape(title), doors=doors))
