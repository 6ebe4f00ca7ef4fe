from chassis.schemas import Code, Line, Schema


class AreaRequest(Schema):
    code: Code
    name: Line


class AreaView(Schema):
    code: str
    name: str


class AreaList(Schema):
    """Shape: all areas by code; a council has few, so they come on one page."""

    items: list[AreaView]
    next: None = None
