"""What a person asks for, told by words alone: is it a picture, how many, in which size."""

import re
from dataclasses import dataclass

_PICTURE = (
    r"(?:pictures?|images?|photos?|photographs?|paintings?|drawings?|illustrations?|sketch(?:es)?|"
    r"portraits?|logos?|wallpapers?|posters?|icons?|artworks?|renderings?|renders?|watercolou?rs?|"
    r"pics?|cartoons?|stickers?|concept art)"
)
_TEXT = (
    r"(?:poems?|haikus?|story|stories|lists?|jokes?|code|programs?|functions?|summary|essays?|"
    r"letters?|emails?|songs?|plans?|recipes?|tables?|names?|texts?|limericks?|ideas?|reports?|"
    r"scripts?|passwords?|numbers?|sentences?|titles?|captions?)"
)
_QUESTION = re.compile(r"(?:how|what|why|when|where|who|which|is|are|does|did|was)\b")
_WRITING = re.compile(rf"\b(?:write|tell|explain|translate|summari[sz]e)\b|\b{_TEXT}\b")
_DRAWING = re.compile(
    r"\b(?:draw|paint|sketch|illustrate|generate|render|visuali[sz]e|depict)\b"
    r"(?!\s+(?:attention|conclusions?|on|from|up))"
)
_MAKING = re.compile(
    r"\b(?:make|create|design|produce)\s+(?:(?:me|us)\s+)?(?:an?|the|some|my|our)\b"
)
# Who is asked to describe a picture may do just that.
_DESCRIPTION = re.compile(r"an? \S+ [^?]+$")
_PICTURE_WANTED = re.compile(
    rf"\b(?:make|create|design|produce|give|show|need|want|like|get|send|have|do|see)\b.*\b{_PICTURE}\b"
    rf"|\b{_PICTURE}\s+(?:of|with|showing|for)\b",
    re.DOTALL,
)

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SEVERAL = re.compile(
    rf"\b(?P<count>[2-6]|{'|'.join(_COUNTS)})\s+(?:[\w-]+\s+){{0,3}}?{_PICTURE}\b"
    r"(?:\s+(?:of|with|showing))?\s*[:,-]?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_OUTSIDE = r"(?![^\[\]]*\]\])"  # a word that orders a fault stays in one piece
_BETWEEN = re.compile(rf"\s*(?:,\s*and\b|,|;|\n|\band\b){_OUTSIDE}\s*", re.IGNORECASE)

_PIXELS = re.compile(r"(?<!\d)(\d{2,5})\s*[x\u00d7]\s*(\d{2,5})(?!\d)", re.IGNORECASE)
_FORMATS = {
    "1536x1024": r"landscape|wide|widescreen|panoramic|horizontal",
    "1024x1536": r"portrait|tall|vertical",
    "1024x1024": r"square",
}
_AS_FORMAT = (
    r"\b(?:{words})[\s-]+(?:format|orientation|mode|size|aspect|shape|" + _PICTURE + r")\b"
    r"|(?:\bin|\bas|\bmake it|,)\s*(?:an?\s+)?(?:{words})\s*(?:$|[.,;!?)])"
)
_NAMES_FORMAT = {
    size: re.compile(_AS_FORMAT.format(words=words)) for size, words in _FORMATS.items()
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One picture, in the person's own words; `size` only when they named one."""

    prompt: str
    size: str | None = None


def wishes(message: str) -> list[Wish]:
    """The pictures a message asks for; none when it asks for something else."""
    message = message.strip()
    if not _wants_picture(message.lower()):
        return []
    size = named_size(message)
    return [Wish(prompt, size) for prompt in _prompts(message)]


def named_size(message: str) -> str | None:
    """``1792x1024`` or a word like landscape, square or wide where it means the format."""
    pixels = _PIXELS.search(message)
    if pixels:
        return f"{int(pixels[1])}x{int(pixels[2])}"
    lowered = message.lower()
    return next((size for size, names in _NAMES_FORMAT.items() if names.search(lowered)), None)


def _wants_picture(lowered: str) -> bool:
    if _PICTURE_WANTED.search(lowered) or _SEVERAL.search(lowered):
        return not _QUESTION.match(lowered)
    if _QUESTION.match(lowered) or _WRITING.search(lowered):
        return False
    return bool(_DRAWING.search(lowered) or _MAKING.search(lowered) or _DESCRIPTION.match(lowered))


def _prompts(message: str) -> list[str]:
    """One prompt for each picture: the parts of a list when they are as many as was said."""
    several = _SEVERAL.search(message)
    if several is None:
        return [message]
    said = several["count"].lower()
    count = _COUNTS.get(said) or int(said)
    parts = [part.strip(" .!") for part in _BETWEEN.split(several["rest"])]
    parts = [part for part in parts if part]
    return parts if len(parts) == count else [message] * count
