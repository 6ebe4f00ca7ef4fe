"""What of claims' store is tamper-evident: each entry of the ledger, and each finding of an auditor."""

from claims.events import HeadSigned
from claims.models import AuditFinding, LedgerEntry
from transparency.leaves import log_each_row
from transparency.log import Log, TableSource, read_columns

LEDGER = TableSource("ledger_entry", LedgerEntry.__table__, read_columns)
FINDINGS = TableSource("finding", AuditFinding.__table__, read_columns)
log_each_row(LedgerEntry, LEDGER.kind)
log_each_row(AuditFinding, FINDINGS.kind)
LOG = Log(program="claims", head=HeadSigned, sources=[LEDGER, FINDINGS])
