from sqlalchemy.orm import DeclarativeBase

from chassis.db import TYPES


class Base(DeclarativeBase):
    type_annotation_map = TYPES
