"""`people`: the directory, why it is as it is, and what people decide about it."""

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cophub.cli import show
from cophub.cli.forget import people_forget
from cophub.cli.options import State, pass_state, shared
from cophub.cli.person_export import people_export
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.answers import PersonRow
    from cophub.hub.people import Change, Decide
    from cophub.identities.lookup import Meant

F = TypeVar("F", bound=Callable[..., Any])

_addresses = click.option(
    "--addresses",
    is_flag=True,
    help="Show all addresses in full; else only those of sources that show theirs.",
)
_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would change, and change nothing."
)


def deciding(function: F) -> F:
    """Give a command what every decision takes: who, why, and what of contradictions."""
    options: dict[str, dict[str, Any]] = {
        "--dry-run": {"is_flag": True, "help": "Say what would change, and change nothing."},
        "--force": {"is_flag": True, "help": "Decide even against other decisions; both stand."},
        "--instead": {"is_flag": True, "help": "Take back decisions that say the opposite."},
        "--note": {"metavar": "TEXT", "help": "Why; it is kept with the decision."},
        "--by": {"metavar": "NAME", "help": "Who decides; else the user of this machine."},
    }
    for name, attributes in options.items():
        function = click.option(name, **attributes)(function)
    return function


_KINDS = (
    "person", "role_mailbox", "bot", "service", "device", "shared_login", "room", "all",
)  # fmt: skip


@click.group()
def people() -> None:
    """The directory of people: who is who, why, and what you decide.

    A person is named by id, or the first signs of it; by an account, as SOURCE:ACCOUNT; or by an
    e-mail address.
    """


