"""A word list that plays every provider's safety system, always with the same verdict."""

import re

# The 13 categories in OpenAI's order, with words that stand for each.
CATEGORIES = {
    "harassment": "idiot moron loser",
    "harassment/threatening": "i will hurt you|i will find you|you will pay for this",
    "hate": "subhuman vermin",
    "hate/threatening": "exterminate them|wipe them out",
    "illicit": "shoplift launder counterfeit",
    "illicit/violent": "build a bomb|pipe bomb|make a bomb|nerve agent",
    "self-harm": "suicide self-harm",
    "self-harm/intent": "kill myself|hurt myself|end my life",
    "self-harm/instructions": "how to cut myself|ways to kill myself",
    "sexual": "nude naked porn pornographic nsfw erotic",
    "sexual/minors": "child porn|underage nude",
    "violence": "murder massacre behead torture",
    "violence/graphic": "gore dismembered mutilated entrails",
}
PHRASES = {
    category: re.compile(
        r"\b(?:" + "|".join(map(re.escape, words.split("|" if "|" in words else " "))) + r")\b"
    )
    for category, words in CATEGORIES.items()
}
_BLOCKED_IN_PICTURES = (
    "sexual",
    "sexual/minors",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "violence/graphic",
    "hate",
)


def violations(prompt: str) -> tuple[str, ...]:
    """The categories for which an image is refused."""
    text = prompt.lower()
    return tuple(name for name in _BLOCKED_IN_PICTURES if PHRASES[name].search(text))
