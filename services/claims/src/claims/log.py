"""What of claims' store is tamper-evident: entries of the ledger, auditors' findings, versions of outcomes plans."""

from claims.events import HeadSigned
from claims.frameworks.plan_versions import SOURCE as PLAN_VERSIONS
from claims.models import AuditFinding, LedgerEntry, OutcomesPlanVersion
from transparency.leaves import log_each_row
from transparency.log import Log, TableSource, read_columns

LEDGER = TableSource("ledger_entry", LedgerEntry.__table__, read_columns)
FINDINGS = TableSource("finding", AuditFinding.__table__, read_columns)
log_each_row(LedgerEntry, LEDGER.kind)
log_each_row(AuditFinding, FINDINGS.kind)
log_each_row(OutcomesPlanVersion, PLAN_VERSIONS.kind)
LOG = Log(program="claims", head=HeadSigned, sources=[LEDGER, FINDINGS, PLAN_VERSIONS])
