"""A provider's API at its configured address, and what lies at the addresses it tells."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import aiohttp

from aquatint.net.fetch import FetchFailed, fetch
from aquatint.net.http import call
from aquatint.net.upload import Upload
from aquatint.providers.base import ImageSink, ReceivedImage

DOWNLOAD_SECONDS = 60.0


class Endpoint:
    """Where a provider is and how we sign in; `base_url` ends before the path of a call."""

    def __init__(
        self, session: aiohttp.ClientSession, *, base_url: str, headers: Mapping[str, str]
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = headers

    def call(
        self,
        method: str,
        path: str,
        *,
        deadline: float,
        json: object = None,
        upload: Upload | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """One call, as `net.http.call` makes it; `headers` are further ones."""
        return call(
            self._session,
            method,
            self._base_url + path,
            deadline=deadline,
            headers={**self._headers, **(headers or {})},
            json=json,
            upload=upload,
        )

    async def download(self, url: str, sink: ImageSink) -> ReceivedImage:
        """Put what lies at `url` into the store, without our credentials.

        A transient failure is tried once more: the image is paid for, and looking costs nothing.
        Raises `FetchFailed`.
        """
        try:
            return await self._download(url, sink)
        except FetchFailed as error:
            if not error.transient:
                raise
        return await self._download(url, sink)

    async def _download(self, url: str, sink: ImageSink) -> ReceivedImage:
        writer = sink.open()
        try:
            await fetch(
                self._session,
                url,
                writer.write,
                own_url=self._base_url,
                deadline=DOWNLOAD_SECONDS,
            )
            return await writer.finish()
        except BaseException:
            await writer.discard()
            raise
