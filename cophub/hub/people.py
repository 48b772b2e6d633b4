"""What people decide about people: merge, split, undo, and the answers to questions.

A decision is kept at once, whatever comes after it. Then the pipeline `identities` brings people up
to date, under the lease of the pipelines; where these are at work already, their next run does it.
"""

import getpass
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub.resolving import PIPELINE, bring_up_to_date, rehearse, undone
from cophub.hub.source_uses import SourceUse, source_uses, visible
from cophub.identities import decisions as kept
from cophub.identities.calibration import Learned, learned_here
from cophub.identities.card import PersonCard, person_card
from cophub.identities.decisions import Contradiction, Fact, Wish
from cophub.identities.explain import WhyPerson, why_person
from cophub.identities.links import Account, accounts_of, in_parts, owners, sizes
from cophub.identities.lookup import Meant, account_of, best_account, meant
from cophub.identities.matching.weights import Weights
from cophub.identities.profile import account_views
from cophub.identities.standing import conflicts
from cophub.identities.uniting import unite
from cophub.warehouse import tables

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.renaming import Renamed
    from cophub.hub.review import Review
    from cophub.identities.between import Between
    from cophub.identities.store.rule_counts import RuleLine
    from cophub.warehouse import Warehouse

_MOST = 20_000
"""A split that would need more decisions than this is no judgement of anybody's."""
_NUMBERS = re.compile(r"\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*")
"""Accounts by their numbers, as in `1,3` and `5-7`."""
_person, _link = tables.person, tables.person_account


@dataclass(frozen=True)
class PersonLine:
    """A person in one line."""

    person: str
    name: str | None
    kind: str
    accounts: int
    new: bool = False
    """Whether this id was not there before."""


