"""What of identity's store is tamper-evident: who did what to which agency, client, user or key."""

from identity.events import HeadSigned
from identity.models import AuditEntry
from transparency.leaves import log_each_row
from transparency.log import Log, TableSource, read_columns

AUDIT = TableSource("audit_entry", AuditEntry.__table__, read_columns)
log_each_row(AuditEntry, AUDIT.kind)
LOG = Log(program="identity", head=HeadSigned, sources=[AUDIT])
