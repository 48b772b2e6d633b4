"""`python -m cophub`."""

from cophub.cli import main

if __name__ == "__main__":
    main()
