"""What Slack's payloads say of the inputs of a form, as plain values; payloads are never trusted to be complete. Pure."""

from collections.abc import Callable
from typing import Any


def dig(payload: Any, *path: str) -> Any:
    """Return what stands at a path of nested objects, or None."""
    for name in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - any JSON
    return payload  # pyright: ignore[reportUnknownVariableType] - any JSON


def text_at(payload: Any, *path: str) -> str:
    """Return the text at a path, or ""."""
    return _storable(dig(payload, *path))


def _storable(found: Any) -> str:
    """Return text that any database and any encoding takes: without NUL and without halves of surrogate pairs."""
    return found.replace("\0", "").encode(errors="ignore").decode() if isinstance(found, str) else ""


def values_of(state: Any) -> dict[str, Any]:
    """Return what each input of a form holds, by block id: text, or a list of texts."""
    return _each_block(state, plain_value)


def labels_of(state: Any) -> dict[str, str]:
    """Return what chosen options say: by block id for one choice, by the option's value where several may be chosen."""
    found: dict[str, str] = {}
    for block_id, element in _each_block(state, lambda one: one).items():
        found[block_id] = text_at(element, "selected_option", "text", "text")
        for one in _list(dig(element, "selected_options")):
            found[text_at(one, "value")] = text_at(one, "text", "text")
    return found


def _each_block(state: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
    """Read a form by block id. Each of our blocks holds one element."""
    found: dict[str, Any] = {}
    if isinstance(state, dict):
        for block_id, elements in state.items():  # pyright: ignore[reportUnknownVariableType]
            if isinstance(elements, dict) and elements:
                found[str(block_id)] = read(next(iter(elements.values())))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return found


_SINGLE = (
    "value", "selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time",
    "selected_date_time",
)  # fmt: skip


def plain_value(element: Any) -> Any:
    """Return the value of one input, or of one action: text, or a list of texts."""
    if not isinstance(element, dict):
        return ""
    many = dig(element, "selected_options")
    if isinstance(many, list):
        return [text_at(one, "value") for one in _list(many)]
    people = dig(element, "selected_users")
    if isinstance(people, list):
        return [_storable(one) for one in _list(people)]
    option = text_at(element, "selected_option", "value")
    if option:
        return option
    found = next((dig(element, name) for name in _SINGLE if dig(element, name) is not None), "")
    return found if isinstance(found, int) else _storable(found)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType] - any JSON