@people.command("list")
@click.argument("search", required=False)
@click.option("--community", metavar="KEY", help="Only members of this community.")
@click.option(
    "--kind", default="person", show_default=True, type=click.Choice(_KINDS),
    help="Others than people: shared mailboxes, devices and the like, or all.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="No limit.")
@click.option(
    "--limit", "-n", default=20, show_default=True, type=click.IntRange(min=1),
    help="At most so many.",
)  # fmt: skip
@_addresses
@shared
@pass_state
def people_list(
    state: State,
    search: str | None,
    community: str | None,
    kind: str,
    everything: bool,
    limit: int,
    addresses: bool,
) -> None:
    """People by name; with SEARCH, those whose name or address has it.

    Case, accents and script do not matter. --kind lists what is counted as no person, and why
    stands in `people show`.
    """
    from cophub.hub.auditing import note

    with state.hub() as hub:
        most, only = None if everything else limit, None if kind == "all" else kind
        found, total = hub.people(most, search, community, only, addresses=addresses)
        note(hub, "people list", count=len(found), community=community, addresses=addresses)
        others = 0 if found or kind == "all" else hub.people(0, search, community, None)[1]
        unclear = hub.directory.unclear(search, community) if only in (None, "person") else 0
    if show.finish(state, {"people": found, "total": total, "unclear": unclear}):
        return
    if not found:
        show.say(_nobody(search, kind, others))
        return
    _show_list(found, kinds=kind == "all")
    if total > len(found):
        show.say(f"  {len(found):,} of {total:,}; --all shows every one, SEARCH narrows it")
    if unclear:
        said = "shows" if unclear == 1 else "show"
        show.say(show.dim(f"  {unclear:,} of them {said} one word of a name, and may be anybody"))


def _show_list(found: Sequence["PersonRow"], kinds: bool) -> None:
    columns = ["id", "name", "e-mail", "organisation", "country", "accounts", "communities"]
    rows: list[list[Any]] = [
        [show.dim(p.id[:8]), p.name, p.email, p.organization, p.country, p.accounts,
         ", ".join(p.communities)]
        for p in found
    ]  # fmt: skip
    if kinds:
        columns.insert(2, "kind")
        for row, one in zip(rows, found, strict=True):
            row.insert(2, one.kind)
    show.table(
        columns, rows, right=("accounts",), keep=("id", "name"),
        spare=("communities", "country", "organisation"),
    )  # fmt: skip


def _nobody(search: str | None, kind: str, others: int) -> str:
    """Why a list is empty, and where to look."""
    if others:
        word = f" {shlex.quote(search)}" if search else ""
        return (
            f"  none of kind {kind}, {others:,} of other kinds: cophub people list{word} --kind all"
        )
    return f'  nobody with "{search}"' if search else "  nobody yet: cophub run"


@people.command("show")
@click.argument("person")
@_addresses
@click.option("--history", is_flag=True, help="Also which accounts came and went, and when.")
@shared
@pass_state
def people_show(state: State, person: str, addresses: bool, history: bool) -> None:
    """Everything that is known of PERSON: accounts, organisations, communities, decisions."""
    from cophub.cli.person import show_card
    from cophub.hub.auditing import note

    with state.hub() as hub:
        found, card = hub.directory.show(person, addresses=addresses)
        note(hub, "people show", found.person, addresses=addresses)
        uses = hub.directory.uses(card)
    if show.finish(state, {"meant": found, "person": card, "sources": uses}):
        return
    redirected(state, found)
    show_card(card, uses, history)


@people.command("why")
@click.argument("person")
@click.argument("other", required=False)
@_addresses
@shared
@pass_state
def people_why(state: State, person: str, other: str | None, addresses: bool) -> None:
    """Why the accounts of PERSON are one person's; with OTHER, why the two are or are not one.

    For two that are not, also which single fact would make them one.
    """
    from cophub.cli import person as cards
    from cophub.hub.auditing import note

    with state.hub() as hub:
        if other is None:
            found, why = hub.directory.why(person, addresses=addresses)
            note(hub, "people why", found.person, addresses=addresses)
            if not show.finish(state, {"meant": found, "why": why}):
                redirected(state, found)
                cards.show_why(why)
            return
        answer = hub.directory.between(person, other, addresses=addresses)
        note(hub, "people why", answer.a.person, answer.b.person, addresses=addresses)
    if not show.finish(state, answer):
        redirected(state, answer.a)
        redirected(state, answer.b)
        cards.show_between(answer)


@people.command("review")
@click.option("--limit", "-n", type=click.IntRange(min=1), help="So many; else all worth asking.")
@click.option(
    "--csv", "target", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the questions to a file, to be answered in a spreadsheet.",
)  # fmt: skip
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="FILE",
    help="Take the answers from such a file: same, different, or nothing.",
)  # fmt: skip
@_addresses
@_dry_run
@click.option("--note", metavar="TEXT", help="Kept with every answer.")
@click.option("--by", metavar="NAME", help="Who answers; else the user of this machine.")
@shared
@pass_state
def people_review(
    state: State,
    limit: int | None,
    target: Path | None,
    answers: Path | None,
    addresses: bool,
    dry_run: bool,
    note: str | None,
    by: str | None,
) -> int:
    """Answer what the data alone cannot settle: are these two one person? Best gain first.

    On a terminal with single keys: s same, d different, k skip, u undo, b nine at once, ? help, q
    quit. Every answer is kept when it is given. With --csv and --answers in a spreadsheet instead.
    """
    from cophub.cli import review_sheet
    from cophub.hub import auditing
    from cophub.hub.people import Decide

    how = Decide(by=by, note=note, dry_run=dry_run)
    with state.hub() as hub:
        review = hub.directory.review(addresses=addresses)
        wrong = hub.directory.contradictions()
        auditing.note(
            hub, "people review", who=by, dry_run=dry_run, addresses=addresses,
            file=target is not None, answers=answers is not None,
        )  # fmt: skip
        if target is not None:
            return review_sheet.write(state, review, target, limit)
        if answers is not None:
            return review_sheet.read(state, review, answers, how)
        queue = review.queue(limit)
        if state.json or not (show.terminal() and sys.stdin.isatty()):
            return review_sheet.listing(state, review, queue, wrong)
        from cophub.cli.review import sit

        code = sit(review, queue, how, hub.directory.learned().weights.merge)
    for line in wrong:
        show.say(f"  {show.mark('warning')} decisions contradict one another: {line}")
    return code


