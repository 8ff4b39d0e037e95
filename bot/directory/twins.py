"""How a workspace is called wherever people read it: by its name, and its id where another has that name.

Pure.
"""

from collections.abc import Iterable

from bot.admin.model import Workspace
from bot.words.reading import as_read


def is_twin(one: Workspace, every: Iterable[Workspace]) -> bool:
    """Tell whether another workspace reads the same in any case, which the API allows."""
    name = as_read(one.name)
    return any(other.id != one.id and as_read(other.name) == name for other in every)


def label_among(one: Workspace, every: Iterable[Workspace]) -> str:
    """Return `Staging`, or `Staging (wrkspc_01ab)` where it has a twin."""
    return f"{one.name} ({one.id})" if is_twin(one, every) else one.name
