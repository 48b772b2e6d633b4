"""Which communities go together is learned from who is in them."""

from random import Random

from cophub.identities.matching.companions import Company, learn_company
from cophub.identities.matching.habits import learn

from .conftest import account

GROUPS = 10


def _pairs(number: int, same: bool) -> list[tuple[list[str], list[str]]]:
    """Pairs in a list and a call of the same topic, or of any two, and all in the newsletter."""
    chance = Random(number)
    found = []
    for _ in range(number):
        topic = chance.randrange(GROUPS)
        other = topic if same else chance.randrange(GROUPS)
        found.append(([f"list/{topic}", "news"], [f"call/{other}", "news"]))
    return found


def test_what_goes_together_speaks_for_one_person_and_what_does_not_against() -> None:
    company = learn_company(_pairs(600, same=True), _pairs(600, same=False))
    together, where = company.weigh(["list/3"], ["call/3"])
    apart, _ = company.weigh(["list/3"], ["call/4"])
    assert together >= 1.5
    assert where == ""
    assert apart <= -0.5


def test_a_newsletter_that_all_get_says_nothing_for_it() -> None:
    company = learn_company(_pairs(600, same=True), _pairs(600, same=False))
    assert company.weigh(["news"], ["news"])[0] <= 0


def test_one_community_of_both_is_named() -> None:
    pairs = [([f"g{n % GROUPS}"], [f"g{n % GROUPS}"]) for n in range(400)]
    strangers = [([f"g{n % GROUPS}"], [f"g{n * 7 % 9}"]) for n in range(400)]
    company = learn_company(pairs, strangers)
    weight, where = company.weigh(["g1", "g2"], ["g2", "g5"])
    assert weight > 1
    assert where == "g2"


def test_strangers_who_are_together_as_often_teach_nothing() -> None:
    pairs = _pairs(600, same=True)
    assert learn_company(pairs, pairs) == Company()


def test_few_pairs_teach_little_and_none_teach_nothing() -> None:
    assert learn_company([], []) == Company()
    few = learn_company(_pairs(5, same=True), _pairs(5, same=False))
    assert abs(few.weigh(["list/3"], ["call/3"])[0]) <= 0.5


def test_order_does_not_matter() -> None:
    pairs, others = _pairs(300, same=True), _pairs(300, same=False)
    turned = [(b, a) for a, b in reversed(pairs)]
    assert learn_company(pairs, others) == learn_company(turned, others)


def _learned(spelled: int) -> float:
    """What being together says, where so many people are written in two ways."""
    chance = Random(5)
    accounts, anchors = [], []
    for at in range(150 + spelled):
        family = "".join(chance.choice("bdfgklmnrt") + chance.choice("aeiou") for _ in range(4))
        names = (
            (f"Dorcaster {family}", f"Dorkister {family}")
            if at < spelled
            else (f"Zuri {family}",) * 2
        )
        for place, name in enumerate(names):
            topic = (f"t{at % GROUPS}",)
            accounts.append(account("s", f"{at}-{place}", name, communities=topic))
            anchors.append(2 * at + place)
    return learn(accounts, anchors).company.weigh(["t1"], ["t1"])[0]


def test_two_spellings_of_one_name_are_no_strangers() -> None:
    assert _learned(spelled=300) >= 2
