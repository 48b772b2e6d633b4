"""Query parameters, read as strictly as the vendor reads them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.timeline import seconds

MOST = 1_000


@dataclass(slots=True)
class Params:
    """The parameters of one request; what is wrong with one ends in a 400 that names it."""

    raw: dict[str, str]

    def whole(self, name: str, default: int, most: int | None = None) -> int:
        """A number of 0 or more."""
        text = self.raw.get(name)
        if text is None:
            return default
        if not text.lstrip("-").isdigit():
            raise Problem(400, {name: "Schema describes integer, string found instead"})
        value = int(text)
        if value < 0:
            raise Problem(400, {name: "Must be greater than or equal to 0"})
        if most is not None and value > most:
            raise Problem(400, {name: f"Must be less than or equal to {most}"})
        return value

    @property
    def page(self) -> tuple[int, int]:
        """(offset, count): 10 rows unless asked, 1,000 at most."""
        return self.whole("offset", 0), self.whole("count", 10, MOST)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str | None:
        """One of the words that the vendor knows."""
        value = self.raw.get(name)
        if value is not None and value not in choices:
            words = ", ".join(choices)
            raise Problem(400, {name: f"Value must be one of: {words}"})
        return value

    def flag(self, name: str) -> bool | None:
        """`true` or `false`."""
        value = self.raw.get(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false", "1", "0"):
            raise Problem(400, {name: "Schema describes boolean, string found instead"})
        return value.lower() in ("true", "1")

    def instant(self, name: str) -> int | None:
        """An instant in ISO 8601; without a zone it is UTC."""
        text = self.raw.get(name)
        if not text:
            return None
        try:
            # A plus that nobody encoded arrives as a blank.
            value = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        except ValueError:
            raise Problem(400, {name: "Schema describes string of format date-time"}) from None
        return seconds(value if value.tzinfo else value.replace(tzinfo=UTC))

    def text(self, name: str) -> str | None:
        """A text as it is."""
        return self.raw.get(name)

    @property
    def descending(self) -> bool:
        """Whether `sort_dir` asks for the largest first."""
        return self.one_of("sort_dir", ("ASC", "DESC")) == "DESC"
