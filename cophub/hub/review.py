"""Questions about people and their answers: one by one in a terminal, or many in a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from sqlalchemy import Connection, select

from cophub.hub.question_sheet import BadRow, SheetAnswer, read_sheet, write_sheet
from cophub.hub.resolving import bring_up_to_date
from cophub.identities import decisions as kept
from cophub.identities.decisions import Account, Contradiction, Fact, Wish
from cophub.identities.lookup import accounts_of
from cophub.identities.matching.words import sentence
from cophub.identities.privacy import mask_text
from cophub.identities.profile import AccountView, Side, account_views, side_of
from cophub.identities.review import Question, Queue, asked, question_id
from cophub.warehouse import tables

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.people import Decide

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_edge, _evidence = tables.identity_edge, tables.identity_evidence


@dataclass(frozen=True)
class Sheet:
    """What was written to a file: how many questions of how many that are open."""

    questions: int
    open: int


@dataclass(frozen=True)
class AnswersRead:
    """What was read from a file."""

    made: tuple[Fact, ...]
    already: int
    """Answers that stood before."""
    bad: tuple[BadRow, ...]
    waits: str | None = None
    """Why people are not up to date yet; None: they are."""
    dry_run: bool = False


class Review:
    """The open questions of a hub."""

    def __init__(self, hub: "Hub", *, addresses: bool = False) -> None:
        self.hub = hub
        self.addresses = addresses

    def queue(self, limit: int | None = None) -> Queue:
        """The open questions, best gain first; as many as are worth asking, or `limit`."""
        with self.hub.warehouse.connect() as connection:
            return Queue(asked(connection), limit)

    def sides(self, questions: Iterable[Question]) -> dict[str, tuple[Side, Side]]:
        """Both people of each question, by its id."""
        questions = list(questions)
        with self.hub.warehouse.connect() as connection:
            theirs = {
                person: accounts_of(connection, [person])
                for question in questions
                for person in (question.person_a, question.person_b)
            }
            everyone = {account for accounts in theirs.values() for account in accounts}
            views = account_views(connection, everyone, addresses=self.addresses)
        return {
            question.id: (
                _side(views, theirs[question.person_a], question.a),
                _side(views, theirs[question.person_b], question.b),
            )
            for question in questions
        }

    def answer(self, question: Question, same: bool, how: "Decide") -> Fact | Contradiction:
        """Keep one answer at once; the decision, or the contradiction for which it was not kept."""
        wish = Wish(same, question.a, question.b)
        now = self.hub.now()
        with self.hub.warehouse.begin() as connection:
            for conflict in kept.objections(connection, [wish], now=now):
                return conflict
            made = kept.record(connection, [wish], by=how.who, now=now, note=how.note)
            standing = made or kept.facts(connection)
            return next(f for f in standing if f.same is same and f.pair == wish.pair)

    def take_back(self, fact: Fact) -> None:
        """Withdraw one answer."""
        with self.hub.warehouse.begin() as connection:
            kept.withdraw(connection, [fact.number], now=self.hub.now())

    def settle(self) -> str | None:
        """Let the answers take effect; None, or why they cannot yet."""
        return bring_up_to_date(self.hub)

    def write(self, target: IO[bytes], limit: int | None = None) -> Sheet:
        """The questions as CSV."""
        queue = self.queue(limit)
        rows = queue.waiting()
        accounts = {account for question, _ in rows for account in (question.a, question.b)}
        with self.hub.warehouse.connect() as connection:
            views = account_views(connection, accounts, addresses=self.addresses)
        why = {question.id: mask_text(sentence(question.reasons)) for question, _ in rows}
        written = write_sheet(target, rows, views, queue.all.sizes, why)
        return Sheet(written, len(queue.all.questions))

    def read(self, content: bytes, how: "Decide") -> AnswersRead:
        """Take the answers of a file, as one command; bad rows are told, good ones kept.

        Raises ConfigError where it is no such file.
        """
        answers, bad = read_sheet(content)
        with self.hub.warehouse.connect() as connection:
            pairs = _pairs(connection, {answer.question for answer in answers})
            standing = kept.facts(connection)
        good = []
        for answer in answers:
            if answer.question in pairs:
                good.append(answer)
            else:
                bad.append(BadRow(answer.line, _NO_QUESTION.format(answer.question[:40])))
        good, against = _consistent(standing, good, pairs, force=how.force)
        bad += against
        known = {(fact.same, *fact.pair) for fact in standing}
        wishes = [_wish(answer, pairs) for answer in good]
        fresh = [wish for wish in wishes if (wish.same, *wish.pair) not in known]
        bad.sort(key=lambda row: row.line)
        if how.dry_run or not fresh:
            made = [Fact(0, w.same, *w.pair, how.who, self.hub.now(), w.note) for w in fresh]
            return AnswersRead(
                tuple(made), len(wishes) - len(fresh), tuple(bad), dry_run=how.dry_run
            )
        with self.hub.warehouse.begin() as connection:
            made = kept.record(connection, fresh, by=how.who, now=self.hub.now(), note=how.note)
        waits = bring_up_to_date(self.hub)
        return AnswersRead(tuple(made), len(wishes) - len(fresh), tuple(bad), waits)


_NO_QUESTION = 'there is no question "{}" any more: an account of it is gone or has another key'


def _wish(answer: SheetAnswer, pairs: dict[str, tuple[Account, Account]]) -> Wish:
    return Wish(answer.same, *pairs[answer.question], answer.note)


def _consistent(
    standing: Sequence[Fact],
    answers: Sequence[SheetAnswer],
    pairs: dict[str, tuple[Account, Account]],
    *,
    force: bool,
) -> tuple[list[SheetAnswer], list[BadRow]]:
    """The answers that can hold together, and those that contradict what came before them."""
    good = list(answers)
    bad: list[BadRow] = []
    before = {conflict.different.number for conflict in kept.contradictions(standing)}
    while not force:
        asked = [
            Fact(-answer.line, w.same, *w.pair, None, _LONG_AGO)
            for answer in good
            if (w := _wish(answer, pairs))
        ]
        found = [
            conflict
            for conflict in kept.contradictions([*standing, *asked])
            if conflict.different.number not in before
        ]
        if not found:
            break
        for conflict in found:
            lines = sorted({-fact.number for fact in conflict.facts if fact.number < 0})
            numbers = sorted({fact.number for fact in conflict.facts if fact.number > 0})
            if lines and any(answer.line == lines[-1] for answer in good):
                good = [answer for answer in good if answer.line != lines[-1]]
                bad.append(BadRow(lines[-1], _contradicts(lines[:-1], numbers)))
        if not any(fact.number < 0 for conflict in found for fact in conflict.facts):
            break
    return good, bad


def _contradicts(lines: Sequence[int], numbers: Sequence[int]) -> str:
    parts = [f"line {line}" for line in lines] + [f"decision {number}" for number in numbers]
    hint = f"; `cophub people undo {numbers[-1]}` takes it back" if numbers else ""
    return f"contradicts {' and '.join(parts)}{hint}"


def _pairs(connection: Connection, wanted: set[str]) -> dict[str, tuple[Account, Account]]:
    """The two accounts of each question: open ones, answered ones, and all that was weighed."""
    found: dict[str, tuple[Account, Account]] = {}
    for question in asked(connection).questions:
        found[question.id] = (question.a, question.b)
    for fact in kept.facts(connection, withdrawn=True):
        found.setdefault(question_id(*fact.pair), fact.pair)
    if wanted - found.keys():
        one, other = _evidence.alias(), _evidence.alias()
        query = (
            select(one.c.source, one.c.account, other.c.source, other.c.account)
            .select_from(_edge)
            .join(one, one.c.id == _edge.c.a)
            .join(other, other.c.id == _edge.c.b)
        )
        for source_a, a, source_b, b in connection.execute(query):
            pair = ((source_a, a), (source_b, b))
            found.setdefault(question_id(*pair), pair)
    return {name: found[name] for name in wanted & found.keys()}


def _side(views: dict[Account, AccountView], accounts: Sequence[Account], first: Account) -> Side:
    """A person, the account that is asked about first."""
    ordered = sorted(accounts, key=lambda account: (account != first, account))
    return side_of([views[account] for account in ordered])


__all__ = ["AnswersRead", "Review", "Sheet"]
