"""What of families' store is tamper-evident: each bundle of evidence, as it was frozen."""

from families.events import HeadSigned
from families.models.evidence import EvidenceBundle
from transparency.leaves import log_each_row
from transparency.log import Log, TableSource, read_columns

BUNDLES = TableSource("evidence_bundle", EvidenceBundle.__table__, read_columns)
log_each_row(EvidenceBundle, BUNDLES.kind)
LOG = Log(program="families", head=HeadSigned, sources=[BUNDLES])
