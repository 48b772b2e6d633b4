"""How a person is shown: a card, the tree of why, and what stands between two."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cophub.cli import show

if TYPE_CHECKING:
    from cophub.hub.source_uses import SourceUse
    from cophub.identities.between import Between
    from cophub.identities.card import PersonCard
    from cophub.identities.explain import Step, WhyPerson


def show_card(card: "PersonCard", uses: "Sequence[SourceUse]", history: bool) -> None:
    """A person with accounts, organisations, communities and decisions."""
    show.say(f"{show.bold(show.clean(card.name or '(no name)'))}  {show.dim(card.person)}")
    facts = [
        ("kind", card.kind if card.kind != "person" else None),
        ("e-mail", card.email),
        ("organisation", card.organization),
        ("country", card.country and _country(card.country)),
        ("communities", ", ".join(card.communities)),
        ("known since", f"{card.created_at:%Y-%m-%d}"),
        ("merged", ", ".join(old[:8] for old in card.merged)),
    ]
    for label, value in facts:
        if value:
            show.paragraph(show.dim(label.ljust(12)), show.clean(value))
    for place, job in enumerate(card.employments):
        since = f"{job.valid_from:%Y-%m-%d}" if job.valid_from else "?"
        until = f"{job.valid_to:%Y-%m-%d}" if job.valid_to else "now"
        label = "worked for" if place == 0 else ""
        show.say(
            f"  {show.dim(label.ljust(12))} {show.clean(job.organization)}, {since} to {until}"
        )
    show.say()
    _show_accounts(card)
    for use in uses:
        if said := show.said_of_source(use.purpose, use.lawful_basis, use.addresses):
            show.paragraph(show.dim(use.source), show.clean(said))
    _rest(card, history)


def _country(text: str) -> str:
    """`Nigeria (NG)`; what is no code stays as it is."""
    from cophub.identities.matching.words import country_name

    name = country_name(text)
    return text if name.lower() == text.lower() else f"{name} ({text})"


_COLUMNS = (
    "no", "account", "name", "e-mail", "organisation", "country", "kind", "since", "gone",
)  # fmt: skip


def _show_accounts(card: "PersonCard") -> None:
    """The accounts, numbered; a column that says nothing of any of them is left out."""
    rows = [
        (
            number,
            view.label,
            view.name,
            view.email,
            view.organization,
            view.country,
            view.kind if view.kind == "person" or not view.kind_reason
            else f"{view.kind}: {view.kind_reason}",
            f"{view.since:%Y-%m}" if view.since else None,
            f"{view.gone_at:%Y-%m}" if view.gone_at else None,
        )
        for number, view in enumerate(card.accounts, 1)
    ]  # fmt: skip
    kept = [
        at
        for at, name in enumerate(_COLUMNS)
        if name in ("no", "account", "name") or any(row[at] not in (None, "person") for row in rows)
    ]
    show.table(
        [_COLUMNS[at] for at in kept], [[row[at] for at in kept] for row in rows], right=("no",)
    )


def _rest(card: "PersonCard", history: bool) -> None:
    if card.decisions:
        from cophub.identities.explain import said

        show.say()
        for fact in card.decisions:
            a, b = (":".join(account) for account in fact.pair)
            show.say(f"  {show.clean(said(fact))}  {show.dim(show.clean(f'{a} | {b}'))}")
    if history and card.history:
        show.say()
        rows = [
            (event.at, event.what, event.account, event.now_of and event.now_of[:8], event.reason)
            for event in card.history
        ]
        show.table(("when", "what", "account", "now of", "why"), rows, wrap=True)
    show.say(f"  {show.dim(f'why: cophub people why {card.person[:8]}')}")


def show_why(why: "WhyPerson") -> None:
    """The tree of a person's accounts, a sentence each."""
    show.say(f"{show.bold(show.clean(why.name or '(no name)'))}  {show.dim(why.person)}")
    for step in why.steps:
        _show_step(step)
    if len(why.steps) > 1:
        show.say(f"  {show.dim('each account hangs on the one above it, one step to the left')}")


def _show_step(step: "Step") -> None:
    indent = "  " + "   " * step.depth
    branch = "└─ " if step.depth else ""
    name = f"  {show.clean(step.name)}" if step.name else ""
    show.say(f"{indent}{show.dim(branch)}{show.clean(step.account)}{show.bold(name)}")
    _folded(step.why, indent + ("   " if step.depth else "") + "  ")


def _folded(text: str, indent: str) -> None:
    import textwrap

    width = min(show.columns_across(), 110)
    text = show.clean(text)
    if not show.terminal():
        show.say(indent + text)
        return
    for line in textwrap.wrap(
        text, max(30, width), initial_indent=indent, subsequent_indent=indent
    ):
        show.say(show.dim(line))


def show_between(found: "Between") -> None:
    """Why two are one person, or why they are not and what would change that."""
    names = [f"{show.clean(m.name or '(no name)')} {show.dim(m.person[:8])}"
             for m in (found.a, found.b)]  # fmt: skip
    state = "done" if found.together else "held"
    colour = {"done": "green", "held": "yellow"}[state]
    one = "one person" if found.together else "two people"
    show.say(f"{show.mark(state)} {names[0]} and {names[1]}: {click.style(one, fg=colour)}")
    show.paragraph(" ", found.answer)
    for step in found.steps:
        show.say(f"  {show.clean(step.account)} {show.dim('–')} {show.clean(step.to or '')}")
        _folded(step.why, "      ")
    if found.reasons:
        show.say()
        for reason in found.reasons:
            # What rules it out is no matter of more or less.
            ruled_out = reason.weight <= -90 or (found.score is None and not reason.weight)
            weight = "never" if ruled_out else f"{reason.weight:+.1f}"
            tone = "green" if reason.weight > 0 else "red" if reason.weight < 0 else None
            show.say(f"  {click.style(weight.rjust(6), fg=tone)}  {show.clean(reason.text)}")
        if found.score is not None:
            needed = ""
            if found.needed is not None:
                needed = f"in all; from {found.needed:+.1f} on they would be joined"
            show.say(f"  {show.bold(f'{found.score:+.1f}'.rjust(6))}  {show.dim(needed)}")
    if found.changes:
        show.say()
        show.say("  what would make them one person:" if not found.together else "  otherwise:")
        for line in found.changes:
            show.paragraph("  ·", line)


__all__ = ["show_between", "show_card", "show_why"]
