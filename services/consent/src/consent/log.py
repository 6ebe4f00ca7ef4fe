"""What of consent's store is tamper-evident: each decision, person by person, with what was shared and refused, and
which answers have left; and each report that was made for a person.
"""

from consent.decisions.entries import DecisionSource
from consent.events import HeadSigned
from consent.models import AccessReport
from consent.sent_marks.repository import SentMarkSource
from transparency.leaves import log_each_row
from transparency.log import Log, TableSource, read_columns

REPORTS = TableSource("access_report", AccessReport.__table__, read_columns)
log_each_row(AccessReport, REPORTS.kind)
LOG = Log(program="consent", head=HeadSigned, sources=[DecisionSource(), SentMarkSource(), REPORTS])
