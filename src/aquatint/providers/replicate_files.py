"""Pictures that go to Replicate: inside the request when small, else by Replicate's file store.

Wire format: ``POST /files``, a form with a part ``content``; what is stored is kept for a day.
"""

from collections.abc import Iterable

from aquatint.errors import BadResponse, ModelGone, OutcomeUnknown, ProviderFault, Unreachable
from aquatint.net.http import read_json
from aquatint.net.upload import File, form_upload
from aquatint.providers.endpoint import Endpoint
from aquatint.providers.replicate_shapes import GOOD, read_complaint

INLINE_LIMIT = 256_000  # bytes of a request's files; each answer repeats what goes inside of it
UPLOAD_SECONDS = 60.0
_ANSWER_LIMIT = 64 * 1024  # bytes
_LONGEST_URL = 8192  # characters


async def handed_over(api: Endpoint, files: Iterable[File], *, key: str) -> list[File | str]:
    """What stands for the pictures in a request: themselves, or the addresses they are stored at.

    Nothing is bought by this: a lost answer is `Unreachable`.
    """
    sent: list[File | str] = []
    room = INLINE_LIMIT
    for file in files:
        if file.size <= room:
            room -= file.size
            sent.append(file)
        else:
            sent.append(await _stored(api, file, key=key))
    return sent


async def _stored(api: Endpoint, file: File, *, key: str) -> str:
    """The address of a picture in Replicate's store."""
    upload = form_upload({}, [("content", file)])
    try:
        async with api.call("POST", "/files", deadline=UPLOAD_SECONDS, upload=upload) as response:
            answer = await read_json(response, _ANSWER_LIMIT)
            if response.status not in GOOD:
                raise read_complaint(response.status, answer, response.headers, key=key)
    except (OutcomeUnknown, BadResponse) as error:
        raise Unreachable(f"Replicate did not take the input image: {error.message}") from None
    except ModelGone as error:  # it is the file store that is not there
        raise ProviderFault(error.message, request_id=error.request_id) from None
    return _address(answer)


def _address(answer: object) -> str:
    urls = answer.get("urls") if isinstance(answer, dict) else None
    address = urls.get("get") if isinstance(urls, dict) else None
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        raise Unreachable("Replicate did not tell where it keeps the input image")
    if len(address) > _LONGEST_URL or not address.isprintable():
        raise Unreachable("Replicate keeps the input image at no usable address")
    return address
