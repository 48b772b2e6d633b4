"""Private keys that tests make are read without OpenSSL's proof that they are sound.

It takes a tenth of a second, twice in each run of a source that signs in by a certificate.
"""

import sys
from functools import partial

from cryptography.hazmat.primitives import serialization

_LATER = ("jwt.algorithms", "cophub.connectors.microsoft.certificate")
"""What takes the function by its name, and so must be imported afterwards."""


def read_quickly() -> None:
    """From now on, in this process and in those that it forks."""
    assert not [name for name in _LATER if name in sys.modules]
    read = serialization.load_pem_private_key
    quickly = partial(read, unsafe_skip_rsa_key_validation=True)
    serialization.load_pem_private_key = quickly  # type: ignore[assignment]


__all__ = ["read_quickly"]
