"""Which entries of the audit log are about one key or request, wherever its id stands in them. Pure."""

from collections.abc import Iterator
from typing import Any, Final, cast

_IDS: Final = frozenset({"key_id", "thing_id", "thing"})
_LINKS: Final = frozenset({"replaces", "by", "extends"})
_NAMES: Final = frozenset({"name", "key_name"})


class Trail:
    """Collects which subjects belong together; `add` each entry of the log, then ask `about`."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._names: dict[str, set[str]] = {}
        self._ids: dict[str, set[str]] = {}

    def add(self, subject: str, detail: dict[str, Any]) -> None:
        """Remember what an entry names."""
        found = list(_facts(detail))
        names, ids = self._names.setdefault(subject, set()), self._ids.setdefault(subject, set())
        ids.update([subject, *(value for name, value in found if name in _IDS | _LINKS)])
        names.update(value for name, value in found if name in _NAMES)

    def about(self, word: str) -> frozenset[str]:
        """Return the subjects of everything about an id, or the name that a key had at any time.

        From there it goes on by ids alone: other requests about the same key, those that replaced one or move its end. So
        a key is followed through its names, and another one that has its old name is not taken for it.
        """
        found = {subject for subject, ids in self._ids.items() if word in ids}
        found = found or {subject for subject, names in self._names.items() if word in names}
        while True:
            ids = {one for subject in found for one in self._ids[subject]}
            more = {subject for subject, named in self._ids.items() if named & ids}
            if more <= found:
                return frozenset(found)
            found |= more


def _facts(detail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in detail.items():
        if isinstance(value, str) and value:
            yield name, value
        elif isinstance(value, dict):
            yield from _facts(cast("dict[str, Any]", value))
