"""What WordPress answers, as far as it is read: its REST API, version wp/v2."""

import msgspec


class Text(msgspec.Struct):
    """A text as readers see it; `protected` where it asks for a password."""

    rendered: str = ""
    protected: bool = False


class WpPost(msgspec.Struct):
    """An item of a collection such as `posts` or `pages`."""

    id: int
    date: str | None = None
    date_gmt: str | None = None
    modified: str | None = None
    modified_gmt: str | None = None
    link: str = ""
    status: str = "publish"
    type: str = "post"
    title: Text = msgspec.field(default_factory=Text)
    content: Text = msgspec.field(default_factory=Text)
    excerpt: Text = msgspec.field(default_factory=Text)
    author: int = 0


class WpComment(msgspec.Struct):
    """A comment; `parent` is the one that it answers, 0 for none."""

    id: int
    post: int = 0
    parent: int = 0
    author: int = 0
    author_name: str = ""
    date: str | None = None
    date_gmt: str | None = None
    content: Text = msgspec.field(default_factory=Text)
    link: str = ""
    status: str = "approved"
    type: str = "comment"


class WpUser(msgspec.Struct):
    """Somebody who has published."""

    id: int
    name: str = ""
    slug: str = ""
    link: str = ""


class WpRoot(msgspec.Struct):
    """What the API says about its site."""

    name: str = ""
    description: str = ""
    url: str = ""
    home: str = ""
    namespaces: list[str] = []


class WpProblem(msgspec.Struct):
    """Why the API refused."""

    code: str | int = ""
    message: str = ""
