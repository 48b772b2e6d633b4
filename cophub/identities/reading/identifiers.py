"""What else names a person: `orcid:...`, `phone:...`, `born:...`, out of what vendors keep.

Numbers that an organisation gives its staff mean nothing elsewhere, so they carry their source:
`employee.staff-list:4711`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

_NOT_LETTERS = re.compile(r"[^a-z]+")
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])")
_EXTENSION = re.compile(r"(?:ext\.?|extension|x|poste|#)\s*\d*\s*$")
_HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{16,64}")
_DAY = re.compile(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:[T ].*)?")
_DAY_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_HANDLE = re.compile(r"(?:https?://)?(?:www\.|\w\w\.)?[\w-]+\.com/(?:in/|pub/|@)?([^/?#]+).*")
_PLACEHOLDERS = frozenset(
    """
    0 1 na n/a none null nil no unknown tbd tbc test - -- x xx xxx 123 1234 12345 123456 1234567
    12345678 123456789 1234567890 0123456789 987654321 n.a. sin ninguno aucun keine
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_EPOCHS = frozenset(("1900-01-01", "1970-01-01", "0001-01-01", "1901-01-01", "1899-12-30"))

_NAMES = {
    "orcid": "orcid orcidid orcidnumber",
    "phone": (
        "phone mobile telephone tel phonenumber mobilephone mobilenumber cell cellphone cellular"
        " phones businessphones whatsapp telefono telefone celular movil telephonenumber gsm"
        " phoneno mobileno contactnumber telefon handy"
    ),
    "employee": (
        "employeeid staffid personid employeenumber staffnumber personnelnumber employeeno staffno"
        " matricule indexnumber payrollnumber"
    ),
    "born": "birthdate dateofbirth dob birthday born geburtsdatum fechanacimiento datenaissance"
    " fechadenacimiento datedenaissance datanascimento",
    "national": (
        "socsecid nationalid ssn nationalidnumber socialsecuritynumber nin cpf dni curp passport"
        " passportnumber taxid"
    ),
    "linkedin": "linkedin linkedinurl linkedinprofile",
    "github": "github githubuser githublogin githuburl",
    "twitter": "twitter twitterhandle x twitterusername",
    "facebook": "facebook facebookurl",
    "researchgate": "researchgate",
    "scopus": "scopus scopusid scopusauthorid",
    "researcher": "researcherid",
}
_TYPES = {name: kind for kind, names in _NAMES.items() for name in names.split()}


@lru_cache(maxsize=4096)
def kind_of_field(field: str) -> str:
    """`Date of Birth` -> `born`; empty for a field that names nobody."""
    return _TYPES.get(_NOT_LETTERS.sub("", field.lower()), "")


def told(extra: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Kinds and values, as written, of the fields of `extra` that name a person."""
    found = [(kind, value) for name, value in extra.items() if (kind := kind_of_field(name))]
    for value in extra.values():
        # Some vendors put what people filled in one level down: {"merge_fields": {"PHONE": ...}}.
        if isinstance(value, dict):
            found += [(kind, v) for name, v in value.items() if (kind := kind_of_field(str(name)))]
    return found


def is_placeholder(text: str) -> bool:
    """Whether a value in small letters stands for none: `n/a`, `0000`, `-`."""
    return (text in _PLACEHOLDERS and not text.isdigit()) or not set(text) - set("0-+ ./")


def read_identifiers(values: list[tuple[str, Any]], source: str) -> tuple[str, ...]:
    """Identifiers in normal form, sorted; placeholders such as `000000` are none."""
    if not values:
        return ()
    found: set[str] = set()
    for kind, value in values:
        prefix = f"{kind}.{source}" if kind == "employee" else kind
        read = _READERS.get(kind, _code)
        found.update(f"{prefix}:{normal}" for text in _texts(value) if (normal := read(text)))
    return tuple(sorted(found))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        text = str(value).strip()
        if text and text.lower() not in _PLACEHOLDERS and set(text) - set("0-+ ./9"):
            yield text


def _orcid(text: str) -> str:
    """The sixteen characters, where the last one is the check digit of the others (ISO 7064)."""
    found = _ORCID.search(text.upper())
    if not found:
        return ""
    digits = "".join(found.groups())
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "-".join(found.groups()) if digits[-1] == ("X" if check == 10 else str(check)) else ""


def _phone(text: str) -> str:
    """Digits, with `+` where the country is told; no country is guessed."""
    text = text.lower().removeprefix("tel:").strip()
    if _HASH.fullmatch(text):
        return text
    text = _EXTENSION.sub("", text).replace("(0)", "").strip()
    digits = "".join(c for c in text if c.isdigit() and c.isascii())
    international = text.startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00") if not text.startswith("+") else digits
    if not 6 <= len(digits) <= 15 or len(set(digits)) < 3 or digits in _PLACEHOLDERS:
        return ""
    return f"+{digits}" if international else digits


def _born(text: str) -> str:
    if found := _DAY.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_LAST.fullmatch(text):
        day, month, year = map(int, found.groups())
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            # The third of April or the fourth of March: who writes it differs by country.
            return ""
    else:
        return ""
    try:
        iso = date(year, month, day).isoformat()
    except ValueError:
        return ""
    return "" if iso in _EPOCHS else iso


def _handle(text: str) -> str:
    found = _HANDLE.fullmatch(text.lower())
    handle = (found[1] if found else text.lower()).strip().removeprefix("@").rstrip("/")
    return handle if len(handle) > 1 and not any(map(str.isspace, handle)) else ""


def _code(text: str) -> str:
    bare = "".join(c for c in text.lower() if c.isalnum())
    return bare if len(bare) >= 3 and len(set(bare)) > 1 else ""


def _staff(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


_READERS: dict[str, Callable[[str], str]] = {
    "orcid": _orcid,
    "phone": _phone,
    "born": _born,
    "employee": _staff,
    "linkedin": _handle,
    "github": _handle,
    "twitter": _handle,
    "facebook": _handle,
    "researchgate": _handle,
}

__all__ = ["is_placeholder", "kind_of_field", "read_identifiers", "told"]
