"""Questions about people and their answers: one by one in a terminal, or many in a file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from sqlalchemy import Connection, select

from cophub.hub.question_sheet import BadRow, SheetAnswer, read_sheet, write_sheet
from cophub.hub.resolving import bring_up_to_date
from cophub.hub.source_uses import visible
from cophub.identities import decisions as kept
from cophub.identities.calibration import Learned
from cophub.identities.decisions import Contradiction, Fact, Wish
from cophub.identities.explain import joining
from cophub.identities.links import Account, holdings
from cophub.identities.matching.words import sentence
from cophub.identities.privacy import mask_text
from cophub.identities.profile import AccountView, Side, account_views, side_of
from cophub.identities.review import Question, Queue, asked, question_id
from cophub.identities.uniting import hanging, said_different, unite
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

    kept: int
    """Answers that are new."""
    already: int
    """Answers that stood before."""
    bad: tuple[BadRow, ...]
    made: tuple[Fact, ...] = ()
    """The decisions that came of them; a yes may need several."""
    waits: str | None = None
    """Why people are not up to date yet; None: they are."""
    dry_run: bool = False


class Review:
    """The open questions of a hub."""

    def __init__(self, hub: "Hub", *, addresses: bool = False) -> None:
        self.hub = hub
        self.visible = visible(hub.config, addresses)

    def queue(self, limit: int | None = None) -> Queue:
        """The open questions, best gain first; as many as are worth asking, or `limit`."""
        weights = self.learned().weights
        with self.hub.warehouse.connect() as connection:
            return Queue(asked(connection, weights), limit)

    def learned(self) -> Learned:
        """What the answers so far say about scores, and the weights that come of it."""
        return self.hub.directory.learned()

    def sides(self, questions: Iterable[Question]) -> dict[str, tuple[Side, Side]]:
        """Both people of each question, by its id; of one person the two sides that a no parts."""
        questions = list(questions)
        with self.hub.warehouse.connect() as connection:
            of = holdings(connection, {p for q in questions for p in (q.person_a, q.person_b)})
            views = account_views(connection, of, visible=self.visible)
            different = said_different(connection)
            theirs: dict[str, list[Account]] = defaultdict(list)
            for account, person in of.items():
                theirs[person].append(account)
            found = {}
            for q in questions:
                mine, others = theirs[q.person_a], theirs[q.person_b]
                if q.joined:
                    ties = joining(connection, mine)
                    cut = different | {frozenset((q.a, q.b))}
                    mine, others = (sorted(hanging(end, ties, cut)) for end in (q.a, q.b))
                found[q.id] = (_side(views, mine, q.a), _side(views, others, q.b))
        return found

    def answer(
        self, question: Question, same: bool, how: "Decide"
    ) -> tuple[Fact, ...] | Contradiction:
        """Keep one answer at once; the decisions, or the contradiction for which none was kept.

        A yes is about all accounts of both people, a no about the two that were asked about: no
        weaker edge brings their sides together again. No decisions: it was answered already.
        """
        now = self.hub.now()
        with self.hub.warehouse.begin() as connection:
            wishes = _wishes(connection, question.a, question.b, same, question.level)
            for conflict in kept.objections(connection, wishes, now=now):
                return conflict
            return tuple(kept.record(connection, wishes, by=how.who, now=now, note=how.note))

    def take_back(self, facts: Iterable[Fact]) -> None:
        """Withdraw what an answer decided."""
        with self.hub.warehouse.begin() as connection:
            kept.withdraw(connection, [fact.number for fact in facts], now=self.hub.now())

    def settle(self) -> str | None:
        """Let the answers take effect; None, or why they cannot yet."""
        return bring_up_to_date(self.hub)

    def write(self, target: IO[bytes], limit: int | None = None) -> Sheet:
        """The questions as CSV."""
        queue = self.queue(limit)
        rows = queue.waiting()
        accounts = {account for question, _ in rows for account in (question.a, question.b)}
        with self.hub.warehouse.connect() as connection:
            views = account_views(connection, accounts, visible=self.visible)
        why = {question.id: mask_text(sentence(question.reasons)) for question, _ in rows}
        sizes = {question.id: queue.sides(question) for question, _ in rows}
        written = write_sheet(target, rows, views, sizes, why)
        return Sheet(written, len(queue.all.questions))

    def read(self, content: bytes, how: "Decide") -> AnswersRead:
        """Take the answers of a file, as one command; bad rows are told, good ones kept.

        Raises ConfigError where it is no such file.
        """
        answers, bad = read_sheet(content)
        weights = self.learned().weights
        with self.hub.warehouse.connect() as connection:
            opened = {question.id: question for question in asked(connection, weights).questions}
            pairs = _pairs(connection, opened, {answer.question for answer in answers})
            standing = kept.facts(connection)
        good = []
        for answer in answers:
            if answer.question in pairs:
                good.append(answer)
            else:
                bad.append(BadRow(answer.line, _NO_QUESTION.format(answer.question[:40])))
        parted = {frozenset(pairs[answer.question]) for answer in good if not answer.same}
        with self.hub.warehouse.connect() as connection:
            wishes = {
                answer.line: _wishes(
                    connection, *pairs[answer.question], answer.same,
                    opened[answer.question].level if answer.question in opened else None,
                    answer.note, parted,
                )
                for answer in good
            }  # fmt: skip
        good, against = _consistent(standing, good, wishes, force=how.force)
        bad += against
        bad.sort(key=lambda row: row.line)
        known = {(fact.same, *fact.pair) for fact in standing}
        # The first wish is about the two accounts that were asked about.
        fresh = [answer for answer in good if _key(wishes[answer.line][0]) not in known]
        told = AnswersRead(len(fresh), len(good) - len(fresh), tuple(bad), dry_run=how.dry_run)
        if how.dry_run or not fresh:
            return told
        with self.hub.warehouse.begin() as connection:
            made = kept.record(
                connection,
                [wish for answer in fresh for wish in wishes[answer.line]],
                by=how.who,
                now=self.hub.now(),
                note=how.note,
            )
        return replace(told, made=tuple(made), waits=bring_up_to_date(self.hub))


_NO_QUESTION = 'there is no question "{}" any more: an account of it is gone or has another key'


def _wishes(
    connection: Connection,
    a: Account,
    b: Account,
    same: bool,
    level: float | None,
    note: str | None = None,
    different: Collection[frozenset[Account]] = (),
) -> list[Wish]:
    """What an answer decides: a yes is about the whole of both people.

    `level` is that of the question, of the two accounts alone. `different` are pairs that the same
    file says are two people's.
    """
    if not same:
        return [Wish(False, a, b, note, level)]
    first, *rest = unite(connection, [a, b], note, different)
    return [first._replace(score=level), *rest]


def _key(wish: Wish) -> tuple[bool, Account, Account]:
    return (wish.same, *wish.pair)


def _consistent(
    standing: Sequence[Fact],
    answers: Sequence[SheetAnswer],
    wishes: Mapping[int, Sequence[Wish]],
    *,
    force: bool,
) -> tuple[list[SheetAnswer], list[BadRow]]:
    """The answers that can hold together, and those that contradict what came before them."""
    good = list(answers)
    bad: list[BadRow] = []
    before = {conflict.different.number for conflict in kept.contradictions(standing)}
    while not force:
        asked_for = [
            Fact(-answer.line, wish.same, *wish.pair, None, _LONG_AGO)
            for answer in good
            for wish in wishes[answer.line]
        ]
        last: dict[int, kept.Contradiction] = {}
        for conflict in kept.contradictions([*standing, *asked_for]):
            lines = [-fact.number for fact in conflict.facts if fact.number < 0]
            if lines and conflict.different.number not in before:
                last.setdefault(max(lines), conflict)
        if not last:
            break
        for line, conflict in last.items():
            others = {-fact.number for fact in conflict.facts if fact.number < 0} - {line}
            numbers = {fact.number for fact in conflict.facts if fact.number > 0}
            bad.append(BadRow(line, _contradicts(sorted(others), sorted(numbers))))
        good = [answer for answer in good if answer.line not in last]
    return good, bad


def _contradicts(lines: Sequence[int], numbers: Sequence[int]) -> str:
    parts = [f"line {line}" for line in lines] + [f"decision {number}" for number in numbers]
    hint = f"; `cophub people undo {numbers[-1]}` takes it back" if numbers else ""
    return f"contradicts {' and '.join(parts)}{hint}"


def _pairs(
    connection: Connection, opened: Mapping[str, Question], wanted: set[str]
) -> dict[str, tuple[Account, Account]]:
    """The two accounts of each question: open ones, answered ones, and all that was weighed."""
    found = {name: (question.a, question.b) for name, question in opened.items()}
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
