"""The servers of PROVIDERS_FILE: what they become, and what is wrong with them in one line."""

import re
from pathlib import Path

import pytest

from aquatint.catalog.files import read
from aquatint.catalog.model import ImagePrice, MegapixelPrice, Skill, Tier, TokenPrice
from aquatint.providers.declarations import DeclarationError
from aquatint.providers.declared import Declared, read_declared
from aquatint.providers.profiles import Profile, profiles

HEAD = '[[servers]]\nname = "workshop"\nbase_url = "http://127.0.0.1:8080/v1/"\n'
MODEL = '[[servers.models]]\nmodel = "black-forest-labs/FLUX.1-schnell"\n'


def declared(tmp_path: Path, text: str) -> Declared:
    path = tmp_path / "servers.toml"
    path.write_text(text)
    return read_declared(path, catalog=read().rows, taken=("openai", "together"))


def test_the_least_that_can_be_said(tmp_path: Path) -> None:
    told = declared(tmp_path, HEAD + MODEL)

    (server,), (row,) = told.servers, told.rows
    assert (server.name, server.base_url) == ("workshop", "http://127.0.0.1:8080/v1")
    assert (server.key_variable, server.enabled) == (None, True)
    assert (row.key, row.provider) == ("workshop-flux.1-schnell", "workshop")
    assert row.model == "FLUX.1-schnell"
    assert row.provider_model == "black-forest-labs/FLUX.1-schnell"
    assert row.price is None
    assert row.tiers == ()
    assert row.operations == (Skill.GENERATE,)
    assert told.first == frozenset()


def test_all_that_can_be_said(tmp_path: Path) -> None:
    text = (
        HEAD
        + 'profile = "vllm-omni"\nkey_variable = "WORKSHOP_KEY"\nenabled = false\n'
        + 'quirks = { body = { response_format = "url" }, header = "x-key", scheme = "" }\n'
        + MODEL
        + """
        name = "schnell"
        quality = "fine"
        tiers = ["fast", "standard"]
        place = "first"
        price = { per_megapixel = 0.012, usual_steps = 28 }
        sizes = ["1024x1024", "768x512"]
        capabilities = { max_n = 2, max_images = 3, guidance = false }
        limits = { steps = { min = 1, max = 50 } }
        body = { cache = true, strength = 0.5, mode = "turbo" }
        estimated_seconds = 4
        deadline_seconds = 60
        """
    )

    told = declared(tmp_path, text)

    (server,), (row,) = told.servers, told.rows
    assert (server.key_variable, server.enabled) == ("WORKSHOP_KEY", False)
    assert server.profile.body == {"response_format": "url"}
    assert server.profile.sign_in("k") == {"x-key": "k"}
    assert row.key == "workshop-schnell-fine"
    assert told.first == frozenset({row.key})
    assert row.tiers == (Tier.FAST, Tier.STANDARD)
    assert row.price == MegapixelPrice(amount=12_000, usual_steps=28)
    assert row.sizes.popular == ("1024x1024", "768x512")
    assert (row.capabilities.max_n, row.capabilities.max_images) == (2, 3)
    assert row.operations == (Skill.GENERATE, Skill.EDIT)
    assert row.parameters["steps"] == "num_inference_steps"
    assert "guidance" not in row.parameters
    assert row.wire == {"cache": True, "strength": 0.5, "mode": "turbo"}
    assert (row.estimated_seconds, row.deadline_seconds) == (4, 60)


def test_a_price_of_nothing_has_to_be_said(tmp_path: Path) -> None:
    (row,) = declared(tmp_path, HEAD + MODEL + "price = { per_image = 0 }").rows

    assert row.price == ImagePrice(amount=0)


def test_a_model_like_one_of_the_catalog(tmp_path: Path) -> None:
    """As Azure sells OpenAI's: the same price, sizes and abilities under another name."""
    text = HEAD + 'profile = "azure"\n' + MODEL + 'like = "openai-gpt-image-2-medium"\n'

    (row,) = declared(tmp_path, text).rows

    original = read().rows["openai-gpt-image-2-medium"]
    assert isinstance(row.price, TokenPrice)
    assert (row.price, row.sizes) == (original.price, original.sizes)
    assert row.capabilities == original.capabilities
    assert (row.quality, row.tiers) == ("medium", ())
    assert row.parameters["image_size"] == "quality"


def test_a_price_with_a_cap_where_the_cap_is_sent(tmp_path: Path) -> None:
    quirks = 'quirks = { parameters = { size = "size", max_tokens = "limits.tokens" } }\n'

    (row,) = declared(tmp_path, HEAD + quirks + MODEL + f"price = {CAPPED}").rows

    assert (row.max_tokens, row.parameters["max_tokens"]) == (3168, "limits.tokens")


