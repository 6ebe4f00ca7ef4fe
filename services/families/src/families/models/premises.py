"""Premises that are not ordinary: refuges, and where many live."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import now
from families.models.base import Base

ADDRESS = {"category": "address"}


class Premises(Base):
    """What kind of premises an address is; those not listed are ordinary."""

    __tablename__ = "premises"

    uprn: Mapped[str] = mapped_column(primary_key=True, info=ADDRESS)
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now)
