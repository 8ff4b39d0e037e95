"""Text that is safe to show: the one place where what people typed is cleaned, escaped and cut.

Slack's mrkdwn turns `<...>` into mentions and links, and pairs of `* _ ~` and backticks into formatting. Text from people
and from the Claude API passes through `escape`, `code` or `quote` before it is put into markup; pyright refuses it otherwise
(docs/decisions/0010).
"""

import re
from datetime import datetime
from typing import Final, TypeAlias

from bot.words.calendars import UTC_DAYS
from bot.words.folded import straight
from bot.words.own import Own, own
from bot.words.reading import clean as clean

Markup: TypeAlias = Own
"""Text in mrkdwn: literals, what the functions below return, and f-strings of nothing else. A `str` isn't markup."""
EMPTY: Final = "–"
_ID = re.compile(r"[A-Z][A-Z0-9]{1,40}")
_MARKER = re.compile(r"[*_~`]")
_LOOKALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_DATE = re.compile(r"<!date\^[^<>|]*\|([^<>|]*)>")
_CUT_TOKEN = re.compile(r"(?:<[^<>]*|&[a-z]{0,3})\Z")


_AS_SHOWN = str.maketrans({"ˋ": "`", "\ufe0f": ""})
"""What stands for a backtick, and what makes an emoji of a letter."""
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u200d\u20e3\U000e0020-\U000e007f]+")
_NAMED_EMOJI = r"(?::[a-z0-9_+'-]+:)+"
"""Slack sends a typed emoji by its name; skin tones follow as another name."""


def reads_alike(one: str, other: str) -> bool:
    """Tell whether people read two texts as the same, and can type one for the other: what is shown is what is compared.

    Slack sends an emoji as `:rocket:`, of which nothing here knows the picture, so any name stands for any.
    """
    texts = _as_typed(one), _as_typed(other)
    return texts[0] == texts[1] or _is_named(*texts) or _is_named(*reversed(texts))


def _is_named(shown: str, typed: str) -> bool:
    parts = [re.escape(part) for part in _EMOJI.split(shown)]
    return len(parts) > 1 and re.fullmatch(_NAMED_EMOJI.join(parts), typed) is not None


def _as_typed(text: str) -> str:
    return re.sub("-+", "-", straight(clean(text) or EMPTY).translate(_AS_SHOWN))


def reads_as_shown(typed: str, shown: str) -> bool:
    """Tell whether somebody typed the name that a menu shows; of one that it cut, the beginning is compared."""
    if not shown.endswith("…"):
        return reads_alike(typed, shown)
    return _as_typed(typed).startswith(_as_typed(shown[:-1]))


def escape(text: str) -> Markup:
    """Return what a person typed as one line of inert mrkdwn: no mention, link, quote or formatting can come out of it.

    Markers inside a word (`ingest_prod`, `2*3`) do nothing in Slack and stay; others become look-alikes. For names that
    somebody will copy use `code`, which keeps every character but the backtick.
    """
    shown = _MARKER.sub(_inert, clean(text))
    # A `>` at the start of a line means a quote even when it is escaped.
    return _entities("›" + shown[1:] if shown.startswith(">") else shown)


def _inert(marker: re.Match[str]) -> str:
    found, line, position = marker[0], marker.string, marker.start()
    around = line[max(position - 1, 0) : position] + line[position + 1 : position + 2]
    return found if found != "`" and len(around) == 2 and around.isalnum() else _LOOKALIKE[found]


def _entities(text: str) -> Markup:
    # Slack wants exactly these three escaped (slack.md §3.4).
    return own(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def truncate(text: str, limit: int) -> str:
    """Return plain `text` in at most `limit` characters, ending in `…` when something was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"[:limit]


def keep_ends(text: str, limit: int) -> str:
    """Return plain `text` in at most `limit` characters, without its middle: names that begin alike often end otherwise."""
    tail = limit // 3
    return text if len(text) <= limit else f"{truncate(text, limit - tail)}{text[len(text) - tail :].lstrip(' …')}"


def truncate_markup(markup: Markup, limit: int) -> Markup:
    """Return mrkdwn in at most `limit` characters; no entity, mention or link is cut in two, an open backtick is closed."""
    if len(markup) <= limit:
        return markup
    kept = _CUT_TOKEN.sub("", markup[: max(limit - 2, 0)]).rstrip()
    return own(kept + ("`…" if kept.count("`") % 2 else "…")[:limit])


def code(text: str) -> Markup:
    """Return `text` as inline code. Every character but the backtick stays as it is, so that names can be copied."""
    return own(f"`{_entities(clean(text).replace('`', _LOOKALIKE['`'])) or EMPTY}`")


def code_block(text: str) -> Markup:
    """Return `text` as a block of code, every character but the backtick as it is."""
    return own(f"```{_entities(text.replace('`', _LOOKALIKE['`']))}```")


def quote(text: str) -> Markup:
    """Return `text` as a block quote, line by line; nothing in it can end the quote early."""
    return "\n".join([f"> {escape(line)}" for line in clean(text, lines=True).split("\n")])


def within_bold(text: str) -> Markup:
    """Return what a person typed as a part of something bold, which none of it can end."""
    return own(escape(text).replace("*", _LOOKALIKE["*"]))


def bold(text: str) -> Markup:
    """Return what a person typed in bold."""
    return f"*{within_bold(text) or EMPTY}*"


def is_user_id(text: str) -> bool:
    """Tell whether a text has the form of a user's Slack id."""
    return text[:1] in ("U", "W") and _ID.fullmatch(text) is not None


def mention(user_id: str) -> Markup:
    """Return a mention of a user; something that is no Slack id is shown as text."""
    return own(f"<@{user_id}>") if _ID.fullmatch(user_id) else escape(user_id)


def group_mention(group_id: str) -> Markup:
    """Return a mention of a user group."""
    return own(f"<!subteam^{group_id}>") if _ID.fullmatch(group_id) else escape(group_id)


def channel_mention(channel_id: str) -> Markup:
    """Return a link to a channel."""
    return own(f"<#{channel_id}>") if _ID.fullmatch(channel_id) else escape(channel_id)


def link(url: str, label: str) -> Markup:
    """Return a link. An address that is not http(s), or that would end the markup early, leaves only its label."""
    if not re.fullmatch(r"https?://[^\s<>|]+", url):
        return escape(label)
    # In a label `|` is harmless, `>` is escaped.
    return own(f"<{url.replace('&', '&amp;')}|{escape(label) or EMPTY}>")


def date(moment: datetime) -> Markup:
    """Return a moment, with its day, that Slack shows in the reader's own zone. A client that cannot shows UTC.

    `moment` is aware. Only mrkdwn renders it (slack.md §3.4); for plain text there is `Calendar.written`.
    """
    if moment.tzinfo is None:
        raise ValueError("a date in a message must be aware")
    return own(f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{UTC_DAYS.written(moment)}>")


def without_dates(markup: str) -> str:
    """Return mrkdwn with each moment as its fallback, which names its zone: for what is read out or drawn as plain text."""
    return _DATE.sub(r"\1", markup)
