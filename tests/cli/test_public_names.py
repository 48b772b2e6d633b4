"""Nobody who did not agree is put before the public by accident."""

from collections.abc import Callable

import pytest

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]
EVERYBODY = '\n[pipelines.identities]\nsettings = { listed = "everybody" }\n'
SITE = "\n[pipelines.site]\nsettings = {{ {} }}\n"
ALL = 'audiences = ["public", "members", "facilitators"]'


def test_a_public_site_that_would_name_everybody_is_not_made(folder: Folder, cophub: Call) -> None:
    folder.configure(CONFIG + EVERYBODY + SITE.format(ALL))
    answer = cophub("run")
    assert answer.code == 2
    told = " ".join(answer.err.split())
    assert (
        "plugins.toml: [pipelines.site] settings.directory: the public site would name everybody,"
        ' because [pipelines.identities] has listed = "everybody"; set directory = ["members",'
        ' "facilitators"], or public_names_everybody = true'
    ) in told
    assert not (folder.folder / "site").exists()
    doctor = cophub("doctor")
    assert "would name everybody" in " ".join((doctor.out + doctor.err).split())


@pytest.mark.parametrize(
    ("more", "named"),
    [('directory = ["members"]', False), ("public_names_everybody = true", True)],
)
def test_it_is_made_when_it_was_asked_for_or_names_nobody(
    folder: Folder, cophub: Call, more: str, named: bool
) -> None:
    folder.configure(CONFIG + EVERYBODY + SITE.format(f"{ALL}, {more}"))
    assert cophub("run").code == 0
    public = folder.folder / "site" / "public"
    said = "".join(path.read_text("utf-8") for path in public.rglob("*.html"))
    assert ("Aba Mensah" in said) is named


@pytest.mark.parametrize("config", [EVERYBODY, SITE.format(ALL)])
def test_either_alone_is_no_accident(folder: Folder, cophub: Call, config: str) -> None:
    folder.configure(CONFIG + config)
    assert cophub("run").code == 0
