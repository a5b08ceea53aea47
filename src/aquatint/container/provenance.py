"""Provenance as the settings want it, or a clear word about what is missing."""

import io
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from PIL import Image

from aquatint.library import manifests, xmp
from aquatint.library.manifests import Algorithm, CannotSign, Credential
from aquatint.library.provenance import TOOL, Provenance
from aquatint.settings import Settings, SettingsError

_CURVES: dict[str, Algorithm] = {
    "secp256r1": "ES256",
    "secp384r1": "ES384",
    "secp521r1": "ES512",
}


def provenance_of(settings: Settings) -> Provenance:
    """Raises SettingsError for a certificate that cannot sign; that is tried once."""
    return Provenance(
        settings.data_dir,
        mode=settings.provenance,
        tell_prompt=settings.provenance_prompt,
        credential=_credential(settings),
    )


def _credential(settings: Settings) -> Credential | None:
    certificate, key = settings.c2pa_certificate, settings.c2pa_private_key
    if certificate is None and key is None:
        if settings.c2pa_timestamp_url:
            raise SettingsError("C2PA_TIMESTAMP_URL: nothing is signed without C2PA_CERTIFICATE")
        return None
    if certificate is None or key is None:
        missing = "C2PA_PRIVATE_KEY" if key is None else "C2PA_CERTIFICATE"
        raise SettingsError(f"{missing}: is missing; certificate and key go together")
    if settings.provenance == "off":
        raise SettingsError("C2PA_CERTIFICATE: signs nothing with PROVENANCE=off")
    if not manifests.available():
        raise SettingsError("C2PA_CERTIFICATE: needs `pip install 'aquatint[c2pa]'`")
    return _tried(_read(certificate, key, settings.c2pa_timestamp_url))


def _read(certificate: Path, key: Path, timestamps: str | None) -> Credential:
    chain = _bytes(certificate, "C2PA_CERTIFICATE")
    try:
        signer = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise SettingsError(f"C2PA_CERTIFICATE: is no PEM certificate: {error}") from None
    try:
        private = load_pem_private_key(_bytes(key, "C2PA_PRIVATE_KEY"), password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"C2PA_PRIVATE_KEY: is no PEM key without a password: {error}"
        ) from None
    if private.public_key() != signer.public_key():
        raise SettingsError("C2PA_PRIVATE_KEY: is not the key of the first certificate")
    return Credential(
        certificates=chain,
        key=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        algorithm=_algorithm(private),
        timestamps=timestamps,
    )


def _algorithm(key: object) -> Algorithm:
    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case ed25519.Ed25519PrivateKey():
            return "ED25519"
        case rsa.RSAPrivateKey():
            return "PS256"
    raise SettingsError("C2PA_PRIVATE_KEY: C2PA knows EC (P-256 to P-521), Ed25519 and RSA keys")


def _tried(credential: Credential) -> Credential:
    """A certificate that has ended, or is for something else, is better found now than later."""
    picture = io.BytesIO()
    Image.new("L", (1, 1)).save(picture, "PNG")
    alone = Credential(
        certificates=credential.certificates, key=credential.key, algorithm=credential.algorithm
    )
    try:
        manifests.sign(picture.getvalue(), "image/png", alone, source=xmp.MADE, system=TOOL)
    except CannotSign as error:
        raise SettingsError(f"C2PA_CERTIFICATE: cannot sign: {error}") from None
    return credential


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {path}: {error.strerror}") from None
