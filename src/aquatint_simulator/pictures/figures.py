"""The figures by name."""

from aquatint_simulator.pictures.creatures import bird, cat, dog, robot
from aquatint_simulator.pictures.stamp import Figure
from aquatint_simulator.pictures.things import balloon, cabin, cup

FIGURES: dict[str, Figure] = {
    "cat": cat,
    "dog": dog,
    "robot": robot,
    "bird": bird,
    "cabin": cabin,
    "balloon": balloon,
    "cup": cup,
}