def test_an_id_without_an_end_may_have_a_name(tmp_path: Path) -> None:
    text = HEAD + MODEL.replace("FLUX.1-schnell", "") + 'name = "schnell"'

    (row,) = declared(tmp_path, text).rows

    assert (row.key, row.provider_model) == ("workshop-schnell", "black-forest-labs/")


def test_a_quality_of_its_own_has_a_price_of_its_own(tmp_path: Path) -> None:
    like = 'like = "openai-gpt-image-2-medium"\nquality = "high"\n'

    (row,) = declared(tmp_path, HEAD + MODEL + like + "price = { per_image = 0.2 }").rows

    assert (row.quality, row.price) == ("high", ImagePrice(amount=200_000))


@pytest.mark.parametrize("name", profiles())
def test_every_profile_is_one(tmp_path: Path, name: str) -> None:
    told = declared(tmp_path, f'{HEAD}profile = "{name}"\n{MODEL}')

    assert isinstance(told.servers[0].profile, Profile)
    assert told.rows[0].sizes.popular[0] == "1024x1024"


BY_TIME = '{ rule = "second", rate = 1, typical_milliseconds = 1, max_seconds = 1 }'
CAPPED = (
    '{ rule = "tokens", text_in = 1, image_in = 1, image_out = 1,'
    " fixed = 1120, extra_text_out = 2048 }"
)
WRONG: dict[str, tuple[str, str]] = {
    "no TOML": ("[[servers]\n", "at line 1"),
    "another table": ('[server]\nname = "a"', "server: is not known"),
    "no list": ("servers = 1", "servers: must be a list"),
    "nothing": ("", "servers: must be a list"),
    "no table": ("servers = [1]", "servers[0]:"),
    "no models": (HEAD, "servers[0].models: Field required"),
    "an empty list of models": (HEAD + "models = []", "servers[0].models"),
    "a misspelt key": (HEAD + 'keyvariable = "K"\n' + MODEL, "servers[0].keyvariable: Extra"),
    "a misspelt key of a model": (HEAD + MODEL + 'tier = "fast"', "servers[0].models[0].tier:"),
    "an unknown tier": (HEAD + MODEL + 'tiers = ["best"]', "servers[0].models[0].tiers[0]:"),
    "a taken name": (HEAD.replace("workshop", "openai") + MODEL, "servers[0].name: 'openai' is"),
    "a name twice": (HEAD + MODEL + HEAD + MODEL, "servers[1].name: 'workshop' is taken"),
    "an odd name": (HEAD.replace("workshop", "My Shop") + MODEL, "servers[0].name:"),
    "no address": (HEAD.replace("http:", "ftp:") + MODEL, "servers[0].base_url: must be a plain"),
    "a password": (
        HEAD.replace("127.0.0.1", "me:secret@host") + MODEL,
        "servers[0].base_url: must hold no password",
    ),
    "an address with a blank": (
        HEAD.replace("127.0.0.1", "my host") + MODEL,
        "servers[0].base_url: must hold no blanks",
    ),
    "a model's id of blanks": (
        HEAD + '[[servers.models]]\nmodel = " "\nprice = { per_image = 0 }\n',
        "servers[0].models[0].model: must be printable",
    ),
    "a model's id that no database takes": (
        HEAD + '[[servers.models]]\nmodel = "a\\u0000b"\nprice = { per_image = 0 }\n',
        "servers[0].models[0].model: must be printable",
    ),
    "a price for what is no size": (
        HEAD + MODEL + "price = { per_image = 1, by_size = { big = 2 } }",
        "servers[0].models[0].price.image.by_size.big",
    ),
    "a price for a size that is not offered": (
        HEAD + MODEL + "price = { per_image = 1, by_size = { 1563x1024 = 2 } }",
        "servers[0].models[0]: by_size prices 1563x1024",
    ),
    "no such port": (HEAD.replace("8080", "99999") + MODEL, "servers[0].base_url: Port out of"),
    "an odd variable": (HEAD + 'key_variable = "sk-1"\n' + MODEL, "servers[0].key_variable:"),
    "no such profile": (HEAD + 'profile = "a1111"\n' + MODEL, "servers[0].profile: no profile"),
    "an unknown quirk": (HEAD + "quirks = { paths = 1 }\n" + MODEL, "servers[0].quirks.paths:"),
    "a wrong quirk": (HEAD + 'quirks = { generate = "x" }\n' + MODEL, "servers[0].quirks.generate"),
    "a path with another place in it": (
        HEAD + 'quirks = { edit = "/{modle}/edits" }\n' + MODEL,
        "servers[0].quirks.edit",
    ),
    "a scheme of two lines": (
        HEAD + 'quirks = { scheme = "Bearer\\r\\nX-Other: a" }\n' + MODEL,
        "servers[0].quirks.scheme",
    ),
    "a parameter nobody has": (
        HEAD + 'quirks = { parameters = { colour = "c" } }\n' + MODEL,
        "servers[0].quirks.parameters.colour",
    ),
    "no such row": (HEAD + MODEL + 'like = "x"', "servers[0].models[0].like: the catalog has no"),
    "a price of another quality": (
        HEAD + MODEL + 'like = "openai-gpt-image-2-medium"\nquality = "high"',
        "servers[0].models[0].quality: the price of",
    ),
    "a count beside the confirmed one": (
        HEAD + 'profile = "ollama"\n' + MODEL + "body = { n = 4 }",
        "servers[0].models[0].body: 'n' is not",
    ),
    "a setting said twice": (
        HEAD + MODEL + 'body = { quality = "high" }',
        "servers[0].models[0].body: 'quality' is not",
    ),
    "two models alike": (HEAD + MODEL + MODEL, "servers[0].models[1]: workshop-flux.1-schnell is"),
    "an empty price": (HEAD + MODEL + "price = {}", "servers[0].models[0].price: must have one"),
    "two prices": (
        HEAD + MODEL + "price = { per_image = 1, per_megapixel = 1 }",
        "servers[0].models[0].price: must have one",
    ),
    "a price of a word": (HEAD + MODEL + 'price = { per_image = "1" }', "not an amount of money"),
    "a negative price": (HEAD + MODEL + "price = { per_image = -1 }", "servers[0].models[0].price"),
    "a price by time": (HEAD + MODEL + f"price = {BY_TIME}", "models[0].price: no such server"),
    "an odd size": (HEAD + MODEL + 'sizes = ["big"]', "servers[0].models[0].sizes"),
    "an ability the profile cannot say": (
        HEAD + 'profile = "ollama"\n' + MODEL + "capabilities = { seed = true }",
        "servers[0].models[0]: no parameter for seed",
    ),
    "an unknown ability": (
        HEAD + MODEL + "capabilities = { sing = true }",
        "servers[0].models[0].capabilities.sing: ",
    ),
    "a wrong ability": (
        HEAD + MODEL + "capabilities = { max_n = 0 }",
        "servers[0].models[0].capabilities.max_n: ",
    ),
    "limits upside down": (
        HEAD + MODEL + "limits = { steps = { min = 50, max = 1 } }",
        "servers[0].models[0].limits.steps: min 50 is above max 1",
    ),
    "an id without an end": (
        HEAD + MODEL.replace("FLUX.1-schnell", ""),
        "servers[0].models[0].model: ends in no name",
    ),
    "a name within another": (
        HEAD + 'quirks = { parameters = { n = "a.b", size = "a" } }\n' + MODEL,
        "servers[0].quirks.parameters: 'a.b' lies within 'a'",
    ),
    "a name within our own": (
        HEAD + 'quirks = { parameters = { size = "prompt.size" } }\n' + MODEL,
        "servers[0].quirks.parameters: 'prompt.size' lies within 'prompt'",
    ),
    "a fixed value within a setting": (
        HEAD + MODEL + 'body = { "size.unit" = "px" }',
        "servers[0].models[0].body: 'size.unit' lies within 'size'",
    ),
    "a price that needs a cap": (
        HEAD + MODEL + 'like = "gemini-gemini-nano-banana-2.1-1k"',
        "servers[0].models[0].like: the price needs a cap",
    ),
    "a price of its own that needs a cap": (
        HEAD + MODEL + f"price = {CAPPED}",
        "servers[0].models[0].price: the price needs a cap",
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(tmp_path, text)

    message = str(caught.value)
    assert words in message
    assert message.startswith(f"{tmp_path / 'servers.toml'}: ")
    assert "secret" not in message
    assert "\n" not in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="No such file"):
        read_declared(tmp_path / "none.toml", catalog={}, taken=())


def test_the_guides_examples_are_right(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/own-servers.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)

    told = declared(tmp_path, "".join(block for block in blocks if "[[servers]]" in block))

    assert [name for name in profiles() if f"`{name}`" not in guide] == []
    assert len(told.servers) == len(profiles())
    assert all(row.price for row in told.rows)
