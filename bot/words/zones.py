"""Time zones by the names that people know them by. Pure."""

from functools import cache
from zoneinfo import available_timezones

_OLD = ("Etc/", "SystemV/", "US/", "posix/", "right/")


@cache
def zones() -> tuple[str, ...]:
    """Return the names of the zones that may be chosen, such as `Europe/Berlin`."""
    return tuple(sorted(name for name in available_timezones() if not name.startswith(_OLD) and name != "localtime"))


@cache
def zones_by_words() -> dict[str, str]:
    """Return each zone by its name and by its city's, in small letters. A city of several zones names none."""
    cities: dict[str, list[str]] = {}
    for name in zones():
        cities.setdefault(_spaced(name.rpartition("/")[2]), []).append(name)
    words = {city: found[0] for city, found in cities.items() if len(found) == 1}
    return words | {written: name for name in zones() for written in (name.casefold(), _spaced(name))}


def _spaced(name: str) -> str:
    return name.replace("_", " ").casefold()
