"""What of consent's store is tamper-evident: each decision, person by person, with what was shared and refused."""

from consent.decisions.entries import DecisionSource
from consent.events import HeadSigned
from transparency.log import Log

LOG = Log(program="consent", head=HeadSigned, sources=[DecisionSource()])
