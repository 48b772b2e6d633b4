"""Accounts with the truth beside them, as a CSV file: what every system reads, and nothing else.

The columns are those of `export account`, and `person` (whose it is; the same text for the same
person). Optional: `communities` (names of what the account is in, with a line break between; a
name is one community, whatever the source), `linkable` (1 or 0), `true_kind` (person, role_mailbox,
...), `later` (1: comes only once all others are there). A column that is not there says nothing.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

ACCOUNT = (
    "name", "given_name", "family_name", "email", "email_verified", "username", "kind",
    "job_title", "department", "organization", "city", "country", "timezone", "language",
    "created_at", "status", "extra",
)  # fmt: skip
TRUTH = ("person", "linkable", "true_kind", "later")
COLUMNS = ("source", "account", *ACCOUNT, "communities", *TRUTH)

Row = tuple[str | None, ...]

csv.field_size_limit(1 << 27)


def rows(path: Path, columns: Sequence[str], *, later: bool | None = False) -> Iterator[Row]:
    """Those columns of each account, None where it says nothing.

    `later` chooses the accounts that come late (True), all others (False), or both (None).
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip().lower() for name in next(reader)]
        places = [header.index(name) if name in header else -1 for name in columns]
        late = header.index("later") if "later" in header else -1
        for line in reader:
            if not line:
                continue
            if later is not None and (late >= 0 and line[late] == "1") != later:
                continue
            yield tuple((line[at] or None) if at >= 0 else None for at in places)


def communities(told: str | None) -> list[str]:
    """The names of a cell of `communities`: each once, in order."""
    return sorted({name.strip() for name in (told or "").splitlines()} - {""})


def is_true(told: str | None) -> bool:
    """Whether a cell says yes."""
    return (told or "").strip().lower() in ("1", "true")


def columns_of(path: Path) -> list[str]:
    """The names in the first line."""
    with path.open(encoding="utf-8", newline="") as file:
        return [name.strip().lower() for name in next(csv.reader(file), [])]


def truth(path: Path, *, later: bool | None = False) -> tuple[list[str], list[bool]]:
    """Whose each account is, and whether it can be linked to others at all.

    Where the file does not say, an account is linkable that carries two words of a name, or an
    address that another account of the same person has as well.
    """
    wanted = ("source", "account", "person", "linkable", "name", "given_name", "family_name")
    people, told, named, mail = [], [], [], []
    for source, key, person, linkable, name, given, family, email in rows(
        path, (*wanted, "email"), later=later
    ):
        people.append(person or f"nobody else: {source} {key}")
        told.append(linkable)
        words = re.findall(r"[^\W\d_]{2,}", name or f"{given or ''} {family or ''}")
        named.append(len(words) > 1 and "@" not in (name or ""))
        mail.append((email or "").strip().lower())
    uses = Counter(zip(people, mail, strict=True))
    return people, [
        flag == "1" if flag is not None else full or bool(box and uses[person, box] > 1)
        for flag, full, person, box in zip(told, named, people, mail, strict=True)
    ]


def write_population(path: Path, seed: int, accounts: int, later: int) -> int:
    """The invented population of a seed: `accounts`, and `later` more, drawn from among them all.

    Returns the number of its people.
    """
    import msgspec

    from cophub.sandbox.population import Population, linkable

    population = Population(seed=seed, accounts=accounts + later)
    can_be_linked = linkable(population.accounts())
    late = set(Random(seed).sample(range(accounts + later), later))
    people = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, held in enumerate(population.accounts()):
            people.add(held.person)
            ref = (held.source, str(held.account.key))
            said = [getattr(held.account, name) for name in ACCOUNT]
            values = [
                None if value is msgspec.UNSET or value is None
                else "1" if value is True
                else msgspec.json.encode(value).decode() if isinstance(value, dict)
                else value
                for value in said
            ]  # fmt: skip
            spaces = "\n".join(sorted(held.memberships))
            flag = "1" if ref in can_be_linked else "0"
            comes = "1" if number in late else ""
            writer.writerow([*ref, *values, spaces, held.person, flag, held.kind, comes])
    return len(people)


def write_labels(path: Path, labels: Sequence[object]) -> None:
    """A line an account, in the order of the table: alike where two are one person's."""
    path.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")


def read_labels(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