@people.command("merge")
@click.argument("people", nargs=-1, required=True)
@deciding
@shared
@pass_state
def people_merge(state: State, /, people: tuple[str, ...], **options: Any) -> int:
    """Say that PEOPLE (or accounts) are one person; it outranks whatever is found.

    Two accounts that are named as SOURCE:ACCOUNT stay together even if one moves to somebody else.
    """
    with state.hub() as hub:
        change = hub.directory.merge(people, _how(options))
        _note(hub, "people merge", change, options["by"])
    return told(state, change)


@people.command("split")
@click.argument("person")
@click.argument("accounts", nargs=-1, required=True)
@deciding
@shared
@pass_state
def people_split(state: State, /, person: str, accounts: tuple[str, ...], **options: Any) -> int:
    """Say that ACCOUNTS of PERSON are not the person of the other accounts.

    An account is SOURCE:ACCOUNT, an address, or its number in `cophub people show`.
    """
    with state.hub() as hub:
        change = hub.directory.split(person, accounts, _how(options))
        _note(hub, "people split", change, options["by"])
    return told(state, change)


@people.command("undo")
@click.argument("decisions", nargs=-1, metavar="[N | N-M]...")
@_dry_run
@shared
@pass_state
def people_undo(state: State, decisions: tuple[str, ...], dry_run: bool) -> int:
    """Take back the decisions with these numbers; without any, all of the last command.

    People are again as they were without them, and get back the ids that they had.
    """
    from cophub.hub.people import Decide

    numbers = _numbers(decisions)
    with state.hub() as hub:
        change = hub.directory.undo(numbers, Decide(dry_run=dry_run))
        _note(hub, "people undo", change)
    return told(state, change)


@people.command("decisions")
@click.option("--all", "withdrawn", is_flag=True, help="Also those that were taken back.")
@click.option(
    "--limit", "-n", default=50, show_default=True, type=click.IntRange(min=1),
    help="At most so many.",
)  # fmt: skip
@_addresses
@shared
@pass_state
def people_decisions(state: State, withdrawn: bool, limit: int, addresses: bool) -> int:
    """What people decided, the newest first, and whether it stands."""
    from cophub.hub.auditing import note

    with state.hub() as hub:
        found = hub.directory.decisions(withdrawn=withdrawn, addresses=addresses)
        note(hub, "people decisions", count=len(found), addresses=addresses)
        wrong = hub.directory.contradictions()
        learned = hub.directory.learned()
    answer = {"decisions": found, "contradictions": wrong, "learned": learned.figures}
    if show.finish(state, answer):
        return int(bool(wrong))
    if not found:
        show.say("  no decisions yet: cophub people review")
        return 0
    rows = [
        (
            row.number,
            show.Styled(click.style(row.decision, fg="green" if row.decision == "same" else "red")),
            _called(row.name_a, row.a),
            _called(row.name_b, row.b),
            row.state
            if row.state == "stands"
            else show.Styled(click.style(row.state, fg="yellow")),
            row.decided_by,
            f"{row.decided_at:%Y-%m-%d}",
            row.note,
        )
        for row in found[:limit]
    ]
    show.table(("no", "decision", "a", "b", "state", "by", "on", "note"), rows, right=("no",),
               keep=("decision", "state", "on"), spare=("note",))  # fmt: skip
    if len(found) > limit:
        show.say(f"  {limit:,} of {len(found):,}; -n shows more")
    if said := str(learned):
        show.say(f"  {show.dim(said)}")
    for line in wrong:
        show.say(f"  {show.mark('warning')} {line}")
    if wrong:
        show.say("  `cophub people undo N` takes one of them back")
    return int(bool(wrong))


