"""Accounts of a crowd in which nearly everybody has something in common with somebody else."""

from typing import Any

from hypothesis import strategies as st

from tests.identities.store.conftest import Ref, account

SOURCES = ("calls", "drive", "lists", "news")
KEYS = tuple(f"k{number}" for number in range(12))
_GIVEN = ("Amina", "Bruno", "Wei", "Maria Awa", "Aminata", "A.")
_FAMILY = ("Diallo", "Costa", "da Costa Lima", "Zhang", "Ba", "Ndiaye", "Costa Jr", "Costa Sr")
_TURNED = ("Diallo, Amina", "Costa Bruno", "Ba Maria Awa", "Zhang Wei")
_OTHER = (
    None, "", "amina", "K.", "info", "iPhone de Amina", "Training Team", "Meeting Room 2",
    "张伟", "张 薇", "Amina Diallo (Health Alliance)", "Dr Maria Awa Ba",
)  # fmt: skip
_NAMES = (*(f"{one} {other}" for one in _GIVEN for other in _FAMILY), *_TURNED, *_OTHER)
_LOCALS = (
    "amina.diallo", "adiallo", "amina", "bruno.costa", "bruno.costa2", "bcosta77", "awa.ba",
    "wei.zhang", "zz17kk", "info", "no-reply", "amina.diallo+news", "a.m.i.n.a",
)  # fmt: skip
_DOMAINS = ("health.example", "saude.example", "gmail.com", "yahoo.fr", "who.int")
_ADDRESSES = (None, None, *(f"{local}@{domain}" for local in _LOCALS for domain in _DOMAINS))
_PLACES = (None, None, "Health Alliance", "HA", "Instituto Saude", "WHO", "Ministry of Health")
_LOGINS = (None, None, None, "adiallo", "bcosta77", "zz17kk", "amina@health.example")
_KINDS = (None,) * 6 + ("person", "bot", "room")
_IDS = tuple({"directory_id": f"{n}0000000-1111-2222-3333-444444444444"} for n in (1, 2, 3))
_MORE = (
    *(None,) * 6,
    *_IDS,
    {"orcid": "0000-0002-1825-0097"},
    {"phone": "+221 77 123 45 67"},
    {"birthday": "1980-02-03"},
    {"birthday": "1980-02-04"},
    {"job_title": "Nurse"},
)
_SPACES = ((), (), ("malaria",), ("malaria", "tb"), ("tb",), ("hiv", "all"), ("all",))

ACCOUNTS: st.SearchStrategy[dict[str, Any]] = st.builds(
    account,
    st.sampled_from(SOURCES),
    st.sampled_from(KEYS),
    name=st.sampled_from(_NAMES),
    given_name=st.sampled_from((None, None, None, "Amina")),
    family_name=st.sampled_from((None, None, None, "Diallo")),
    email=st.sampled_from(_ADDRESSES),
    email_verified=st.sampled_from((None, True, False)),
    username=st.sampled_from(_LOGINS),
    kind=st.sampled_from(_KINDS),
    organization=st.sampled_from(_PLACES),
    city=st.sampled_from((None, None, "Dakar")),
    country=st.sampled_from((None, "SN", "BR")),
    extra=st.sampled_from(_MORE),
    spaces=st.sampled_from(_SPACES),
)
REFS: st.SearchStrategy[Ref] = st.tuples(st.sampled_from(SOURCES), st.sampled_from(KEYS))


def at_start(chance: Any, number: int) -> list[dict[str, Any]]:
    """So many accounts of the crowd, drawn by a `random.Random`, each with a key of its own."""
    fields: dict[str, tuple[Any, ...]] = {
        "name": _NAMES, "email": _ADDRESSES, "email_verified": (None, True, False),
        "username": _LOGINS, "kind": _KINDS, "organization": _PLACES,
        "city": (None, None, "Dakar"), "country": (None, "SN", "BR"), "extra": _MORE,
        "spaces": _SPACES,
    }  # fmt: skip
    refs = chance.sample([(source, key) for source in SOURCES for key in KEYS], number)
    return [
        account(*ref, **{field: chance.choice(values) for field, values in fields.items()})
        for ref in refs
    ]
