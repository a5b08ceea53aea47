"""Words to tiers: the specification's keywords and examples, and who outranks whom."""

import pytest

from aquatint.catalog.model import Tier
from aquatint.routing.tiers import Source, TierDecision, decide_tier


def by_words(text: str) -> tuple[str, tuple[str, ...]]:
    decision = decide_tier(named=None, own_words=text, tool_quality=None, tool_prompt=None)
    return str(decision.tier), decision.words


@pytest.mark.parametrize(
    ("text", "tier", "words"),
    [
        ("Generate a photorealistic sunset over mountains", "ultra", ("photorealistic",)),
        ("Generate a high-quality artistic landscape", "high", ("high quality", "artistic")),
        ("Generate a quick sketch", "fast", ("quick sketch",)),
        ("a quick-sketch of a cat", "fast", ("quick sketch",)),
        ("a sketch, and quick", "standard", ("sketch", "quick")),
        ("a quick sketch, then a quick one", "standard", ("quick",)),
        ("professional 8K photo", "ultra", ("professional", "8k")),
        ("in Ultra-HD, please", "ultra", ("ultra hd",)),
        ("HIGH\n  RESOLUTION", "ultra", ("high resolution",)),
        ("detailed", "ultra", ("detailed",)),
        ("concept art of a stylized ship", "high", ("concept art", "stylized")),
        ("creative", "high", ("creative",)),
        ("a simple, basic draft", "standard", ("simple", "basic", "draft")),
        ("instant", "fast", ("instant",)),
        ("an immediate preview, fast", "fast", ("immediate", "fast")),
        ("fast and detailed", "ultra", ("detailed",)),
        ("fast but artistic", "high", ("artistic",)),
        ("quick and fast", "standard", ("quick",)),
        ("detailed, very detailed", "ultra", ("detailed",)),
        ("a high\u2011quality print", "high", ("high quality",)),
        ("8k.", "ultra", ("8k",)),
    ],
)
def test_words(text: str, tier: str, words: tuple[str, ...]) -> None:
    assert by_words(text) == (tier, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a cat",
        "an unprofessional clown",
        "an 18k gold ring",
        "8km of road",
        "a breakfast",
        "fasten your belt",
        "simplest sketches",
        "high and mighty quality",
        "artistically done",
        "high_quality",
        "quicksand",
        "instantly",
    ],
)
def test_no_word_decides(text: str) -> None:
    assert by_words(text) == ("standard", ())


def test_authority() -> None:
    def decide(
        named: Tier | None = None,
        own: str | None = None,
        quality: str | None = None,
        prompt: str | None = None,
    ) -> TierDecision:
        return decide_tier(named=named, own_words=own, tool_quality=quality, tool_prompt=prompt)

    everything = decide(Tier.FAST, "artistic", "standard", "8k, detailed")
    assert everything == TierDecision(tier=Tier.FAST, words=(), source=Source.CALLER)
    own = decide(None, "artistic", "standard", "8k, detailed")
    assert own == TierDecision(tier=Tier.HIGH, words=("artistic",), source=Source.MESSAGE)
    tool = decide(None, "a cat", "fast", "8k, detailed")
    assert tool == TierDecision(tier=Tier.FAST, words=(), source=Source.TOOL_QUALITY)
    prompt = decide(None, "a cat", None, "8k, detailed")
    assert prompt == TierDecision(
        tier=Tier.ULTRA, words=("8k", "detailed"), source=Source.TOOL_PROMPT
    )
    nothing = decide(None, "a cat", None, "a cat")
    assert nothing == TierDecision(tier=Tier.STANDARD, words=(), source=Source.DEFAULT)


def test_the_persons_fast_outranks_the_models_ultra() -> None:
    decision = decide_tier(
        named=None, own_words="a fast cat", tool_quality="ultra", tool_prompt="8k"
    )
    assert (decision.tier, decision.words) == (Tier.FAST, ("fast",))


@pytest.mark.parametrize("invented", ["hd", "", "best", " "])
def test_a_quality_the_model_invented_says_nothing(invented: str) -> None:
    decision = decide_tier(
        named=None, own_words=None, tool_quality=invented, tool_prompt="artistic"
    )
    assert decision.source is Source.TOOL_PROMPT


def test_a_quality_may_be_spelt_in_capitals() -> None:
    decision = decide_tier(named=None, own_words=None, tool_quality=" Ultra ", tool_prompt=None)
    assert decision.tier is Tier.ULTRA
