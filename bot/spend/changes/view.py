"""What a channel, and the person who set it up, read of a change to its digest or alerts. Pure."""

from bot.slack.blocks import section
from bot.slack.markup import Markup, channel_mention, code, date, mention
from bot.slack.model import Message, SlackChannel
from bot.spend.changes.model import Change
from bot.words.own import Own, own
from bot.words.wording import plural


def render_change(change: Change, prefix: str, *, to_owner: bool) -> Message:
    """Return who did what, and how to have it again; to the person who had set it up it says that."""
    yours = " You had set it up." if to_owner else ""
    text = f"🔁 {_what(change)}{yours} {_again(change, prefix)}"
    return Message(text, [section(text)])


def _what(change: Change) -> Markup:
    by, where, about = mention(change.by), channel_mention(change.channel), own(change.about)
    match change.what:
        case "digest_ended":
            return f"{by} ended the daily digest in {where}."
        case "digest_changed":
            return f"{by} changed the daily digest in {where}: {about}."
        case "digest_skipped":
            back = f" It comes again from {date(change.until)} on." if change.until else ""
            return f"{by} skipped the next daily digest in {where}.{back}"
        case "alert_ended":
            return f"{by} removed an alert in {where}. I don't watch any more whether {about}."
        case "code_ended":
            return f"{by} ended the weekly Claude Code summary in {where}."
        case "code_skipped":
            again = f" It comes again from {date(change.until)} on." if change.until else ""
            return f"{by} skipped the next weekly Claude Code summary in {where}.{again}"
        case "alert_changed":
            return f"{by} changed an alert in {where}. {about}"
        case "report_ended":
            return f"{by} ended a scheduled report in {where}: {about}."
        case "report_changed":
            return f"{by} changed a scheduled report in {where}: {about}."
        case "report_skipped":
            later = f" It comes again from {date(change.until)} on." if change.until else ""
            return f"{by} skipped the next report in {where}: {about}.{later}"


def _again(change: Change, prefix: str) -> Markup:
    if change.what.startswith("code"):
        begins: Markup = "starts it again" if change.what.endswith("ended") else "shows it"
        return f"{code(f'/{prefix}-code digest')} there {begins}."
    kind = change.what.partition("_")[0]
    command: Markup = "report schedule" if kind == "report" else "digest" if kind == "digest" else "alert"
    does: Markup = "changes it"
    if change.what.endswith("ended"):
        does = "starts it again" if kind == "digest" else "creates it again"
    return f"{code(f'/{prefix}-spend {command}')} there {does}."


def end_consequence(what: Own, where: SlackChannel | None) -> str:
    """Return in plain text what ending a digest or alert means for others: "40 people read it in #costs."."""
    place = f"#{where.name}" if where else "its channel"
    count = where.people if where else None
    readers = f"{plural(count, 'person', 'people')} can read it in {place}" if count else f"People read it in {place}"
    return f"{readers}. The {what} ends for all of them, and I say there who ended it."
