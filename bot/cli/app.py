"""The command line. Each command imports what it needs itself, so that `--help` answers at once."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.export import export_command

if TYPE_CHECKING:
    from bot.settings.model import DatabaseSettings, Settings

app = typer.Typer(
    help="Quartermaster: the Slack bot with which a company runs its Claude API organization.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: importing rich takes longer than all the rest
)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(audit_app, name="audit")

Port = Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")]


class ManifestMode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "socket"
    HTTP = "http"


@app.command()
def run() -> None:
    """Run the bot as the settings say."""
    from bot.cli.start import start

    raise typer.Exit(start())


@app.command()
def demo(port: Port = 8765) -> None:
    """Run the bot on a sandbox, with a page to act in it."""
    if port == 65535:
        _fail(["--port must be below 65535: the sandbox also needs the port above it."])
    from bot.sandbox.demo import main as run_demo
    from bot.sandbox.servers import PortBusy
    from bot.settings.model import SettingsError

    try:
        code = run_demo(port)
    except (PortBusy, SettingsError) as error:
        _fail([str(error)])
    raise typer.Exit(code or 0)


@app.command()
def tour(out: Annotated[Path | None, typer.Option(help="Write everything that anybody saw to this folder.")] = None) -> None:
    """Play a scripted story through the running pieces."""
    from bot.sandbox.tour import main as run_tour

    raise typer.Exit(run_tour(out) or 0)


@app.command()
def sandbox(
    slack_port: Port = 8765,
    claude_port: Port = 8766,
    large: Annotated[bool, typer.Option("--large", help="An organization of 1,000 keys.")] = False,
) -> None:
    """Run the sandbox alone: a Slack and a Claude organization."""
    from bot.sandbox.serve import main as serve

    raise typer.Exit(serve(slack_port, claude_port, large=large))


@app.command()
def check(
    settings_table: Annotated[bool, typer.Option("--settings-table", hidden=True, help="Print README's table.")] = False,
    env_example: Annotated[bool, typer.Option("--env-example", hidden=True, help="Print .env.example.")] = False,
    commands_table: Annotated[bool, typer.Option("--commands-table", hidden=True, help="Print README's table.")] = False,
) -> None:
    """Check settings, policy and manifest, offline."""
    if env_example:
        from bot.cli.env_example import env_example as render_example

        sys.stdout.write(render_example())
        return
    if commands_table:
        from bot.cli.commands_table import commands_table as render_commands

        print(render_commands())
        return
    if settings_table:
        from bot.cli.settings_table import settings_table as render_table

        _say([render_table()])
        return
    env = _environment()
    from bot.cli.check import check_everything
    from bot.kinds.registry import KINDS

    found = check_everything(env, KINDS)
    _say(f"warning: {warning}" for warning in found.warnings)
    if found.faults:
        _fail(filter(None, [*found.faults, found.hint, found.closing]))
    _say([found.closing])


@app.command()
def key() -> None:
    """Make an encryption key for ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    _say([Fernet.generate_key().decode()])


@app.command()
def doctor() -> None:
    """Check with Slack and the Claude API that everything works."""
    settings = _settings()
    from bot.cli.doctor import closing, examine_by
    from bot.cli.start import clock_of
    from bot.errors import QuartermasterError
    from bot.log import configure_logging

    configure_logging("CRITICAL")  # what is retried on the way is no finding
    try:
        found = asyncio.run(examine_by(settings, clock_of(settings)))
    except QuartermasterError as error:
        _fail([str(error)])
    _say([*map(str, found), closing(found)])
    raise typer.Exit(0 if all(diagnosis.good for diagnosis in found) else 1)