@dataclass(frozen=True)
class Change:
    """What a command decided, and what became of the people it is about."""

    made: tuple[Fact, ...] = ()
    withdrawn: tuple[Fact, ...] = ()
    before: tuple[PersonLine, ...] = ()
    after: tuple[PersonLine, ...] = ()
    contradictions: tuple[str, ...] = ()
    """What cannot all hold, and was written nevertheless."""
    dry_run: bool = False
    waits: str | None = None
    """Why people are not up to date yet; None: they are."""

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to decide or to take back."""
        return not self.made and not self.withdrawn


@dataclass(frozen=True)
class DecisionRow:
    """A decision as it is listed."""

    number: int
    decision: str
    a: str
    name_a: str | None
    b: str
    name_b: str | None
    state: str
    """stands, withdrawn, or contradicted."""
    decided_by: str | None
    decided_at: Any
    note: str | None
    withdrawn_at: Any = None
    score: float | None = None
    """The log-odds with which it was asked about; None: it was decided unasked."""


@dataclass
class Decide:
    """How decisions are to be taken."""

    by: str | None = None
    """Who decides; else the user of this machine."""
    note: str | None = None
    force: bool = False
    """Whether to write what contradicts other decisions."""
    instead: bool = False
    """Whether to take back the decisions that say the opposite."""
    dry_run: bool = False

    @property
    def who(self) -> str | None:
        """The name that is kept with a decision."""
        if self.by:
            return self.by
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # a machine where this user has no name
            return None


class People:
    """The decisions of one hub, and what they do."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub

    @property
    def _warehouse(self) -> "Warehouse":
        return self.hub.warehouse

    # --- deciding ----------------------------------------------------------------------------

    def merge(self, asked: Sequence[str], how: Decide) -> Change:
        """Say that these people or accounts are one person. Raises ConfigError: nobody, or one."""

        def wishes(connection: Connection) -> tuple[list[Wish], list[Account]]:
            found = [meant(connection, text) for text in asked]
            _check_several(found)
            accounts = [each.account or best_account(connection, each.person) for each in found]
            return unite(connection, accounts), []

        return self._decide(wishes, how)

    def split(self, asked: str, accounts: Sequence[str], how: Decide) -> Change:
        """Say that these accounts of a person are not the person of its other accounts.

        An account is named as `source:account`, by its address, or by its number in `show`.
        """

        def wishes(connection: Connection) -> tuple[list[Wish], list[Account]]:
            person = meant(connection, asked)
            theirs = accounts_of(connection, [person.person])
            apart = [account_of(connection, person, theirs, text) for text in _each(accounts)]
            rest = [account for account in theirs if account not in apart]
            if not rest:
                raise ConfigError(
                    f"{person.label} has no other accounts; name only those to be split off",
                    code=ASKED,
                )
            if len(rest) * len(set(apart)) > _MOST:
                raise ConfigError(
                    f"{person.label} has {len(theirs):,} accounts, too many to be split by hand;"
                    " split one account off at a time",
                    code=ASKED,
                )
            return [Wish(False, a, b) for a in dict.fromkeys(apart) for b in rest], apart

        return self._decide(wishes, how)

    def undo(self, numbers: Sequence[int], how: Decide) -> Change:
        """Take these decisions back; without numbers all that the last command decided."""
        with self._warehouse.connect() as connection:
            standing = kept.facts(connection)
            known = {fact.number: fact for fact in kept.facts(connection, withdrawn=True)}
        if not numbers:
            made = kept.commands(standing)
            if not made:
                raise ConfigError(
                    "there is no decision to take back; `cophub people decisions`", code=ASKED
                )
            numbers = [fact.number for fact in made[-1]]
        for number in numbers:
            if number not in known:
                raise ConfigError(
                    f"there is no decision {number}; `cophub people decisions` lists them",
                    code=ASKED,
                )
            if known[number].withdrawn_at is not None and len(numbers) == 1:
                raise ConfigError(f"decision {number} is withdrawn already", code=ASKED)
        touched = {account for number in numbers for account in known[number].pair}
        return self._change(
            lambda connection: Change(
                withdrawn=tuple(kept.withdraw(connection, numbers, now=self.hub.now()))
            ),
            touched,
            how.dry_run,
        )

    def _decide(
        self,
        wishes: Callable[[Connection], tuple[list[Wish], list[Account]]],
        how: Decide,
    ) -> Change:
        with self._warehouse.connect() as connection:
            wanted, left = wishes(connection)
        touched = {account for wish in wanted for account in wish.pair}

        def write(connection: Connection) -> Change:
            now = self.hub.now()
            taken: list[Fact] = []
            if how.instead:
                crossing = kept.crossing(kept.facts(connection), wanted, left)
                numbers = [fact.number for fact in crossing]
                taken = kept.withdraw(connection, numbers, now=now)
            against = kept.objections(connection, wanted, now=now)
            if against and not how.force:
                raise ConfigError(_objection(against), code=ASKED)
            made = kept.record(connection, wanted, by=how.who, now=now, note=how.note)
            said = tuple(str(conflict) for conflict in against)
            return Change(tuple(made), tuple(taken), contradictions=said)

        return self._change(write, touched, how.dry_run)

    def _change(
        self,
        write: Callable[[Connection], Change],
        touched: set[Account],
        dry_run: bool,
    ) -> Change:
        """Write, bring people up to date, and tell who they were before and are now."""
        began = self.hub.now()
        with self._warehouse.connect() as connection:
            before = _lines(connection, touched)
            whole = set(touched)
            whole.update(accounts_of(connection, [line.person for line in before]))
        if dry_run:
            return self._rehearse(write, before, whole, began)
        with self._warehouse.begin() as connection:
            change = write(connection)
        # Also where nothing is new: what was decided before may not have taken effect yet.
        waits = bring_up_to_date(self.hub)
        with self._warehouse.connect() as connection:
            after = _lines(connection, whole, began)
        return replace(change, before=before, after=after, waits=waits)

    def _rehearse(
        self,
        write: Callable[[Connection], Change],
        before: tuple[PersonLine, ...],
        whole: set[Account],
        began: datetime,
    ) -> Change:
        with undone(self._warehouse) as connection:
            change = write(connection)
            rehearse(self.hub, connection)
            after = _lines(connection, whole, began)
        return replace(change, before=before, after=after, dry_run=True)

    # --- looking up --------------------------------------------------------------------------

    def meant(self, asked: str) -> Meant:
        """Whom a text names. Raises ConfigError: nobody, or several."""
        with self._warehouse.connect() as connection:
            return meant(connection, asked)

    def show(self, asked: str, *, addresses: bool = False) -> tuple[Meant, PersonCard]:
        """Everything that is known of a person. Raises ConfigError: nobody, or several."""
        with self._warehouse.connect() as connection:
            found = meant(connection, asked)
            shown = visible(self.hub.config, addresses)
            return found, person_card(connection, found.person, visible=shown)

    def uses(self, card: PersonCard) -> tuple[SourceUse, ...]:
        """Why the sources of a person's accounts are kept, as plugins.toml says."""
        return source_uses(self.hub.config, (view.source for view in card.accounts))

    def why(self, asked: str, *, addresses: bool = False) -> tuple[Meant, WhyPerson]:
        """Why a person's accounts are one person's. Raises ConfigError: nobody, or several."""
        with self._warehouse.connect() as connection:
            found = meant(connection, asked)
            shown = visible(self.hub.config, addresses).all_of(connection, [found.person])
            return found, why_person(connection, found.person, addresses=shown)

    def between(self, a: str, b: str, *, addresses: bool = False) -> "Between":
        """Why two are one person, or why not. Raises ConfigError: nobody, or several."""
        from cophub.identities.between import between

        weights = self.learned().weights
        with self._warehouse.connect() as connection:
            one, other = meant(connection, a), meant(connection, b)
            both = [one.person, other.person]
            shown = visible(self.hub.config, addresses).all_of(connection, both)
            return between(connection, one, other, weights=weights, addresses=shown)

    def learned(self) -> Learned:
        """The weights that the pipeline is set to, as answers correct them."""
        settings = self.hub.pipeline_settings(PIPELINE)
        found = getattr(settings, "weights", None)
        weights = found if isinstance(found, Weights) else Weights()
        with self._warehouse.connect() as connection:
            return learned_here(connection, weights)

    def rename_source(self, old: str, new: str, *, dry_run: bool = False) -> "Renamed":
        """Give what stands under one name of a source another. Raises ConfigError: cannot be."""
        from cophub.hub.renaming import rename_source

        return rename_source(self.hub, old, new, dry_run=dry_run)

    def review(self, *, addresses: bool = False) -> "Review":
        """The questions that the data alone cannot settle."""
        from cophub.hub.review import Review

        return Review(self.hub, addresses=addresses)

    # --- listing -----------------------------------------------------------------------------

    def decisions(self, *, withdrawn: bool = False, addresses: bool = False) -> list[DecisionRow]:
        """The decisions, the newest first."""
        with self._warehouse.connect() as connection:
            known = kept.facts(connection, withdrawn=withdrawn)
            named = {account for fact in known for account in fact.pair}
            shown = visible(self.hub.config, addresses)
            views = account_views(connection, named, visible=shown)
            wrong = {fact.number for conflict in conflicts(connection) for fact in conflict.facts}
        return [
            DecisionRow(
                number=fact.number,
                decision=fact.word,
                a=views[fact.a].label,
                name_a=views[fact.a].name,
                b=views[fact.b].label,
                name_b=views[fact.b].name,
                state=(
                    "withdrawn" if fact.withdrawn_at
                    else "contradicted" if fact.number in wrong else "stands"
                ),
                decided_by=fact.decided_by,
                decided_at=fact.decided_at,
                note=fact.note,
                withdrawn_at=fact.withdrawn_at,
                score=fact.score,
            )
            for fact in reversed(known)
        ]  # fmt: skip

    def unclear(self, search: str | None = None, community: str | None = None) -> int:
        """How many of the people show one word of a name at most, and no address."""
        from cophub.hub import reading

        return reading.unclear(self._warehouse, search, community)

    def common_keys(self) -> str | None:
        """How much accounts share that too many share for them to be compared; None: nothing."""
        from cophub.identities.store.common import read_common

        with self._warehouse.connect() as connection:
            found = read_common(connection)
        return str(found) if found and found.keys else None

    def rules(self) -> "list[RuleLine]":
        """A line for each identity rule: how many accounts it knows, and what is odd."""
        from cophub.identities.store.rule_counts import rule_lines

        with self._warehouse.connect() as connection:
            return rule_lines(connection)

    def contradictions(self) -> list[str]:
        """Decisions that cannot all hold, a line each."""
        with self._warehouse.connect() as connection:
            return [str(conflict) for conflict in conflicts(connection)]


