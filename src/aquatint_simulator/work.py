"""Pictures as a provider in trouble makes them."""

from collections.abc import Sequence
from dataclasses import replace

from aquatint_simulator.faults import Fault
from aquatint_simulator.pictures.picture import Commission, Picture, smaller


def count(n: int, fault: Fault | None) -> int:
    """How many of `n` pictures are made."""
    return n - 1 if _is(fault, "fewer_images") else n


def misread(commissions: Sequence[Commission], fault: Fault | None) -> list[Commission]:
    """The commissions as they are carried out: perhaps at half the size."""
    if _is(fault, "wrong_size"):
        return [smaller(commission) for commission in commissions]
    return list(commissions)


def damaged(pictures: Sequence[Picture], fault: Fault | None) -> list[Picture]:
    """The pictures as they are kept: perhaps only the first half of each file."""
    if _is(fault, "corrupt_image"):
        return [replace(each, data=each.data[: len(each.data) // 2]) for each in pictures]
    return list(pictures)


def _is(fault: Fault | None, name: str) -> bool:
    return fault is not None and fault.name == name
