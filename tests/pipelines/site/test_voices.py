"""English, French and Spanish: whole catalogues, no text left out, figures and days of each."""

import ast
import re
from datetime import date
from importlib.resources import files as resources
from itertools import chain
from pathlib import Path

import pytest
from jinja2.ext import babel_extract

from cophub.pipelines.site import doors, workbooks
from cophub.pipelines.site.comparing import COLUMNS
from cophub.pipelines.site.definitions import DEFINITIONS
from cophub.pipelines.site.model import ACTIVE, ACTS, ENGAGED, JOINED, LEFT
from cophub.pipelines.site.panels import GROUPS, LEVEL_NAMES
from cophub.pipelines.site.speaking import spoken
from cophub.pipelines.site.voices import Voice, capital, voice
from cophub.warehouse.definitions import REGISTRY

LANGUAGES = ("fr", "es")
COGNATES = ("Organisations", "Sources", "Menu", "no")
"""Texts that are the same in French, or in Spanish."""
SITE = Path(str(resources("cophub.pipelines.site")))
TEMPLATES = sorted((SITE / "templates").glob("*.j2"))
MEASURING = sorted((SITE.parent / "measures").glob("*.py"))
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
SAME = {"i", "CSV", "XLSX", "PNG", "SVG", "datapackage.json", "cophub sync", "", "–", "·", "→",
        "[pipelines.identities]&#10;settings = { listed = \"everybody\" }"}  # fmt: skip
"""What stands in templates and is the same in every language."""


def template_texts() -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    for path in TEMPLATES:
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], OPTIONS):
                several = isinstance(message, tuple) and len([m for m in message if m]) > 1
                found.add(tuple(m for m in message if m) if several else one(message))
    return found


def one(message: str | tuple[str | None, ...]) -> str:
    return message if isinstance(message, str) else str(message[0])


def said_in_code() -> set[str]:
    """Literals that the code of the site gives to `say`, or as a reason or note of a cell."""
    found = set()
    for path in SITE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = node.args if name == "say" else []
                given = given + [each.value for each in node.keywords
                                 if each.arg in ("reason", "note")]  # fmt: skip
                given = given + (node.args[3:4] if name == "Cell" else [])
                found |= {each.value for each in given if isinstance(each, ast.Constant)}
    return {text for text in found if text}


def said_by_measures() -> set[str]:
    """Reasons and notes of the measures, with a 7 where a figure is."""
    found = set()
    everything = (ast.walk(ast.parse(path.read_text("utf-8"))) for path in MEASURING)
    for node in chain.from_iterable(everything):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "absent":
            given = node.args
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
            given = node.args
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "note":
            value = node.value
            given = [value.body if isinstance(value, ast.IfExp) else value]
        texts = {text for each in given if (text := sample(each)) and " " in text}
        # What only joins two texts says nothing.
        found |= {text for text in texts if any(map(str.isalpha, text))}
    return found


def sample(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "7" for each in node.values)
        return "".join(map(str, parts))
    return None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_templates_has_its_translation(language):
    catalogue = voice(language).catalogue
    texts = template_texts()
    assert len(texts) > 90
    for text in texts:
        if isinstance(text, tuple):
            assert catalogue.ngettext(*text, 1) != text[0], text
            assert catalogue.ngettext(*text, 2) != text[1], text
        elif text not in ("Contact", "Site", "Source", "Organisation", "Directory", *COGNATES):
            assert catalogue.gettext(text) != text, text