@app.command()
def sync(
    history: Annotated[bool, typer.Option("--history", help="Also load all history that the API gives.")] = False,
) -> None:
    """Bring the ledger of costs and Claude Code's report up to date."""
    settings = _settings()
    from bot.cli.start import clock_of
    from bot.cli.sync import sync as run_sync
    from bot.errors import QuartermasterError
    from bot.log import configure_logging
    from bot.settings.network import forget_proxies
    from bot.store.revisions import DatabaseTooNew

    forget_proxies()
    configure_logging("ERROR")
    try:
        good = asyncio.run(run_sync(settings, clock_of(settings), lambda line: _say([line]), history))
    except (QuartermasterError, DatabaseTooNew) as error:
        _fail([str(error)])
    raise typer.Exit(0 if good else 1)


@app.command()
def manifest(
    prefix: Annotated[str, typer.Option(help="The first part of every command; also set COMMAND_PREFIX.")] = "claude",
    mode: Annotated[ManifestMode, typer.Option(help="How Slack reaches the bot.")] = ManifestMode.SOCKET,
    url: Annotated[str | None, typer.Option(help="The bot's public https address, for --mode http.")] = None,
) -> None:
    """Print the Slack app's manifest as YAML."""
    import re

    from bot.cli.manifest_file import manifest_yaml

    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,19}", prefix):
        _fail(["--prefix must be 1 to 20 of a-z, 0-9, - and _, starting with a letter."])
    try:
        text = manifest_yaml(prefix, mode.value, url)
    except ValueError as error:
        _fail([str(error)])
    sys.stdout.write(text)


@app.command()
def policy() -> None:
    """Say in words who may approve what."""
    env = _environment()
    from bot.cli.check import explain_policy, policy_path
    from bot.kinds.registry import KINDS
    from bot.policy.file import load_policy

    path = policy_path(env)
    loaded = load_policy(path, KINDS)
    _say([f"policy {loaded.version} from {path}", *explain_policy(loaded, KINDS)])
    raise typer.Exit(2 if loaded.nobody_because else 0)


@audit_app.command()
def verify(
    since: Annotated[str, typer.Option(help="The head that an earlier check printed, as NUMBER:HASH.")] = "",
) -> None:
    """Check that the audit log is complete and unchanged, or name the first broken entry."""
    number, _, digest = since.partition(":")
    if since and not (number.isdecimal() and len(digest) == 64):
        _fail(["--since takes the head that an earlier check printed, NUMBER:HASH."])
    from bot.cli.audit import verify_audit

    good, sentence = asyncio.run(verify_audit(_database_settings(), (int(number), digest) if since else None))
    _say([sentence])
    raise typer.Exit({True: 0, False: 1, None: 2}[good])


@audit_app.command()
def show(
    about: Annotated[
        str,
        typer.Argument(
            metavar="KEY|REQUEST|PERSON|WORKSPACE",
            help="An id, a person's address, or a name that a key or workspace ever had. Without it: the whole log.",
        ),
    ] = "",
) -> None:
    """Show every entry about a key, request, person or workspace, and whether the log is complete and unchanged."""
    from bot.cli.audit import show_audit

    good, sentence = asyncio.run(show_audit(_database_settings(), about, lambda line: _say([line])))
    _say([sentence])
    raise typer.Exit({True: 0, False: 1, None: 2}[good])


app.command(name="export")(export_command)


def _database_settings() -> "DatabaseSettings":
    from bot.cli.misspelt import placed
    from bot.settings.model import SettingsError, load_database_settings

    try:
        return load_database_settings(_environment())
    except SettingsError as error:
        _fail(placed(error.faults))


def _environment() -> Mapping[str, str]:
    from bot.settings.sources import read_environment

    return read_environment(Path.cwd())


def _settings() -> "Settings":
    from bot.cli.misspelt import placed, uncounted
    from bot.settings.model import SettingsError, load_settings

    environment = _environment()
    try:
        return load_settings(environment)
    except SettingsError as error:
        _fail([*placed(error.faults), *uncounted(environment)])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _fail(sentences: Iterable[str]) -> NoReturn:
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")
    raise typer.Exit(2)
