"""Every table; rows never leave the store and the files named `db.py`, which take and return frozen domain models."""

from bot.store.tables.claude_code import (
    ClaudeCodeActivityRow,
    ClaudeCodeCursorRow,
    ClaudeCodeDayRow,
    ClaudeCodeDigestRow,
    ClaudeCodeModelRow,
    ClaudeCodeToolRow,
)
from bot.store.tables.datadog import CostFileRow, CostTargetRow
from bot.store.tables.exports import ExportDayRow, ExportTargetRow, MetricPeakRow
from bot.store.tables.hygiene import AcceptedAdviceRow
from bot.store.tables.ledger import CostDayRow, CostHourRow, CostPartRow, UsageDayRow, UsageHourRow, UsagePartRow
from bot.store.tables.limits import SpendLimitRow
from bot.store.tables.peaks import PeakHourRow, PeakRow
from bot.store.tables.reports import ReportRunRow, ReportSubscriptionRow
from bot.store.tables.requests import (
    AuditEntryRow,
    DecisionRow,
    FindingRow,
    GrantHolderRow,
    KeyOwnerRow,
    LeaseRow,
    LinkRow,
    NameRow,
    NoteRow,
    PostRow,
    RequestRow,
    SecretRow,
    SeenEventRow,
    TimerRow,
)
from bot.store.tables.spend import (
    AlertRow,
    CorrectionRow,
    DigestRunRow,
    DoubtRow,
    LedgerDayRow,
    RevisionRow,
    SourceRow,
    SubscriptionRow,
    ThresholdRow,
)

__all__ = [
    "AcceptedAdviceRow",
    "AlertRow",
    "AuditEntryRow",
    "ClaudeCodeActivityRow",
    "ClaudeCodeCursorRow",
    "ClaudeCodeDayRow",
    "ClaudeCodeDigestRow",
    "ClaudeCodeModelRow",
    "ClaudeCodeToolRow",
    "CorrectionRow",
    "CostDayRow",
    "CostFileRow",
    "CostHourRow",
    "CostPartRow",
    "CostTargetRow",
    "DecisionRow",
    "DigestRunRow",
    "DoubtRow",
    "ExportDayRow",
    "ExportTargetRow",
    "FindingRow",
    "GrantHolderRow",
    "KeyOwnerRow",
    "LeaseRow",
    "LedgerDayRow",
    "LinkRow",
    "MetricPeakRow",
    "NameRow",
    "NoteRow",
    "PeakHourRow",
    "PeakRow",
    "PostRow",
    "ReportRunRow",
    "ReportSubscriptionRow",
    "RequestRow",
    "RevisionRow",
    "SecretRow",
    "SeenEventRow",
    "SourceRow",
    "SpendLimitRow",
    "SubscriptionRow",
    "ThresholdRow",
    "TimerRow",
    "UsageDayRow",
    "UsageHourRow",
    "UsagePartRow",
]
