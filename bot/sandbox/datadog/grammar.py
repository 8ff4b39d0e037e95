"""What an Agent reads: DogStatsD's datagrams by their documented grammar.

Source: docs.datadoghq.com/developers/dogstatsd/datagram_shell. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,199}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TAG = re.compile(r"[^\s,|#]{1,200}")
_TYPES = ("c", "g", "ms", "h", "s", "d")


class NotDogStatsD(ValueError):
    """A datagram that an Agent would drop."""


@dataclass(frozen=True)
class Metric:
    """One line of a datagram."""

    name: str
    value: Decimal
    type: str
    tags: Mapping[str, str]


def read_datagram(datagram: bytes) -> list[Metric]:
    """Return the metrics of a datagram. An empty one has none."""
    try:
        text = datagram.decode("utf-8")
    except UnicodeDecodeError:
        raise NotDogStatsD("It isn't UTF-8.") from None
    return [_metric(line) for line in text.split("\n") if line]


def _metric(line: str) -> Metric:
    head, *sections = line.split("|")
    name, colon, value = head.partition(":")
    if not _NAME.fullmatch(name) or not colon or not _NUMBER.fullmatch(value):
        raise NotDogStatsD(f"'{head}' is no name with a number.")
    if not sections or sections[0] not in _TYPES:
        raise NotDogStatsD(f"'{line}' has no type.")
    tags = dict[str, str]()
    for section in sections[1:]:
        if section.startswith("#"):
            for tag in section[1:].split(","):
                if not _TAG.fullmatch(tag):
                    raise NotDogStatsD(f"'{tag}' is no tag.")
                key, _, told = tag.partition(":")
                tags[key] = told
        elif not section.startswith(("@", "c:", "e:", "T", "card:")):
            raise NotDogStatsD(f"'{section}' is nothing that the protocol knows.")
    return Metric(name, Decimal(value), sections[0], tags)
