"""The Python client of an Aquatint gateway: see the price, confirm, get exactly one image.

with Aquatint("http://127.0.0.1:8080") as aquatint:
    quote = aquatint.quote("a lighthouse in fog", quality="high")
    generation = aquatint.wait(aquatint.confirm(quote))
    aquatint.download(generation.images[0], "lighthouse.png")
"""

from aquatint_client.aio import AsyncAquatint
from aquatint_client.errors import (
    AnswerLost,
    AquatintError,
    Busy,
    Cancelled,
    Conflict,
    Forbidden,
    GatewayFailed,
    GatewayUnreachable,
    InvalidRequest,
    LimitReached,
    NotFound,
    OutcomeUnknown,
    ProviderFailed,
    QuoteExpired,
    Refused,
    TooDear,
    Unauthenticated,
    Unavailable,
)
from aquatint_client.events import AttemptFailed, Dispatched, Ended, Event, Partial, Progress
from aquatint_client.model import (
    Alternative,
    Attempt,
    Generation,
    Image,
    Model,
    Provider,
    Quote,
    Rejected,
    Usage,
    WaitingQuote,
)
from aquatint_client.sync import Aquatint
from aquatint_client.wishes import Margins, Picture, Wishes

__all__ = [
    "Alternative",
    "AnswerLost",
    "Aquatint",
    "AquatintError",
    "AsyncAquatint",
    "Attempt",
    "AttemptFailed",
    "Busy",
    "Cancelled",
    "Conflict",
    "Dispatched",
    "Ended",
    "Event",
    "Forbidden",
    "GatewayFailed",
    "GatewayUnreachable",
    "Generation",
    "Image",
    "InvalidRequest",
    "LimitReached",
    "Margins",
    "Model",
    "NotFound",
    "OutcomeUnknown",
    "Partial",
    "Picture",
    "Progress",
    "Provider",
    "ProviderFailed",
    "Quote",
    "QuoteExpired",
    "Refused",
    "Rejected",
    "TooDear",
    "Unauthenticated",
    "Unavailable",
    "Usage",
    "WaitingQuote",
    "Wishes",
]
