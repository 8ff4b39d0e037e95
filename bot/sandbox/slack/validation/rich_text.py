"""The rich_text block: sections, lists, quotes and preformatted text made of styled runs (slack.md §3.1)."""

from bot.sandbox.slack.validation.schema import Check, Shape, flag, items, one_of, shape, tagged, whole
from bot.sandbox.slack.validation.schema import text as string

_style: Check = shape(
    {}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag)
).check
_border = whole(0, 1)


def _run(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> tuple[str, Shape]:
    return kind, shape({"type": one_of(kind), **required}, {"style": _style, **(optional or {})})


_RUNS: dict[str, Shape] = dict(
    [
        _run("text", {"text": string(1)}),
        _run("link", {"url": string(1, 3000)}, {"text": string(0), "unsafe": flag}),
        _run("emoji", {"name": string()}, {"unicode": string(), "skin_tone": whole(1, 6)}),
        _run("user", {"user_id": string()}),
        _run("usergroup", {"usergroup_id": string()}),
        _run("channel", {"channel_id": string()}),
        _run("team", {"team_id": string()}),
        _run("broadcast", {"range": one_of("here", "channel", "everyone")}),
        _run("color", {"value": string()}),
        _run("date", {"timestamp": whole(0), "format": string()}, {"url": string(1, 3000), "fallback": string()}),
    ]
)
_runs = items(tagged(lambda: _RUNS, "rich text element"), 0)
_plain_runs = items(tagged(lambda: _RUNS, "rich text element", ("text", "link")), 0)

_SECTION = shape({"type": one_of("rich_text_section"), "elements": _runs})
_PARTS: dict[str, Shape] = {
    "rich_text_section": _SECTION,
    "rich_text_list": shape(
        {
            "type": one_of("rich_text_list"),
            "style": one_of("bullet", "ordered"),
            "elements": items(tagged(lambda: {"rich_text_section": _SECTION}, "rich text element")),
        },
        {"indent": whole(0, 8), "offset": whole(0), "border": _border},
    ),
    "rich_text_preformatted": shape(
        {"type": one_of("rich_text_preformatted"), "elements": _plain_runs}, {"border": _border, "language": string()}
    ),
    "rich_text_quote": shape({"type": one_of("rich_text_quote"), "elements": _runs}, {"border": _border}),
}

RICH_TEXT = shape(
    {"type": one_of("rich_text"), "elements": items(tagged(lambda: _PARTS, "rich text element"))},
    {"block_id": string(1, 255)},
)
"""A whole rich_text block, also used inside tables, cards, task cards and as the start value of a rich_text_input."""

rich_text: Check = tagged(lambda: {"rich_text": RICH_TEXT}, "block")
