"""The order of a claim's acts, by the days on which they were done: result, check, freeze, audit, submission, payment.

Each is done on the day of the one before it or later. That none lies in the future is part of `PastDate`.
Source: docs/sources/audit.md#order-of-acts.
"""

from collections.abc import Iterable
from datetime import date

from chassis.problems import Fault, RequestNotValid

POINTER = "/body/date"


def refuse_before_result(day: date, results: Iterable[date]) -> None:
    """Nothing is done with a claim before the day on which it was earned. Errors: RequestNotValid.

    The result's day rests on people's records, so the answer does not name it.
    """
    if any(day < result for result in results):
        raise RequestNotValid(
            errors=[
                Fault(
                    pointer=POINTER,
                    code="date_before_result",
                    detail="This lies before the day on which the claim's result was reached",
                    fix="Give the day on which it was done; a claim is acted upon once its result is reached.",
                )
            ]
        )


def refuse_before_act(day: date, act: str, done: Iterable[date | None]) -> None:
    """An act comes after the one that it rests on. Errors: RequestNotValid.

    Shape: `act` completes "… on a later day"; days that are not known, as of claims of an older release, bind nobody.
    Example: `refuse_before_act(day, "The batch was frozen", [batch.frozen_on])`.
    """
    latest = max((each for each in done if each is not None), default=None)
    if latest is not None and day < latest:
        raise RequestNotValid(
            errors=[
                Fault(
                    pointer=POINTER,
                    code="date_out_of_order",
                    detail=f"{act} on a later day",
                    fix=f"Give {latest} or a later day.",
                )
            ]
        )
