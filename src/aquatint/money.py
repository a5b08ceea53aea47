"""Money is an integer number of micro-dollars (1 USD = 1,000,000); floats exist only in JSON."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

MICRO_PER_USD = 1_000_000
MOST_USD = 10**12  # beyond it an amount is a mistake, and micro-dollars no longer fit 64 bits

Micro = int
_MICRO = Decimal("0.000001")


def from_usd(value: str | int | float | Decimal) -> Micro:
    """Dollars to micro-dollars, rounded up; ValueError for what is no amount up to MOST_USD."""
    return _micro(value, ROUND_CEILING)


def cap_from_usd(value: str | int | float | Decimal) -> Micro:
    """As `from_usd`, but rounded down: what somebody will pay at most is never made more."""
    return _micro(value, ROUND_FLOOR)


def to_usd(amount: Micro) -> float:
    """Micro-dollars as the decimal number of dollars that JSON shows."""
    return amount / MICRO_PER_USD


def show(amount: Micro) -> str:
    """Micro-dollars for people, to 4 decimals: ``$0.0937``."""
    return f"${Decimal(amount) / MICRO_PER_USD:.4f}"


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division rounded up: a charge is never rounded in the buyer's favour by accident."""
    return -(-numerator // denominator)


def _micro(value: str | int | float | Decimal, rounding: str) -> Micro:
    try:
        # Rounded once, and before the arithmetic, which would itself round at 28 digits.
        exact = Decimal(str(value)).quantize(_MICRO, rounding)
        amount = int(exact * MICRO_PER_USD)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"not an amount of money: {str(value)[:40]!r}") from error
    if abs(amount) > MOST_USD * MICRO_PER_USD:
        raise ValueError(f"not an amount of money: more than {MOST_USD} dollars")
    return amount
