"""What came from a provider, taken into the library as far as it is a picture."""

from aquatint.generations.booking import Task
from aquatint.generations.patience import insist
from aquatint.library.blobs import BlobStore
from aquatint.library.images import ImageFacts, UnusableImage, take_in
from aquatint.providers.base import Completed, ReceivedImage


async def keep(
    blobs: BlobStore, task: Task, completed: Completed
) -> tuple[list[tuple[ReceivedImage, ImageFacts]], tuple[str, ...]]:
    """What could be kept, and what is odd about the rest."""
    kept, problems = [], []
    for received in completed.images:
        try:
            facts = await insist(lambda: take_in(blobs, received))  # noqa: B023  # awaited at once
        except UnusableImage as error:
            problems.append(f"The provider sent something that is no usable image: {error}")
            continue
        kept.append((received, facts))
        if (facts.width, facts.height) != (size := task.candidate.size).pair:
            problems.append(f"The provider made {facts.width}x{facts.height} instead of {size}")
    if not completed.images:
        problems.append("The provider sent no image")
    return kept, tuple(problems)
