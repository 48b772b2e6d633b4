"""Warnings while a command works: a line each on standard error, with the source it is about."""

from collections.abc import Callable

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]

FORUM = """
from cophub import Connector, Post, Stream, hookimpl
from pydantic import BaseModel, SecretStr

class Settings(BaseModel):
    api_key: SecretStr

def posts(ctx, since):
    ctx.log.warning("nobody may read %s with %s", "club 7", ctx.settings.api_key.get_secret_value())
    ctx.log.info("too much to tell")
    yield Post(key="1", title="one")

@hookimpl
def cophub_connectors():
    return [Connector("warning", "A forum that warns", Settings, [Stream(posts)])]
"""

SOURCE = """
[plugins]
modules = ["warning_forum"]
[sources.forum]
connector = "warning"
settings = { api_key = "very-secret-0815" }
"""


def test_a_warning_names_its_source_and_no_secret(cophub: Call, folder: Folder) -> None:
    (folder.folder / "warning_forum.py").write_text(FORUM, encoding="utf-8")
    folder.configure(SOURCE + CONFIG)
    for _ in range(2):
        answer = cophub("sync", "forum")
        assert answer.err.count("! forum: nobody may read club 7 with ***\n") == 1
        assert "0815" not in answer.out + answer.err
        assert "too much" not in answer.err
