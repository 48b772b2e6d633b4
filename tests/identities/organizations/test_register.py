"""By which names and domains organisations go."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.organizations.known import known
from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.register import Organization, Register, slug

ACME = [
    ("acme foundation", "acme.example", 5),
    ("acme foundaton", "acme.example", 1),
    ("af", "acme.example", 2),
    ("", "acme.example", 9),
]


def label(register: Register, text: str, domain: str = "", country: str = "") -> str:
    return register.label(normal_form(text), domain, country)


@pytest.mark.parametrize(
    "text",
    [
        "WHO", "OMS", "W.H.O.", "World Health Organisation (WHO)",
        "Organisation Mondiale de la santé",
        "世界卫生组织",
        "WHO Kenya", "WHO - Kenya Country Office", "OMS Mali", "WHO HQ", "WHO Geneva",
        "WHO AFRO",
    ],
)  # fmt: skip
def test_one_organisation_has_many_names(text: str) -> None:
    assert label(Register(), text) == label(Register(), "", "who.int") == "who"


def test_what_ships_is_well_formed() -> None:
    """Every key is a slug, every parent is there, and no name is one that says nothing."""
    shipped = known()
    assert len(shipped.organizations) >= 150
    for key, found in shipped.organizations.items():
        assert key == slug(key)
        assert normal_form(found.name), key
        assert not found.parent or found.parent in shipped.organizations
    shared = {name for name, keys in shipped.names.items() if len(keys) > 1}
    assert "ihi" in shared
    assert len(shared) < 10


def test_agencies_of_one_family_are_not_one() -> None:
    labels = {label(Register(), text) for text in ("UN", "WHO", "UNICEF", "UNFPA", "WFP", "FAO")}
    assert len(labels) == 6


def test_an_office_has_a_key_of_its_own_and_the_label_of_its_head() -> None:
    register = Register()
    key = register.key_of("who kenya", "")
    assert (key, register.head(key)) == ("who-ke", "who")
    assert register.organizations[key] == Organization(
        "who-ke", "World Health Organization, Kenya", "who", "ke"
    )
    assert register.key_of("", "ke.who.int") == key, "a host may name the country"
    assert register.key_of("who", "ke.who.int") == key
    assert register.key_of("unicef", "ke.who.int") == "unicef"


def test_an_acronym_of_two_organisations_is_open_unless_a_domain_tells() -> None:
    register = Register()
    assert label(register, "IHI") == ""
    assert label(register, "IHI", "ihi.or.tz") == "ihi-ifakara"
    assert label(register, "IHI", "ihi.org") == "ihi-boston"
    assert label(register, "IHI", country="Tanzania") == "ihi-ifakara"


@pytest.mark.parametrize("text", ["Ministry of Health", "MoH", "University", "Hôpital", "NGO"])
def test_a_mere_kind_of_organisation_is_open(text: str) -> None:
    register = Register()
    assert label(register, text) == ""
    assert label(register, text, "health.example") == "health.example"


def test_a_country_tells_whose_ministry_it_is() -> None:
    register = Register()
    kenya = label(register, "Ministry of Health, Kenya")
    assert kenya == "ministry-of-health-ke"
    assert label(register, "MoH", country="Kenya") == kenya
    assert label(register, "Ministère de la santé", country="ml") == "ministry-of-health-ml"


def test_what_is_not_known_is_its_own_label() -> None:
    register = Register()
    assert label(register, "Acme Foundation") == "acme foundation"
    assert label(register, "", "acme.example") == "acme.example"
    assert label(register, "Freelance", "acme.example") == "acme.example"
    assert label(register, "n/a") == ""


def test_a_domain_belongs_to_whom_most_of_its_mailboxes_name() -> None:
    register = Register().learn(ACME)
    assert label(register, "", "acme.example") == "acme-foundation"
    torn = Register().learn([("one", "hub.example", 1), ("another", "hub.example", 1)])
    assert label(torn, "", "hub.example") == "hub.example", "its mailboxes do not agree"


def test_slips_and_acronyms_are_learned_within_a_domain() -> None:
    register = Register().learn(ACME)
    assert label(register, "AF") == label(register, "Acme Foundaton") == "acme-foundation"
    assert label(register, "Acme Foundation, Kenya") == "acme-foundation"
    apart = Register().learn([("acme foundation", "a.example", 5), ("af", "b.example", 2)])
    assert label(apart, "AF") != label(apart, "Acme Foundation")


def test_a_rare_slip_in_a_long_name_is_read_wherever_it_is_given() -> None:
    register = Register().learn(
        [("acme health trust", "", 9), ("acme healht trust", "", 1), ("acmi health trust", "", 3)]
    )
    assert label(register, "Acme Healht Trust") == label(register, "Acme Health Trust")
    assert label(register, "Acmi Health Trust") == "acmi-health-trust", "given too often"


def test_a_domain_may_be_called_by_the_first_words_of_a_name() -> None:
    stated = [("acme health trust", "", 3), ("", "acmehealth.example", 2), ("", "acme.example", 2)]
    register = Register().learn(stated)
    assert label(register, "", "acmehealth.example") == "acme-health-trust"
    assert label(register, "", "acme.example") == "acme.example", "too short to tell"
    torn = Register().learn([*stated, ("acme health union", "", 2)])
    assert label(torn, "", "acmehealth.example") == "acmehealth.example"


def test_an_acronym_that_was_learned_for_two_is_open() -> None:
    register = Register().learn([*ACME, ("agile farmers", "agile.example", 5),
                                 ("af", "agile.example", 2)])  # fmt: skip
    assert label(register, "AF") == ""
    assert label(register, "AF", "acme.example") == "acme-foundation"
    assert label(register, "AF", "agile.example") == "agile-farmers"


def test_digits_and_countries_are_no_slips() -> None:
    register = Register().learn(
        [("clinic team1", "a.example", 1), ("clinic team2", "a.example", 1),
         ("gambia health", "a.example", 1), ("zambia health", "a.example", 1)]
    )  # fmt: skip
    labels = {register.label(n, "") for n in ("clinic team1", "clinic team2", "gambia health",
                                              "zambia health")}  # fmt: skip
    assert len(labels) == 4


def test_a_domain_whose_people_work_all_over_is_nobodys() -> None:
    """A mail provider that no list knows."""
    stated = [(f"firm {chr(97 + n)}x", "mail.example", 1) for n in range(9)]
    register = Register().learn(stated)
    assert label(register, "", "mail.example") == ""
    assert label(register, "Firm Ax", "mail.example") == "firm-ax"


def test_a_domain_may_tell_by_its_own_name() -> None:
    stated = [
        ("acme", "acme.example", 3),
        ("hiv unit", "acme.example", 4),
        ("xyz", "acme.example", 3),
    ]
    assert label(Register().learn(stated), "", "acme.example") == "acme"


def test_what_a_person_said_stands() -> None:
    register = Register(
        {"af": "who", "acme foundation": ""}, {"acme.example": "unicef"}, {"unfpa": "unicef"}
    ).learn(ACME)
    assert label(register, "AF") == "who"
    assert label(register, "", "acme.example") == "unicef"
    assert label(register, "Acme Foundation") == "acme foundation", "no organisation, but a text"
    assert register.key_of("acme foundation", "") == ""
    assert label(register, "UNFPA") == "unicef"


def test_keys_stay_when_the_best_name_changes() -> None:
    before = Register().learn([("acme fund", "acme.example", 3)])
    remembered = before.learned_names
    grown = [("acme fund", "", 3), ("acmefund", "", 30)]
    assert set(Register().learn(grown, remembered).learned_names.values()) == {"acme-fund"}


names = st.sampled_from(
    ["", "acme fund", "acme fundd", "af", "who", "who kenya", "ihi", "university", "acmefund",
     "alpha forum", "moh kenya", "acme fund kenya", "ministry of health"]
)  # fmt: skip
domains = st.sampled_from(["", "acme.example", "alpha.example", "who.int", "mail.example"])
stated = st.lists(st.tuples(names, domains, st.integers(1, 5)), max_size=25)


@given(stated, st.integers(0, 99))
def test_the_order_of_what_was_stated_does_not_matter(
    what: list[tuple[str, str, int]], seed: int
) -> None:
    other = list(what)
    Random(seed).shuffle(other)
    one, two = Register().learn(what), Register().learn(other)
    assert (one.learned_names, one.learned_domains) == (two.learned_names, two.learned_domains)
    assert one.open_names == two.open_names


@given(stated)
def test_learning_twice_is_learning_once(what: list[tuple[str, str, int]]) -> None:
    once = Register().learn(what)
    again = Register().learn(what, once.learned_names)
    assert (once.learned_names, once.learned_domains) == (
        again.learned_names,
        again.learned_domains,
    )
