"""What an image tells of itself, and what goes along when it is changed: PROV-5, PROV-7 to 9."""

import io
from pathlib import Path

from PIL import Image

from aquatint.library import store
from aquatint.library.certificates import make
from tests.contract.pictures import picture
from tests.support.fake import OWNER
from tests.support.hands import EDIT, brought, hands, made
from tests.support.provenance import (
    COMPOSITE,
    TRAINED,
    actions,
    active,
    manifest,
    signed,
    source_type,
    written,
)


def photo() -> bytes:
    """Of a person, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "a camera of mine"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return picture("JPEG", exif=exif, xmp=b"<x>at home with Erika</x>")


async def test_prov_5_a_person_s_picture_makes_a_composite(tmp_path: Path) -> None:
    async with hands(tmp_path, picture(), **written(tmp_path, make("us"))) as hand:
        own = await brought(hand.services, picture("JPEG"))
        edited = await made(hand.services, images=(own,), **EDIT)
        again = await made(hand.services, images=(edited,), **EDIT)
        for image_id in (edited, again):
            marked = await hand.get(image_id)
            assert source_type(marked) == COMPOSITE
            found = manifest(marked, "image/png")
            assert found is not None
            assert found["validation_state"] == "Valid"
            opened, changed = actions(found)
            assert opened["action"] == "c2pa.opened"
            assert (changed["action"], changed["digitalSourceType"]) == ("c2pa.edited", COMPOSITE)
            assert [each["relationship"] for each in active(found)["ingredients"]] == ["parentOf"]


async def test_prov_5_a_picture_of_ours_changed_is_still_made_by_a_machine(tmp_path: Path) -> None:
    async with hands(tmp_path, picture()) as hand:
        edited = await made(hand.services, images=(await made(hand.services),), **EDIT)
        assert source_type(await hand.get(edited)) == TRAINED


async def test_prov_7_the_image_tells_what_its_file_says(tmp_path: Path) -> None:
    async with hands(tmp_path, picture()) as hand:
        image_id = await made(hand.services)
        said = await hand.provenance(image_id)
        assert said["summary"].startswith("It says nothing of where it comes from.")
        assert said == {
            "source": None,
            "c2pa": "none",
            "xmp": None,
            "generator": None,
            "signer": None,
            "trusted": False,
            "problems": [],
            "summary": said["summary"],
            "download": "xmp",
        }


async def test_prov_7_of_a_provider_s_manifest(tmp_path: Path) -> None:
    data = signed(picture("JPEG"), "image/jpeg")
    async with hands(tmp_path, data) as hand:
        said = await hand.provenance(await made(hand.services))
        assert (said["source"], said["c2pa"], said["xmp"]) == (TRAINED, "valid", None)
        assert said["generator"].startswith("Aquatint")  # as the file claims, whoever signed it
        assert said["trusted"] is False


async def test_prov_7_of_a_file_that_was_tampered_with(tmp_path: Path) -> None:
    data = bytearray(signed(picture("JPEG"), "image/jpeg"))
    data[-200] ^= 1
    async with hands(tmp_path, None) as hand:
        said = await hand.provenance(await brought(hand.services, bytes(data)))
        assert (said["c2pa"], said["source"], said["download"]) == ("invalid", None, "none")
        assert said["problems"] == ["assertion.dataHash.mismatch"]
        assert said["summary"].startswith("Do not rely on this file")


async def test_prov_7_of_a_file_that_is_gone(tmp_path: Path) -> None:
    async with hands(tmp_path, None) as hand:
        image_id = await made(hand.services)
        image = await hand.services.db.read(lambda tx: store.find(tx, OWNER, image_id))
        assert image is not None
        hand.services.blobs.path(image.sha256).unlink()
        assert await hand.provenance(image_id) is None


async def test_prov_8_the_manifest_of_a_brought_picture_goes_along(tmp_path: Path) -> None:
    own = signed(picture("JPEG"), "image/jpeg", "a camera")
    async with hands(tmp_path, picture(), **written(tmp_path, make("us"))) as hand:
        image_id = await brought(hand.services, own)
        assert await hand.get(image_id) == own
        found = manifest(
            await hand.get(await made(hand.services, images=(image_id,), **EDIT)), "image/png"
        )
        assert found is not None
        assert found["validation_state"] == "Valid"
        [parent] = active(found)["ingredients"]
        before = found["manifests"][parent["active_manifest"]]
        assert before["signature_info"]["common_name"] == "a camera"
        failures = parent["validation_results"]["activeManifest"]["failure"]
        assert [each["code"] for each in failures] == ["signingCredential.untrusted"]


async def test_prov_9_nothing_of_a_brought_photo_is_in_what_is_made_of_it(tmp_path: Path) -> None:
    async with hands(tmp_path, picture(), **written(tmp_path, make("us"))) as hand:
        own = await brought(hand.services, photo())
        other = await brought(hand.services, picture())
        image_id = await made(hand.services, images=(own, other), **EDIT)
        for part in ("download", "content", "thumbnail"):
            data = await hand.get(image_id, part)
            with Image.open(io.BytesIO(data)) as image:
                assert not image.getexif()
            for told in (b"a camera of mine", b"Erika", b"Exif"):
                assert told not in data
        found = manifest(await hand.get(image_id), "image/png")
        assert found is not None
        ingredients = active(found)["ingredients"]
        assert [each["title"] for each in ingredients] == ["picture 1", "picture 2"]
        assert all("thumbnail" not in each for each in ingredients)


async def test_a_brought_picture_is_given_back_as_it_came(tmp_path: Path) -> None:
    data = photo()
    async with hands(tmp_path, None, provenance="always") as hand:
        assert await hand.get(await brought(hand.services, data)) == data
