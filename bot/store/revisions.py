"""The schema's revisions that this version knows, and the refusal of a database that is at another one."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseTooNew(Exception):
    """The database was made by a newer Quartermaster."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version doesn't know. Nothing was changed. "
            "Start the newer Quartermaster, or restore a backup made before the upgrade."
        )


def known_revisions() -> list[str]:
    """Return the revisions that this version knows, oldest first: the first word of each file's name."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def check_known(revision: str | None) -> None:
    """Raise DatabaseTooNew for a revision that this version doesn't know; None is that of an empty database."""
    if revision is not None and revision not in known_revisions():
        raise DatabaseTooNew(revision)


def why_too_new(revision: str | None) -> str | None:
    """Return in words what `check_known` raises, None where it raises nothing."""
    try:
        check_known(revision)
    except DatabaseTooNew as error:
        return str(error)
    return None
