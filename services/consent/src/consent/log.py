"""What of consent's store is tamper-evident: each decision, person by person, with what was shared and refused, and
which answers have left.
"""

from consent.decisions.entries import DecisionSource
from consent.events import HeadSigned
from consent.sent_marks.repository import SentMarkSource
from transparency.log import Log

LOG = Log(program="consent", head=HeadSigned, sources=[DecisionSource(), SentMarkSource()])
