"""How the vendor says no: an object of its own, with HTTP 400 or 200."""


class Refusal(Exception):  # noqa: N818 - it is an answer
    """An answer that is an error; `status` None leaves it to the sandbox's usual one."""

    def __init__(self, type: str, extra: str = "", status: int | None = None) -> None:
        super().__init__(type, extra)
        self.type, self.extra, self.status = type, extra, status

    @property
    def body(self) -> dict[str, str]:
        """The error object."""
        return {"object": "error", "type": self.type, "extra": self.extra}
