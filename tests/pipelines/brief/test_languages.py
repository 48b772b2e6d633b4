"""English, French and Spanish: whole catalogues, no text of a brief left out, each reason too."""

import ast
import json
import re
from importlib.resources import files as resources
from pathlib import Path

import pytest

from cophub import ConfigError
from cophub.pipelines.brief import (
    Settings,
    hours_told,
    letter,
    making,
    newsletter,
    presence,
    rendering,
)
from cophub.pipelines.brief.mail import message
from cophub.pipelines.brief.wording import speech
from cophub.pipelines.voices import Voice

from .conftest import NOW, Village, ago

LANGUAGES = ("fr", "es")
BRIEF = Path(str(resources("cophub.pipelines.brief")))
NAMES = re.compile(r"\{\w+\}")
Text = str | tuple[str, str]


def texts() -> set[Text]:
    """Every text that a brief may say: one, or a singular with its plural."""
    found: set[Text] = {text for section in making.SECTIONS.values() for text in section}
    found |= {(one, many) for _, one, many in rendering._WAITING} | set(presence._DEEDS.values())
    found |= {
        *hours_told.REGIONS.values(),
        *newsletter.SPACES.values(),
        *newsletter._KINDS.values(),
    }
    found |= set(newsletter._BY.values())
    found |= {*letter._HEADINGS.values(), letter._SUBJECT, letter._UNSUBSCRIBE}
    found |= {rendering.WARNING, rendering.KEEP_IT, rendering.QUIET_WEEK}
    for path in BRIEF.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found |= said(node)
    for path in (BRIEF / "templates").glob("*.j2"):
        found |= set(re.findall(r'say\("([^"]+)"', path.read_text("utf-8")))
    return found


def said(node: ast.AST) -> set[Text]:
    """Literals that a call gives to `say` or `count`, or that may be chosen from for it."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("say", "count"):
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        strings = [each for each in given if isinstance(each, str)]
        if getattr(node.func, "attr", "") == "count":
            return {(strings[0], strings[1])} if len(strings) == 2 else set()
        return set(strings[:1])
    if isinstance(node, ast.IfExp | ast.Dict):
        values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        chosen = (each.value for each in values if isinstance(each, ast.Constant))
        return {each for each in chosen if isinstance(each, str) and " {name}" in f" {each}"}
    return set()


def own(language: str) -> dict[str | tuple[str, int], str]:
    """The catalogue as it is: a text, or a text and which plural, with its translation."""
    return speech(language).voice.catalogue._catalog


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_its_translation(language: str):
    found, known = texts(), own(language)
    assert len(found) > 90
    for text in found:
        if isinstance(text, tuple):
            assert known.get((text[0], 0)) and known.get((text[0], 1)), text
        else:
            assert known.get(text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_its_text_does_and_nothing_is_left_over(language: str):
    said = texts()
    spoken = {each[0] if isinstance(each, tuple) else each for each in said}
    plurals = dict(each for each in said if isinstance(each, tuple))
    for key, told in own(language).items():
        one = key[0] if isinstance(key, tuple) else key
        if one:
            assert one in spoken, f"nothing says {one!r}"
            gaps = set(NAMES.findall(one)) | set(NAMES.findall(plurals.get(one, "")))
            assert set(NAMES.findall(told)) - {"{n}"} == gaps - {"{n}"}, one


@pytest.fixture
def masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of ours is dots; what else is read in a brief came round the catalogue."""

    def dots(text: str) -> str:
        parts = re.split(r"(\{\w+\})", text)
        return "".join(p if p.startswith("{") else re.sub(r"\w", ".", p) for p in parts)

    tell, count = Voice.tell, Voice.count
    monkeypatch.setattr(Voice, "tell", lambda self, text, **v: (
        tell(self, text if text.startswith("EEEE") else dots(text), **v)))  # fmt: skip
    monkeypatch.setattr(Voice, "count", lambda self, n, one, many, **v: (
        count(self, n, dots(one), dots(many), **v)))  # fmt: skip


def told_to_all(village: Village) -> None:
    """Something of every kind, by people and things whose names have a Z and no other letters."""
    village.rows.change("community", {"key": "m"}, title="Zzz")
    for key in ("list", "group"):
        village.rows.change("space", {"key": key}, title="Zz zz")
    for key in ("zan", "zbo", "zcy", "zdo", "zed"):
        village.person(key, "Zzz Zz", organization="Zzzz", timezone="Africa/Nairobi")
    village.member("zan", days=3)
    village.member("zbo", "zcy", "zed")
    village.rows.add("membership", {"source": "s", "space": "list", "account": "zdo",
                                    "status": "pending"})  # fmt: skip
    village.rows.change("membership", {"account": "zdo"}, first_seen_at=ago(2))
    village.post("zan", ago(2.5), "Zz?")
    village.post("zbo", ago(9), "Zzz", body="Zz zz?", reaction_count=3)
    thread = village.post("zcy", ago(4), "Zzzz", kind="news")
    village.post("zbo", ago(3), "Re: Zzzz", thread=thread)
    for week in range(20, 32):
        other = village.post("zcy", ago(7 * week), "Zz", kind="news")
        village.post("zed", ago(7 * week - 0.5), "Zz", thread=other)
    village.event("zz", ago(-2), ends_at=ago(-2, -1), registered_count=7)


