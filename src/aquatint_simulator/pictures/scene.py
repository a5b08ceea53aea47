"""What to draw: the words of a prompt decide motif, light and colour, chance decides the rest."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aquatint_simulator.pictures import land, still, town
from aquatint_simulator.pictures.canvas import Canvas
from aquatint_simulator.pictures.figures import FIGURES
from aquatint_simulator.pictures.palette import PALETTES, Colour, colour

Words = Mapping[str, str]

MOTIFS = {
    "cat": "cat cats kitten kitty kittens",
    "dog": "dog dogs puppy hound terrier corgi retriever",
    "robot": "robot robots android droid cyborg machine",
    "bird": "bird birds owl robin sparrow parrot raven hummingbird",
    "balloon": "balloon balloons zeppelin airship",
    "cup": "cup coffee tea mug espresso latte cappuccino bakery breakfast",
    "flowers": "flower flowers rose roses tulip tulips bouquet blossom garden sunflower peony "
    "daisy lily orchid floral petals",
    "space": "space planet planets galaxy cosmos saturn astronaut rocket nebula mars universe",
    "cabin": "cabin house cottage hut home lodge barn farmhouse",
    "city": "city skyline cityscape street town tokyo london paris skyscraper skyscrapers "
    "downtown cyberpunk building buildings urban",
    "sea": "sea ocean beach harbour harbor boat ship sail sailing island coast waves lighthouse "
    "yacht seaside bay underwater whale fish",
    "desert": "desert dunes dune sahara cactus camel oasis pyramid pyramids",
    "forest": "forest woods woodland trees pines jungle fox deer bear wolf tree",
    "mountains": "mountain mountains alps peak peaks lake valley hills fjord volcano landscape "
    "castle dragon himalaya canyon glacier sunset sunrise sunrises sunsets",
    "meadow": "meadow field fields prairie countryside hill grass",
}

LIGHTS = {
    "night": "night midnight moon moonlit moonlight stars starry dark neon nocturnal cyberpunk",
    "sunset": "sunset sunsets dusk evening golden warm fire volcano dramatic",
    "dawn": "dawn sunrise sunrises morning misty mist fog foggy pastel dreamy soft",
    "winter": "winter snow snowy ice icy frozen arctic cold christmas glacier",
    "autumn": "autumn fall october harvest vintage retro coffee",
    "storm": "storm stormy rain rainy thunder grey gray gloomy moody noir",
    "spring": "spring garden blossom floral pink flowers flower",
    "day": "day daylight noon sunny summer bright blue",
}

TINTS = {
    "red": "c8402f",
    "orange": "d9783c",
    "ginger": "d9783c",
    "yellow": "e3b23c",
    "golden": "d9a441",
    "green": "4f8a5b",
    "turquoise": "3a9d9a",
    "teal": "2f7f86",
    "blue": "3f6fa8",
    "purple": "7b5ea7",
    "violet": "7b5ea7",
    "pink": "dd7f98",
    "white": "e9e4d8",
    "black": "3a3746",
    "grey": "7d8793",
    "gray": "7d8793",
    "silver": "9aa7b4",
    "brown": "8f6246",
}

_USUAL_TINTS = {
    "cat": ("d9783c", "3a3746", "8d8f9b", "c79a6b"),
    "dog": ("b57a49", "8f6246", "c99b62"),
    "robot": ("547fa0", "5d9c93", "c2693f"),
    "bird": ("3f6fa8", "c25b3c", "4f8a5b"),
    "cabin": ("965440", "8a6a4a"),
    "balloon": ("c8503c", "3f7f9c", "d9963c"),
    "cup": ("3c6e82", "b5583c", "6d8a5a"),
    "flowers": ("dc5a6e", "d97a4a", "9a6bb5", "e0a03c"),
    "space": ("e0825a", "6aa0c8", "c86e96"),
    "abstract": ("c8503c", "2f6f7a", "3c5a8c", "d99a3c"),
}

_USUAL_LIGHTS = {
    "city": ("night", "sunset", "dawn"),
    "sea": ("day", "sunset"),
    "desert": ("sunset", "autumn", "dawn"),
    "space": ("night",),
}

_LANDSCAPES = {
    "city": town.city,
    "sea": land.sea,
    "desert": land.desert,
    "forest": land.forest,
    "mountains": land.mountains,
    "meadow": land.meadow,
}
_STILLS = {"flowers": still.flowers, "space": still.space, "abstract": still.abstract}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A motif in a light, with a colour of its own; `seed` settles every detail."""

    motif: str
    light: str
    tint: Colour
    seed: int


def imagine(prompt: str, index: int) -> Scene:
    """The scene for the prompt's image number `index`: always the same one."""
    seed = int.from_bytes(
        hashlib.sha256(f"{index}\n{prompt}".encode(errors="replace")).digest()[:8]
    )
    words = re.findall(r"[a-z]+", prompt.lower())
    motif = _first(MOTIFS, words) or "abstract"
    light = _first(LIGHTS, words) or _usual_light(motif, seed)
    named = next((TINTS[word] for word in words if word in TINTS), None)
    usual = _USUAL_TINTS.get(motif, _USUAL_TINTS["abstract"])
    return Scene(
        motif=motif, light=light, tint=colour(named or usual[seed % len(usual)]), seed=seed
    )


def compose(scene: Scene, width: int, height: int) -> Canvas:
    """The scene, painted at this size."""
    canvas, palette = Canvas(width, height, scene.seed), PALETTES[scene.light]
    if scene.motif in _LANDSCAPES:
        _LANDSCAPES[scene.motif](canvas, palette)
    elif scene.motif in FIGURES:
        still.portrait(canvas, palette, scene.motif, scene.tint)
    else:
        _STILLS[scene.motif](canvas, palette, scene.tint)
    canvas.grain()
    return canvas


def _first(table: Words, words: list[str]) -> str | None:
    """The table's first entry that the words name: tables run from the telling to the vague."""
    return next(_named(table, set(words)), None)


def _named(table: Words, words: set[str]) -> Iterator[str]:
    return (name for name, known in table.items() if not words.isdisjoint(known.split()))


def _usual_light(motif: str, seed: int) -> str:
    lights = _USUAL_LIGHTS.get(motif, ("sunset", "dawn", "day", "spring", "autumn"))
    return lights[(seed >> 8) % len(lights)]