@people.command("rename-source")
@click.argument("old")
@click.argument("new")
@_dry_run
@shared
@pass_state
def people_rename_source(state: State, old: str, new: str, dry_run: bool) -> None:
    """Give what was read and decided under OLD the name NEW, that the source has in plugins.toml.

    Best done before the first sync under the new name: nothing is fetched again then. After it only
    decisions move; they hold for both names in any case, where most accounts are found again.
    """
    from cophub.hub.auditing import note

    with state.hub() as hub:
        done = hub.directory.rename_source(old, new, dry_run=dry_run)
        note(hub, "people rename-source", old, new=new, dry_run=dry_run)
    if show.finish(state, done):
        return
    show.say(f"{show.mark('done')} {done}")


people.add_command(people_forget)
people.add_command(people_export)


def _note(hub: "Hub", action: str, change: "Change", by: str | None = None) -> None:
    """Note a decision, for each of the people that it is about."""
    from cophub.hub.auditing import note

    people = [line.person for line in (*change.before, *change.after)]
    count = len(change.made) + len(change.withdrawn)
    note(hub, action, *people, count=count, who=by, dry_run=change.dry_run)


def redirected(state: State, found: "Meant") -> None:
    """Say that an id is an old one of somebody."""
    if found.redirected_from:
        state.warn(
            [f"{found.redirected_from[:8]} was merged into {found.person[:8]}, who is shown"]
        )


def told(state: State, change: "Change") -> int:
    """Show what was decided and who the people are now; 1 where that waits."""
    if show.finish(state, change):
        return int(bool(change.waits))
    if change.nothing:
        show.say("  that was decided already")
    would = "would be " if change.dry_run else ""
    for facts, word in ((change.made, "decided"), (change.withdrawn, "taken back")):
        if facts:
            numbers = _ranges([fact.number for fact in facts])
            which = "" if change.dry_run and word == "decided" else f": {numbers}"
            count = f"{len(facts)} decision{'' if len(facts) == 1 else 's'}"
            show.say(f"{show.mark('done')} {count} {would}{word}{which}")
    _before_and_after(change)
    for line in change.contradictions:
        show.say(f"  {show.mark('warning')} contradicts: {line}")
    if change.waits:
        show.say(f"  {show.mark('warning')} it is kept, but people wait: {change.waits}")
    elif change.made and not change.dry_run:
        show.say(f"  {show.dim(f'take it back: cophub people undo; {show.FIGURES}')}")
    return int(bool(change.waits))


def _before_and_after(change: "Change") -> None:
    if [(p.person, p.accounts) for p in change.before] == [
        (p.person, p.accounts) for p in change.after
    ]:
        show.say("  nobody's accounts change by it")
        return
    for label, lines in (("before", change.before), ("after", change.after)):
        for place, line in enumerate(lines):
            head = label if place == 0 else ""
            count = f"{line.accounts} account{'' if line.accounts == 1 else 's'}"
            new = f"  {show.dim('new id')}" if label == "after" and line.new else ""
            name = show.clean(line.name or "(no name)")
            show.say(f"  {show.dim(head.ljust(6))}  {line.person[:8]}  {name}, {count}{new}")


def _how(options: dict[str, Any]) -> "Decide":
    from cophub.hub.people import Decide

    return Decide(**options)


def _numbers(texts: Sequence[str]) -> list[int]:
    """`["3", "6-8"]` as numbers. Raises ConfigError."""
    found: list[int] = []
    for text in texts:
        first, dash, last = text.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ConfigError(f'"{text}" is no number of a decision; write 7 or 7-9', code=ASKED)
        if int(last or first) - int(first) > 100_000:
            raise ConfigError(f'"{text}" are too many decisions at once', code=ASKED)
        found += range(int(first), int(last or first) + 1)
    return found


def _ranges(numbers: Sequence[int]) -> str:
    """`3, 6-8`."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)


def _called(name: str | None, label: str) -> str:
    return f"{name} ({label})" if name else label


__all__ = ["deciding", "people", "redirected", "told"]
