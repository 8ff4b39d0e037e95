"""Two spellings of a name that nobody can tell apart are one name, wherever names are compared or looked for."""

from unicodedata import normalize

from bot.admin.model import Workspace
from bot.directory.twins import is_twin, label_among
from bot.forms.fields import FormInput
from bot.kinds.workspaces.create import NAMELESS, _fits
from bot.kinds.workspaces.create_parts import is_called
from bot.kinds.workspaces.wanted import CreateWorkspace, shared_names, subject_of
from bot.organization.keys_wanted import read_wanted
from bot.organization.workspaces_wanted import WantedWorkspaces
from bot.policy.model import Policy, RuleSettings, WorkspaceSettings
from bot.slack.markup import clean, reads_alike, reads_as_shown
from bot.words.calendars import UTC_DAYS
from bot.words.folded import folded
from bot.words.reading import as_read
from tests.approvals.samples import ASKED

NOTHING_CHOSEN = FormInput({}, {}, ASKED, UTC_DAYS)
TYPED, ON_A_MAC = normalize("NFC", "Café Zoë"), normalize("NFD", "CAFÉ Zoë")


def test_case_and_the_way_an_accent_is_put_together_make_no_other_name() -> None:
    assert TYPED != ON_A_MAC
    assert folded(TYPED) == folded(ON_A_MAC)
    assert folded("Staging") == folded("STAGING") == "staging"
    assert folded("Straße") == folded("STRASSE")
    assert folded("Café") != folded("Cafe")
    assert folded("Sta\u200bging") == folded(" sta\u00adging ") == "staging"
    for unseen in ("\ufe0f", "\u034f", "\u3164", "\U000e0101", "\u115f", "\u180b"):
        assert folded(f"Sta{unseen}ging") == "staging", ascii(unseen)
    assert folded("Data  Platform\n") == folded("data platform")
    assert clean(normalize("NFD", TYPED)) == TYPED
    assert reads_alike(ON_A_MAC.casefold(), TYPED.casefold())
    assert folded("O’Neil Lab") == folded("o'neil lab")
    assert reads_alike("O’Neil", "O'Neil"), "what phones write"
    for name, typed in (("R–D", "r-d"), ("R\u2011D", "R-D"), ("Ops “East”", 'ops "east"'), ("Old…", "old...")):
        assert folded(name) == folded(typed), "what keyboards don't have"
    assert reads_as_shown("O’Neil Lab of Tests", "O'Neil Lab…"), "a menu cuts long names"
    assert not reads_as_shown("O’Neil", "O'Neil Lab…")
    assert not reads_alike("Cafe", "Café")


def test_a_workspace_is_found_and_taken_by_either_spelling() -> None:
    there = Workspace.model_validate({"id": "wrkspc_1", "name": ON_A_MAC, "created_at": ASKED, "archived_at": None})
    assert is_called(there, TYPED)
    assert WantedWorkspaces(part=normalize("NFC", "zoë")).takes(there)
    assert getattr(read_wanted(["in", *TYPED.split()], {there.id: there.name}), "workspace_id", "") == there.id
    assert subject_of(TYPED) == subject_of(ON_A_MAC)
    assert shared_names(CreateWorkspace(name=TYPED), CreateWorkspace(name=ON_A_MAC)) == [TYPED]


def test_what_nobody_sees_makes_no_other_workspace_anywhere() -> None:
    facts = {"created_at": ASKED, "archived_at": None}
    for unseen in ("\u200b", "\ufe0f", "\u034f", "\u3164"):
        name = f"Sta{unseen}ging"
        there, hidden = (Workspace.model_validate({"id": n, "name": n, **facts}) for n in ("Staging", name))
        assert is_called(hidden, "STAGING"), ascii(unseen)
        assert _fits(f"Clau{unseen}de Code", NOTHING_CHOSEN) == _fits("Claude Code", NOTHING_CHOSEN)
        assert _fits(unseen, NOTHING_CHOSEN) == NAMELESS
        assert is_twin(there, [there, hidden])
        assert label_among(hidden, [there, hidden]) == f"{name} ({name})"
        assert subject_of(name) == subject_of("staging")
        assert shared_names(CreateWorkspace(name=name), CreateWorkspace(name="staging")) == [name]
        assert as_read(f"<#C0COSTS|{name}>") == "#staging"


def test_a_rule_for_a_workspace_holds_however_its_name_is_spelled() -> None:
    own = {TYPED: WorkspaceSettings(rule=RuleSettings(quorum=3))}
    policy = Policy(version="1", defaults=RuleSettings(quorum=1), workspaces=own)
    assert policy.rule_for("create_key", "wrkspc_1", ON_A_MAC).quorum == 3
    assert policy.rule_for("create_key", "wrkspc_1", f"{TYPED[:3]}\u200b{TYPED[3:]}").quorum == 3
    assert policy.rule_for("create_key", "wrkspc_1", "Cafe Zoe").quorum == 1
