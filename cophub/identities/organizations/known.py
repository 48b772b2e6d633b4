"""The organisations that come with cophub: read from `known.txt`, which says how it is written."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from cophub.identities.organizations.normal import normal_form


class Organization(NamedTuple):
    """An organisation that people work for."""

    key: str
    """Short name; stays when its name for readers changes."""
    name: str
    """Its name for readers."""
    parent: str = ""
    """Key of the organisation it is an office of; empty: of none."""
    country: str = ""
    """ISO code in lower case; empty: not told."""
    domain: str = ""
    """Its main mail domain; empty: not known."""


class Known(NamedTuple):
    """What is known before any account is read."""

    organizations: dict[str, Organization]
    names: dict[str, tuple[str, ...]]
    """Normal form -> keys; two and more share an acronym."""
    domains: dict[str, str]


@cache
def known() -> Known:
    """The shipped list."""
    text = files("cophub.identities.organizations").joinpath("known.txt").read_text("utf-8")
    organizations: dict[str, Organization] = {}
    names: dict[str, tuple[str, ...]] = {}
    domains: dict[str, str] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        key, name, hosts, parent, others = (cell.strip() for cell in line.split("|"))
        found = hosts.split()
        organizations[key] = Organization(key, name, parent, "", found[0] if found else "")
        domains |= dict.fromkeys(found, key)
        for other in (name, *others.split(";")):
            normal = normal_form(other)
            if normal and key not in names.get(normal, ()):
                names[normal] = (*names.get(normal, ()), key)
    return Known(organizations, names, domains)


__all__ = ["Known", "Organization", "known"]
