"""Money is an integer number of micro-dollars (1 USD = 1,000,000); floats exist only in JSON."""

from decimal import ROUND_CEILING, Decimal

MICRO_PER_USD = 1_000_000

Micro = int


def from_usd(value: str | int | float | Decimal) -> Micro:
    """Dollars to micro-dollars, rounded up; raises ValueError for what is no finite number."""
    try:
        amount = Decimal(str(value))
        return int((amount * MICRO_PER_USD).to_integral_value(rounding=ROUND_CEILING))
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"not an amount of money: {value!r}") from error


def to_usd(amount: Micro) -> float:
    """Micro-dollars as the decimal number of dollars that JSON shows."""
    return amount / MICRO_PER_USD


def show(amount: Micro) -> str:
    """Micro-dollars for people, to 4 decimals: ``$0.0937``."""
    return f"${Decimal(amount) / MICRO_PER_USD:.4f}"


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division rounded up: a charge is never rounded in the buyer's favour by accident."""
    return -(-numerator // denominator)
