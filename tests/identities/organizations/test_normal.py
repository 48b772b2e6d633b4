"""Names of organisations, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.organizations.normal import initials, is_acronym, normal_form
from cophub.identities.organizations.offices import (
    is_vague,
    office_of_host,
    one_per_country,
    placed,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("W.H.O.", "WHO"), ("W. H. O.", "who"), ("The World Bank", "World Bank"),
        ("World Health Organisation (WHO)", "World Health Organization"),
        ("WHO - World Health Organization", "world health organization"),
        ("World Health Organization (WHO), Mali", "World Health Organization Mali"),
        ("Acme Health gGmbH", "ACME HEALTH"), ("Santé e.V.", "sante"), ("Acme, Inc.", "Acme"),
        ("Acme S.A.", "Acme"), ("ASBL Santé", "Santé"), ("Acme Co., Ltd.", "acme"),
        ("Bill & Melinda Gates Foundation", "Bill and Melinda Gates Foundation"),
        ("Médecins Sans Frontières (MSF)", "medecins sans frontieres"),
        ("L'Organisation mondiale", "Organisation mondiale"), ("Univ. de São  Paulo",
         "University de Sao Paulo"), ("H & M", "H&M"), ("UNICEF/Nepal", "UNICEF - Nepal"),
        ("Children’s Hospital", "Childrens Hospital"), ("Int. Centre, The", "Int Center The"),
    ],
)  # fmt: skip
def test_what_does_not_tell_organisations_apart_does_not_count(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ministry 1", "Ministry 2"),
        ("WHO", "FHO"),
        ("Acme Kenya", "Acme"),
        ("世界卫生组织", "中国"),
    ],
)
def test_what_tells_them_apart_stays(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "--", "n/a", "N.A.", "None", "Freelance", "Self-employed", "self employed",
        "Independent Consultant", "Consultante indépendante", "Consultor independiente", "Aucun",
        "Aucune", "Ninguna", "Sans emploi", "Freiberuflich", "Nenhum", "Não se aplica", "нет",
        "Пенсионер", "لا يوجد", "无", "フリーランス", "없음",
        "Retired", "Étudiante", "?", "123", "...",
    ],
)  # fmt: skip
def test_who_works_for_nobody_has_no_organisation(text: str) -> None:
    assert normal_form(text) == ""


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once
    assert once == " ".join(once.split())


ODD = "the a.b. Inc & et y e WHO (WHO) Kenya - / S.A. von n/a o'"


@given(st.lists(st.sampled_from(ODD.split()), max_size=7))
def test_a_normal_form_of_odd_words_is_its_own(words: list[str]) -> None:
    once = normal_form(" ".join(words))
    assert normal_form(once) == once


def test_an_acronym_is_made_of_initial_letters() -> None:
    assert initials("united nations fund for children") == ("unfc", "unffc")
    assert is_acronym("who", "world health organization")
    assert not is_acronym("who", "who")
    assert not is_acronym("wha", "world health organization")


@pytest.mark.parametrize(
    ("name", "base", "country"),
    [
        ("WHO - Kenya Country Office", "who", "ke"), ("WHO Country Office for Kenya", "who", "ke"),
        ("FHI 360 Kenya", "fhi 360", "ke"), ("UNICEF/Nepal", "unicef", "np"),
        ("Bureau pays OMS Mali", "oms", "ml"), ("OMS Côte d'Ivoire", "oms", "ci"),
        ("UNICEF République démocratique du Congo", "unicef", "cd"), ("MSF UK", "msf", "gb"),
        ("UNICEF HQ", "unicef", ""), ("WHO Geneva", "who", ""), ("Kenya", "kenya", ""),
        ("Acme", "acme", ""),
    ],
)  # fmt: skip
def test_an_office_is_an_organisation_and_a_country(name: str, base: str, country: str) -> None:
    assert placed(normal_form(name)) == (base, country)


def test_a_ministry_needs_a_country() -> None:
    names = ("MoH Kenya", "Kenya Ministry of Health", "Ministry of Health, Kenya", "Minsa Kenya")
    assert {one_per_country(normal_form(name)) for name in names} == {("ministry of health", "ke")}
    assert is_vague("ministry of health")
    assert is_vague(normal_form("Ministère de la Santé"))
    assert is_vague("university")
    assert not is_vague(normal_form("Ministère de la Santé du Mali"))
    assert not is_vague("university of nairobi")


def test_a_host_may_name_a_country() -> None:
    assert office_of_host("mail.ke.health.example", "health.example") == "ke"
    assert office_of_host("it.health.example", "health.example") == "", "a department"
    assert office_of_host("health.example", "health.example") == ""
