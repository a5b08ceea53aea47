"""The data folder: what it keeps beside the database, for any processes of one host."""

from pathlib import Path

from aquatint.clock import Clock
from aquatint.library.blobs import BlobStore
from aquatint.library.links import ImageLinks
from aquatint.settings import Settings, SettingsError
from aquatint.signing import Signer, secret_key


def make_folder(folder: Path) -> None:
    """For its owner alone, when it is not there; SettingsError when that fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(error) from None


def _unusable(error: OSError) -> SettingsError:
    return SettingsError(f"DATA_DIR: cannot use {error.filename}: {error.strerror}")


def open_blobs(data_dir: Path) -> BlobStore:
    """The pictures; SettingsError when their folder cannot be used."""
    try:
        return BlobStore(data_dir / "images")
    except OSError as error:
        raise _unusable(error) from None


def open_signer(settings: Settings) -> Signer:
    """With the key of the settings, else the one the folder keeps; SettingsError for a bad one."""
    given = settings.secret_key
    named = "SECRET_KEY" if given else f"DATA_DIR: {settings.data_dir / 'secret.key'}"
    try:
        return Signer(given.get_secret_value() if given else secret_key(settings.data_dir))
    except UnicodeDecodeError:
        raise SettingsError(f"{named}: is not a key") from None
    except ValueError as error:
        raise SettingsError(f"{named}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{named}: {error.strerror}") from None


def open_links(settings: Settings, clock: Clock) -> ImageLinks:
    """Where pictures are seen; signed where people sign in. SettingsError as `open_signer`."""
    return ImageLinks(
        clock=clock, signer=open_signer(settings) if settings.auth != "none" else None
    )