def test_no_text_of_a_template_is_outside_the_catalogue():
    for path in TEMPLATES:
        text = re.sub(r"\{%-?\s*trans.*?endtrans\s*-?%\}", "", path.read_text("utf-8"), flags=re.S)
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "\0", text, flags=re.S)
        spoken_ = re.findall(r'(?:aria-label|title|placeholder|data-label)="([^"]*)"', text)
        bare = re.sub(r"<[^>]*>", "\n", text).replace("\0", "\n").splitlines()
        left = {each.strip(" .,:()\0") for each in (*bare, *spoken_)}
        assert {each for each in left - SAME if re.search(r"[A-Za-z]", each)} == set(), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_and_of_the_measures_can_be_said(language):
    speak = voice(language)
    ours = {part for each in DEFINITIONS.values() for part in (each.label, each.text)}
    ours |= {each.label for each in (ENGAGED, ACTIVE, JOINED, LEFT, *ACTS)}
    ours |= {text for each in REGISTRY for text in (each.unit, capital(each.label))} - {"%"}
    ours |= {title for titles in (GROUPS, COLUMNS) for title, _ in titles.values()}
    ours |= {*LEVEL_NAMES.values(), "acts", "contributions", "documents", "posts"}
    ours |= {doors._NOTE, *doors._DOORS, *doors._DOORS.values(), workbooks.ALL}
    measures = said_by_measures()
    assert len(measures) > 15
    texts = ours | said_in_code() | measures
    assert {text for text in texts if not known(speak, text)} == set()


def known(speak: Voice, text: str) -> bool:
    return all(map(speak.knows, text.split("; "))) or speak.knows(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_gaps_of_its_text(language):
    speak = voice(language)
    for text, said in speak.catalogue._catalog.items():
        one_ = text[0] if isinstance(text, tuple) else text
        gaps = re.compile(r"%\(\w+\)s|\{\}|&lt;")
        assert sorted(gaps.findall(one_)) == sorted(gaps.findall(said)) or not text, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_said_on_the_pages_was_in_the_catalogue(language, invented, monkeypatch):
    unknown: set[str] = set()
    say = Voice.say

    def listening(self, text):
        unknown.update([text] if not self.knows(text) else [])
        return say(self, text)

    monkeypatch.setattr(Voice, "say", listening)
    spoken(invented, voice(language))
    assert unknown - {"%"} == set()


def test_numbers_and_days_are_written_as_each_language_does():
    english, french, spanish = map(voice, ("en", "fr", "es"))
    assert english.number(1234.5) == "1,234.5"
    assert french.figure("1,234.5 %") == "1\u202f234,5 %"
    assert spanish.figure("+1,234.5 pts") == "+1.234,5 pts"
    day = date(2026, 3, 14)
    assert [each.day(day) for each in (english, french, spanish)] == [
        "14 Mar 2026", "14 mars 2026", "14 mar 2026",
    ]  # fmt: skip
    assert [each.quarter("2026Q3") for each in (english, french, spanish)] == [
        "Q3 2026", "T3 2026", "T3 2026",
    ]  # fmt: skip
    assert french.month("2026-02") == "févr. 2026"


def test_a_reason_of_the_warehouse_is_said_with_its_figures():
    french = voice("fr")
    assert (
        french.say("Events are known from 2025Q1 on.") == "Événements : connus à partir de T1 2025."
    )
    assert french.say("<5 of 1,400 events have no list of attendees and are left out") == (
        "<5 événements sur 1\u202f400 n’ont pas de liste de participants et sont exclus"
    )
    assert french.say("Something nobody wrote a line for.") == "Something nobody wrote a line for."


def test_what_a_vendor_wrote_stays_and_what_is_ours_is_said(translated):
    page = translated["fr/communities/mercop.html"]
    assert "Monitoring, Evaluation and Research" in page
    assert '<html lang="fr"' in page
    assert "Personnes sur la liste de diffusion" in page
    assert "1\u202f440" in page
    assert "févr." in page or "avr." in page


def test_every_page_leads_to_itself_in_the_other_languages(translated):
    assert 'href="../fr/communities/mercop.html"' in translated["communities/mercop.html"]
    assert 'href="../../es/communities/mercop.html"' in translated["fr/communities/mercop.html"]
    assert 'href="../index.html" lang="en"' in translated["es/index.html"]
    for path in (path for path in translated if path.endswith(".html") and "/" not in path):
        assert {f"fr/{path}", f"es/{path}"} <= translated.keys()


def test_tables_tell_their_notes_in_the_language_and_their_columns_in_english(translated):
    lines = translated["fr/data/communities.csv"].splitlines()
    assert lines[0] == translated["data/communities.csv"].splitlines()[0]
    assert any("Porte sur moins de 5 personnes" in line for line in lines)
