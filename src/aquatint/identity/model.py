"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of what is made; an operator may also see and repair the house."""

    id: str
    name: str
    operator: bool


LOCAL = Caller(id="local", name="You", operator=True)
