"""One row of `account` in normal form."""
