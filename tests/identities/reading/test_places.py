"""Countries in many languages and forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.places import (
    country_code,
    fold,
    is_known_country,
    names_place,
    shown_country,
)

COUNTRIES = {
    "ke": "Kenya|KE|ken| KENYA |Republic of Kenya|Nairobi, Kenya|Кения|肯尼亚|Kenia|404",
    "ci": "Côte d'Ivoire|COTE D’IVOIRE|Ivory Coast|Costa do Marfim|Кот-д’Ивуар|CIV",
    "cd": "DRC|RDC|DR Congo|Congo (Kinshasa)|Democratic Republic of the Congo|Kinshasa - RDC"
    "|République Démocratique du Congo|Congo, The Democratic Republic of the",
    "cg": "Congo|Republic of the Congo|Congo-Brazzaville|Congo (Brazzaville)",
    "tz": "Tanzania|Tanzania, United Republic of|Tanzanie|United Republic of Tanzania",
    "ne": "Niger|République du Niger",
    "ng": "Nigeria|Nigéria|Federal Republic of Nigeria",
    "gn": "Guinea|Guinée|Guinea (Conakry)",
    "gw": "Guinea-Bissau|Guinée-Bissau",
    "gq": "Equatorial Guinea|Guinea Ecuatorial",
    "dm": "Dominica",
    "do": "Dominican Republic|República Dominicana",
    "us": "USA|U.S.A.|US|United States|United States of America|Estados Unidos|États-Unis",
    "gb": "UK|U.K.|United Kingdom|England|Great Britain|Royaume-Uni|London, UK|Scotland",
    "kr": "South Korea|Korea, Republic of|Republic of Korea|대한민국",
    "kp": "North Korea|Democratic People's Republic of Korea",
    "ir": "Iran (Islamic Republic of)|Iran, Islamic Republic of|ایران",
    "la": "Lao PDR|Laos|Lao People's Democratic Republic",
    "vn": "Viet Nam|Vietnam|Việt Nam",
    "eg": "مصر|Egypt|Égypte",
    "cn": "中国|China|PRC|People's Republic of China",
    "tr": "Türkiye|Turkey|Turquie",
    "mm": "Myanmar (Burma)|Burma|Myanmar",
    "ps": "Palestine|occupied Palestinian territory|State of Palestine",
    "ss": "South Sudan|Soudan du Sud",
    "sz": "Swaziland|Eswatini|Kingdom of Eswatini",
    "cv": "Cape Verde|Cabo Verde",
    "et": "Ethiopia|ኢትዮጵያ",
    "nl": "Netherlands|The Netherlands|Pays-Bas|Holland",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [(text, code) for code, texts in COUNTRIES.items() for text in texts.split("|")],
)
def test_a_country_is_known_by_its_names(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "folded"),
    {"Global": "global", "Kenya/Uganda": "kenya uganda", "Atlantis": "atlantis", "": ""}.items(),
)
def test_what_names_no_single_country_stays_as_text(text: str, folded: str) -> None:
    assert country_code(text) == folded


def test_cities_are_folded():
    assert fold("  São  Paulo ") == "sao paulo"
    assert fold("N'Djaména") == "ndjamena"
    assert names_place("nairobi")
    assert not names_place("sofia")


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    country_code(text)
    assert fold(fold(text)) == fold(text)


def test_a_country_is_shown_by_its_code_and_other_text_as_it_is():
    shown = [shown_country(text) for text in ("NG", "Nigeria", "Nigéria", "NGA", " nigeria ")]
    assert shown == ["NG"] * 5
    assert shown_country("The Levant") == "The Levant"
    shown = [shown_country(text) for text in ("BI", "Burundi", "ao", "Angola", "Bỉ", "Bharat")]
    assert shown == ["BI", "BI", "AO", "AO", "Bỉ", "IN"]
    assert is_known_country("Côte d'Ivoire") and not is_known_country("Kenya and Mali")
