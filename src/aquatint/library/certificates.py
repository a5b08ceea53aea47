"""A certificate to try signing with: nobody but its maker trusts it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 397
_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """PEM: the signer's certificate with its authority's, the latter alone, the signer's key."""

    chain: bytes
    authority: bytes
    key: bytes


def make(name: str, now: datetime | None = None) -> Pair:
    """For `DAYS` days. The key of the authority is forgotten: it signs this one certificate."""
    began = now or datetime.now(UTC)
    above, below = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = (
        _certificate(f"{name} (local authority)", f"{name} (local authority)", above, began)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_only("key_cert_sign", "crl_sign"), critical=True)
        .sign(above, hashes.SHA256())
    )
    signer = (
        _certificate(name, f"{name} (local authority)", below, began)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_only("digital_signature"), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False
        )
        .sign(above, hashes.SHA256())
    )
    return Pair(
        chain=signer.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM),
        authority=authority.public_bytes(Encoding.PEM),
        key=below.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _certificate(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, began: datetime
) -> x509.CertificateBuilder:
    """A day of grace for clocks that run behind."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began - timedelta(days=1))
        .not_valid_after(began + timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aquatint, self-made"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _only(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in _USES})