def test_nothing_is_said_that_is_not_in_the_catalogue(malaria: Village, masked: None):
    told_to_all(malaria)
    brief = malaria.brief()
    assert {part.name for part in brief.sections if part.items} >= {
        "welcome", "questions", "thank", "quiet", "newsletter", "coming",
    }  # fmt: skip
    days = r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(Jan|Feb|Mar|Apr|May|Oct|Nov|Dec)\b"
    for part in brief.sections:
        words = [part.title, part.definition, part.empty, part.note]
        words += [text for item in part.items for text in (item.title, item.why, item.where)]
        left = re.sub(days + r"|UTC|z", "", " ".join(words), flags=re.IGNORECASE)
        assert re.findall(r"[A-Za-z]{2,}", left) == [], part.name
    page = re.sub(r"<style>.*?</style>|<[^>]*>|https?://\S+", "", rendering.html(brief), flags=re.S)
    page += rendering.text(brief) + rendering.title(brief)
    left = re.sub(days + r"|UTC|z|https?://\S+|W47", "", page, flags=re.IGNORECASE)
    assert set(re.findall(r"[A-Za-z]{2,}", left)) <= {"nbsp", "amp"}


def test_a_brief_in_french_and_in_spanish(malaria: Village):
    told_to_all(malaria)
    malaria.rows.change("person", {"id": "zan"}, name="Ana Ruiz", organization="OMS")
    french, spanish = (malaria.brief(language=language) for language in LANGUAGES)
    assert french.section("welcome").items[1].why == (
        "A rejoint Zz zz le dimanche 15 novembre et a écrit 1 message resté sans réponse\u202f;"
        " pas encore de mot de bienvenue. Travaille pour OMS."
    )
    assert spanish.section("welcome").items[1].why == (
        "Se unió a Zz zz el domingo 15 de noviembre y escribió 1 mensaje que nadie contestó; aún"
        " sin bienvenida. Trabaja en OMS."
    )
    assert french.section("coming").items[0].why == (
        "Vendredi 20 novembre, de 10:00 à 11:00 (UTC). 7 inscriptions."
    )
    assert (
        french.section("questions")
        .items[0]
        .why.endswith("«\u00a0Zz zz?\u00a0» 3 réactions jusqu’ici.")
    )
    assert rendering.headline(french).endswith(" et 1 événement dans les deux semaines à venir.")
    page = rendering.html(french)
    assert '<html lang="fr"' in page and "Pourquoi ces choix" in page
    mail = message(spanish, "hub@example.org", None, NOW)
    assert mail["Subject"] == "La semana en breve 2026-W47: Zzz"
    assert mail["Content-Language"] == "es"
    assert rendering.text(spanish).startswith("ZZZ\nLa semana en breve, 2026-W47, situación del")


def test_figures_and_plurals_are_those_of_the_language():
    english, french, spanish = map(speech, ("en", *LANGUAGES))
    assert [each.one_decimal(1234.5) for each in (english, french, spanish)] == [
        "1,234.5", "1\u202f234,5", "1.234,5",
    ]  # fmt: skip
    assert [each.percent(0.456) for each in (english, french, spanish)] == [
        "46%", "46\u00a0%", "46\u00a0%",
    ]  # fmt: skip
    assert [each.count(0, "{n} day", "{n} days") for each in (english, french, spanish)] == [
        "0 days", "0 jour", "0 días",
    ]  # fmt: skip
    assert french.together(["a", "b", "c"]) == "a, b et c"


def test_the_newsletter_is_in_the_language_too(malaria: Village):
    told_to_all(malaria)
    kept = json.loads(letter.letter(malaria.brief(language="fr"), "public"))
    assert kept["subject"] == "Zzz\u00a0: les nouvelles"
    assert '<html lang="fr">' in kept["html"] and "Se désabonner" in kept["text"]
    assert "Discussions" in kept["html"] and "personnes y ont pris part." in kept["html"]


def test_everybody_gets_the_language_of_theirs_or_of_the_community(malaria: Village):
    malaria.rows.add("community", {"key": "k", "title": "K"})
    languages = {"m": "fr", "Ben@example.org": "es"}
    settings = Settings(language="en", languages=languages)
    assert settings.language_of("m") == settings.language_of("m", "ada@example.org") == "fr"
    assert settings.language_of("m", "ben@example.org") == settings.language_of(
        "k", "BEN@example.org"
    )
    assert settings.language_of("k") == "en"
    malaria.run(
        recipients={"m": ["ada@example.org"], "k": ["ben@example.org"]}, languages=languages
    )
    folder = malaria.folder / "briefs"
    assert 'lang="fr"' in (folder / "m/2026-W47.html").read_text("utf-8")
    assert b"Content-Language: fr" in (folder / "m/2026-W47.eml").read_bytes()
    assert 'lang="en"' in (folder / "k/2026-W47.html").read_text("utf-8")
    assert b"Content-Language: es" in (folder / "k/2026-W47.eml").read_bytes()
    malaria.run(recipients={"k": ["ben@example.org", "ada@example.org"]}, languages=languages)
    assert b"Content-Language: en" in (folder / "k/2026-W47.eml").read_bytes(), "of several, theirs"


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ({"nope": "fr"}, 'languages: there is no community "nope"'),
        ({"eve@example.org": "fr"}, 'languages: no brief goes to "eve@example.org"'),
    ],
)
def test_a_language_of_nobody_is_said(malaria: Village, languages: dict[str, str], said: str):
    with pytest.raises(ConfigError, match=re.escape(said)):
        malaria.run(recipients={"m": ["ada@example.org"]}, languages=languages)
    assert (malaria.folder / "briefs/m/2026-W47.html").exists()
