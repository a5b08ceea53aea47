import pytest

from aquatint.net.http import open_session
from aquatint.providers.openai import OpenAI
from aquatint.providers.registry import PROVIDERS, ProviderConfig, build


async def test_only_what_is_enabled_and_has_a_key_is_built() -> None:
    configs = [
        ProviderConfig(name="openai", api_key="sk-1"),
        ProviderConfig(name="openai-off", api_key="sk-1", enabled=False),
        ProviderConfig(name="openai-without-key"),
        ProviderConfig(name="openai-with-empty-key", api_key=""),
    ]

    async with open_session() as session:
        built = build(configs, session)

    assert list(built) == ["openai"]
    assert built["openai"].name == OpenAI.name


async def test_an_unknown_provider_is_not_passed_over() -> None:
    async with open_session() as session:
        with pytest.raises(KeyError):
            build([ProviderConfig(name="nobody", api_key="k")], session)


def test_each_provider_knows_its_name() -> None:
    for name, kind in PROVIDERS.items():
        assert getattr(kind.construct, "name", None) == name
        assert kind.base_url.startswith("https://")


def test_all_four_are_there() -> None:
    assert list(PROVIDERS) == ["openai", "together", "replicate", "gemini"]


def test_the_key_is_not_shown() -> None:
    assert "canary" not in repr(ProviderConfig(name="openai", api_key="canary"))


@pytest.mark.parametrize("key", ["sk 1", "sk-1\n", "sk-1\r\nX: y", "schlüssel", "\x00"])
def test_a_key_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="API key of openai") as caught:
        ProviderConfig(name="openai", api_key=key)

    assert key not in str(caught.value)
