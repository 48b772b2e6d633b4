"""What readers may see of whom: addresses are masked wherever nobody asked for them."""


def mask_address(address: str) -> str:
    """`amina@health.example` -> `a***@health.example`; text without an `@` becomes `***`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else "***"


__all__ = ["mask_address"]
