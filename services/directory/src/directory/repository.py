"""Questions to the directory."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.tables import DirectoryArea, DirectoryService, DirectoryUser


def list_areas(session: Session) -> list[str]:
    """The codes of all areas, in order."""
    return list(session.scalars(select(DirectoryArea.area).order_by(DirectoryArea.area)))


def has_service(session: Session, service: str) -> bool:
    """Whether there is a service of this code."""
    return session.scalar(select(DirectoryService.service).where(DirectoryService.service == service)) is not None


def has_user(session: Session, user: str, service: str) -> bool:
    """Whether somebody of this service may sign in under this subject; not who left, nor who is of another service."""
    theirs = (DirectoryUser.user == user, DirectoryUser.service == service, DirectoryUser.status == "active")
    return session.scalar(select(DirectoryUser.user).where(*theirs)) is not None