def _check_several(found: Sequence[Meant]) -> None:
    if len(found) < 2:
        raise ConfigError("name two people or accounts, or more", code=ASKED)
    if len({each.person for each in found}) == 1 and not all(each.account for each in found):
        raise ConfigError(
            f"all of these are {found[0].label} already; name accounts to make it a decision",
            code=ASKED,
        )


def _each(texts: Iterable[str]) -> Iterator[str]:
    """`["1,3", "5-7"]` as 1, 3, 5, 6, 7; what is no number stays as it is."""
    for text in texts:
        if not _NUMBERS.fullmatch(text):
            yield text
            continue
        for part in text.split(","):
            first, _, last = part.partition("-")
            yield from map(str, range(int(first), int(last or first) + 1))


def _objection(against: Sequence[Contradiction]) -> str:
    lines = "; ".join(str(conflict) for conflict in against[:3])
    more = f" (and {len(against) - 3} more)" if len(against) > 3 else ""
    numbers = sorted({f.number for conflict in against for f in conflict.facts if f.number})
    return (
        f"this contradicts what was decided{more}: {lines}. Nothing was written:"
        f" `cophub people undo {numbers[0]}` takes one back, --instead takes back those that say"
        " the opposite, --force keeps both until somebody settles it"
    )


def _lines(
    connection: Connection, accounts: Iterable[Account], began: datetime | None = None
) -> tuple[PersonLine, ...]:
    """The people of accounts, those with most accounts first; new are those made since `began`."""
    people = set(owners(connection, accounts).values())
    counts = sizes(connection, people)
    p = _person.c
    found = [
        PersonLine(
            row.id, row.name, row.kind, counts[row.id],
            new=began is not None and row.created_at >= began,
        )
        for part in in_parts(people)
        for row in connection.execute(
            select(p.id, p.name, p.kind, p.created_at).where(p.id.in_(part))
        )
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda line: (-line.accounts, line.name or "", line.person)))


__all__ = ["Change", "Decide", "DecisionRow", "People", "PersonLine"]
