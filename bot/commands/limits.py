"""How rate limits are asked for. Pure."""

from bot.commands.model import Command, Subcommand


def limits_command(group: str) -> Command:
    """Return the command; `group` is under which wish the help lists it."""
    usage = "[WORKSPACE] [MODEL]"
    summary = "rate limits, the busiest minutes, and what is left"
    return Command(
        "limits",
        "Rate limits: what we may do per minute, and how near we came",
        usage,
        (Subcommand("", usage, summary, group, matches=r".*"),),  # it names what it doesn't understand itself
    )
