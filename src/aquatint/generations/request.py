"""A task as its provider takes it."""

from aquatint.generations.booking import Task
from aquatint.library.blobs import BlobStore
from aquatint.library.inputs import sendable
from aquatint.providers.base import ImageRequest


def request_of(
    task: Task, attempt_id: str, deadline_seconds: float, blobs: BlobStore
) -> ImageRequest:
    """The request of one attempt; FileNotFoundError when an input is no longer in `blobs`."""
    mask = task.inputs.mask
    return ImageRequest(
        row=task.row,
        prompt=task.prompt,
        n=task.n,
        width=task.candidate.size.width,
        height=task.candidate.size.height,
        attempt_id=attempt_id,
        deadline_seconds=deadline_seconds,
        partial_images=task.partial_images,
        images=tuple(sendable(each, blobs.path) for each in task.inputs.images),
        mask=sendable(mask, blobs.path) if mask else None,
        **task.candidate.settings,
    )
