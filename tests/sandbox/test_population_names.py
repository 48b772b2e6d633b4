"""Names, organisations and mailboxes of the invented population."""

import subprocess
import sys
from collections import Counter
from importlib.resources import files
from random import Random

import pytest

from cophub.sandbox.population.calling import call, nickname
from cophub.sandbox.population.cultures import Culture, culture_of, cultures, some_culture
from cophub.sandbox.population.folding import local, plain
from cophub.sandbox.population.mailboxes import Mailboxes, told
from cophub.sandbox.population.organizations import Organizations, written
from cophub.sandbox.population.pools import Pool, Word, words
from cophub.sandbox.population.romanizing import romanized
from cophub.sandbox.population.writing import write

KINDS = ("men", "women", "family", "women_family")


def test_there_are_many_cultures_with_thousands_of_names_in_all() -> None:
    every = {word.spellings[0] for c in cultures() for kind in KINDS for word in words(c.key, kind)}
    assert len(cultures()) >= 60
    assert len(every) > 15_000
    size = len(files("cophub.sandbox.population").joinpath("names.txt").read_bytes())
    assert size < 400_000


@pytest.mark.parametrize("culture", cultures(), ids=lambda culture: culture.key)
def test_every_culture_calls_people_by_its_rule(culture: Culture) -> None:
    chance = Random(culture.key)
    for _ in range(300):
        called = call(culture, chance)
        assert called.g.strip() == called.g != ""
        assert len(called.family) <= 2
        assert culture.alone or called.family
        assert local(called.g), called
    first = [call(culture, Random(number)) for number in range(200)]
    assert first == [call(culture, Random(number)) for number in range(200)]
    assert len({(one.g, one.f) for one in first}) > 100


def test_common_names_are_common_and_most_are_rare() -> None:
    chance = Random(1)
    korean = Counter(
        word.native for word in (culture_of("korean").family.draw(chance) for _ in range(4_000))
    )
    american = Counter(culture_of("american").family.draw(chance) for _ in range(4_000))
    assert sum(count for _, count in korean.most_common(3)) > 0.3 * korean.total()
    assert american.most_common(1)[0][1] < 0.03 * american.total()
    assert len(american) > 350


def test_a_pool_draws_by_rank() -> None:
    pool, chance = Pool([Word(("a",)), Word(("b",)), Word(("c",))], 1.0, 0), Random(1)
    drawn = Counter(pool.draw(chance).spellings[0] for _ in range(6_000))
    assert [name for name, _ in drawn.most_common()] == ["a", "b", "c"]
    assert drawn["a"] / 6_000 == pytest.approx(6 / 11, abs=0.03)


def test_all_cultures_are_drawn() -> None:
    chance = Random(2)
    drawn = Counter(some_culture(chance).key for _ in range(20_000))
    assert len(drawn) == len(cultures())
    assert drawn["american"] > drawn["finnish"]


@pytest.mark.parametrize(
    ("native", "spellings"),
    [("Юлия", {"Yulia", "Iuliia"}), ("Щербаков", {"Shcherbakov"}), ("Ελένη", {"Eleni"}),
     ("ნინო", {"Nino"}), ("Անահիտ", {"Anahit"})],
)  # fmt: skip
def test_other_scripts_have_the_spellings_that_are_in_use(native: str, spellings: set[str]) -> None:
    assert spellings <= set(romanized(native))


def test_ukrainian_has_a_scheme_of_its_own() -> None:
    assert romanized("Мельник", ukrainian=True)[0] == "Melnyk"
    assert romanized("Григорій", ukrainian=True)[0].startswith("Hry")


def test_letters_are_folded_for_addresses() -> None:
    assert plain("Núñez") == "Nunez"
    assert local("N’Diaye Łukasz") == "ndiayelukasz"
    assert local("王") == ""


def test_organisations_are_the_same_however_many_are_asked_for() -> None:
    few, many = Organizations(1), Organizations(1)
    many.at(800)
    assert [few.at(rank) for rank in range(50)] == [many.at(rank) for rank in range(50)]
    domains = [domain for rank in range(800) for domain in many.at(rank).domains]
    assert len(domains) == len(set(domains))
    assert all(domain.endswith((".example", ".test")) for domain in domains)


def test_organisations_are_few_large_and_many_small_and_more_with_time() -> None:
    chance, made = Random(1), Organizations(1)
    early = Counter(made.pick(chance, 1_000, "KE").rank for _ in range(5_000))
    late = Counter(made.pick(chance, 300_000, "KE").rank for _ in range(5_000))
    assert len(late) > 2 * len(early)
    assert early.most_common(1)[0][1] > 20 * sorted(early.values())[len(early) // 2]


def test_one_organisation_is_written_in_many_ways() -> None:
    chance, made = Random(1), Organizations(1)
    texts = {written(made.at(0), "KE", chance) for _ in range(300)}
    assert made.at(0).spellings[0] in texts
    assert any("Kenya" in text for text in texts)
    assert len(texts) > 8


def test_an_organisation_has_one_style_and_numbers_for_those_who_come_late() -> None:
    chance, boxes = Random(1), Mailboxes()
    organization = Organizations(1).at(5)
    called = call(culture_of("kenyan"), chance)
    given = [boxes.work(called, organization, chance) for _ in range(60)]
    assert len(set(given)) == 60
    assert all(box.partition("@")[2] in organization.domains for box in given)


def test_a_slip_in_an_address_is_rare_and_only_where_it_is_typed() -> None:
    chance = Random(1)
    typed = Counter(told("a.diallo@gmail.com", chance, typed=True)[1] for _ in range(20_000))
    picked = Counter(told("a.diallo@gmail.com", chance, typed=False)[1] for _ in range(20_000))
    assert 0.005 < typed["address_slip"] / 20_000 < 0.02
    assert not picked["address_slip"]
    assert typed["plus_tag"] > 100 < typed["gmail_dots"]


def test_a_name_is_written_in_the_ways_of_its_vendor() -> None:
    chance, called = Random(1), call(culture_of("russian"), Random(4))
    shown = [write(called, chance, "guest", employer="FPA") for _ in range(2_000)]
    names = {one.name for one in shown if one.name}
    assert called.native in names
    assert any("(FPA)" in name for name in names)
    assert any("iPhone" in name for name in names)
    assert all(one.named for one in shown if not one.habits)


def test_nicknames_are_those_of_the_name() -> None:
    assert (
        nickname(call(culture_of("korean"), Random(1))._replace(given=Word(("Jo",))), Random(1))
        == ""
    )
    called = call(culture_of("american"), Random(1))._replace(given=Word(("Elizabeth",)))
    assert nickname(called, Random(1)) in ("Liz", "Beth", "Betty", "Lizzie")


def test_the_sandbox_is_imported_without_reading_the_names() -> None:
    code = (
        "import cophub.sandbox.population as p; from cophub.sandbox.population import pools;"
        "assert pools._lines.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
