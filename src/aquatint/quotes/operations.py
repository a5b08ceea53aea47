"""What each operation needs, and what a model is told to do. Pure."""

from aquatint.catalog.model import Operation
from aquatint.errors import InvalidRequest
from aquatint.library.pictures import Margins
from aquatint.quotes.model import QuoteRequest

_MOST_STYLED = 2  # the picture, and the one whose style it takes
_VARIATION = (
    "Make a new picture of the same kind as the one given: its subject, mood and style, "
    "in another composition."
)
_EXTENSION = "Continue the picture beyond its edges, so that no border can be seen."


def check(request: QuoteRequest) -> None:
    """Raises InvalidRequest for pictures that are missing, or that the operation has no use for."""
    operation = request.operation
    if operation is Operation.GENERATE and (request.images or request.mask):
        raise InvalidRequest("operation 'generate' takes no images; did you mean 'edit'?")
    if operation is not Operation.GENERATE and not request.images:
        raise InvalidRequest(f"operation {operation.value!r} needs images")
    if (operation is Operation.INPAINT) != (request.mask is not None):
        raise InvalidRequest("operation 'inpaint' needs a mask, and no other operation takes one")
    margins = request.outpaint
    if (operation is Operation.OUTPAINT) != (
        margins is not None and any(margins.model_dump().values())
    ):
        raise InvalidRequest(
            "operation 'outpaint' needs margins in outpaint, and no other takes them"
        )
    if operation is Operation.STYLE_TRANSFER:
        _check_style(request)


def _check_style(request: QuoteRequest) -> None:
    if len(request.images) > _MOST_STYLED:
        raise InvalidRequest("operation 'style_transfer' takes one picture and one with the style")
    if (len(request.images) == _MOST_STYLED) == bool(request.style):
        raise InvalidRequest("operation 'style_transfer' needs a second image or a style, not both")


def margins(request: QuoteRequest) -> Margins | None:
    return Margins(**request.outpaint.model_dump()) if request.outpaint else None


def wants_words(operation: Operation) -> bool:
    """Whether the person must say what to do."""
    return operation in (Operation.GENERATE, Operation.EDIT, Operation.INPAINT)


def wording(request: QuoteRequest) -> str | None:
    """The instruction that the operation makes of the prompt; None: the prompt says it all."""
    match request.operation:
        case Operation.VARIATION:
            lead = _VARIATION
        case Operation.OUTPAINT:
            lead = _EXTENSION
        case Operation.STYLE_TRANSFER:
            lead = _restyling(request)
        case _:
            return None
    return f"{lead} {request.prompt}".strip()


def _restyling(request: QuoteRequest) -> str:
    by_picture = len(request.images) == _MOST_STYLED
    style = "the style of the second" if by_picture else f"this style: {request.style}"
    return f"Redraw the first picture in {style}. Keep what it shows and where it stands."
