"""Keys that too many bear are counted, and told with what helps."""

from cophub.identities.matching.blocking import CAP
from cophub.identities.store.common import count_common, read_common
from tests.identities.store.conftest import Directory


def namesakes(first: int, last: int) -> list[dict[str, str]]:
    """Accounts of one name, each with a mailbox of its own."""
    return [
        {"source": "list", "key": f"{n:03}", "name": "Maria Garcia", "email": f"m{n}@x{n}.example"}
        for n in range(first, last)
    ]


def test_keys_that_too_many_mailboxes_bear_are_counted(directory: Directory) -> None:
    directory.sync(*namesakes(0, CAP), {"source": "list", "key": "a", "name": "Aba Mensah"})
    directory.resolve()
    with directory.warehouse.begin() as connection:
        count_common(connection)
        found = read_common(connection)
    assert found is not None and (found.keys, found.size) == (0, CAP + 1)
    directory.sync(*namesakes(CAP, CAP + 3))
    directory.resolve()
    with directory.warehouse.begin() as connection:
        count_common(connection)
        found = read_common(connection)
    assert found is not None and found.keys >= 1
    assert (found.accounts, found.size) == (CAP + 3, CAP + 4)
    assert f"({CAP + 3} accounts)" in str(found) and "cophub people why A B" in str(found)


def test_they_are_counted_again_only_when_the_directory_is_another_one(
    directory: Directory,
) -> None:
    directory.sync(*namesakes(0, 150))
    directory.resolve()
    with directory.warehouse.begin() as connection:
        assert read_common(connection) is None
        count_common(connection)
        before = read_common(connection)
    directory.sync(*namesakes(150, 151))
    directory.resolve()
    with directory.warehouse.begin() as connection:
        count_common(connection)
        assert read_common(connection) == before
