"""Signs sample forms digitally, with a practice authority made on the spot that nobody else trusts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.pdf_signing import DatedSigner, PrivateKey, asn1_certificate, asn1_key, signed_pdf

FIELD_NAME: Final = "parent_signature"
"""Form field that holds the signature; no box of the form is drawn over."""


@dataclass(frozen=True)
class PracticeAuthority:
    """A root that certifies made-up people; its key lives as long as this object.

    Attributes:
        key: of the root.
        certificate: of the root: what an operator would put on the trust list.
        at: when it was made; its certificates are valid from a day before to a year after, unless told otherwise.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    at: datetime

    @classmethod
    def made(cls, *, at: datetime, name: str = "Practice Root of the Practice County") -> Self:
        """Make a new authority; ``at`` is UTC and aware."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        usage = _usage(key_cert_sign=True, crl_sign=True)
        builder = _builder(subject, subject, key, (at - timedelta(days=30), at + timedelta(days=3650)))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        return cls(key, builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()), at)

    @property
    def pem(self) -> bytes:
        """The root's certificate as the trust list takes it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def identity(
        self, name: str, *, valid: tuple[datetime, datetime] | None = None, signs_documents: bool = True
    ) -> SimpleSigner:
        """Return somebody's key and certificate, for signing documents or only for proving who somebody is."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = _usage(digital_signature=True, content_commitment=signs_documents)
        certificate = self._certified(_named(name), key, usage, valid=valid)
        return SimpleSigner(asn1_certificate(certificate), asn1_key(key), self._store)

    @cached_property
    def time_stamper(self) -> DummyTimeStamper:
        """A time-stamp authority (RFC 3161) under this root; its stamps say ``at``."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        usage = _usage(digital_signature=True, content_commitment=True)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        certificate = self._certified(_named("Practice Time Stamps"), key, usage, purpose=purpose)
        return DummyTimeStamper(asn1_certificate(certificate), asn1_key(key), self._store, fixed_dt=self.at)

    def _certified(
        self,
        subject: x509.Name,
        key: PrivateKey,
        usage: x509.KeyUsage,
        *,
        valid: tuple[datetime, datetime] | None = None,
        purpose: x509.ExtendedKeyUsage | None = None,
    ) -> x509.Certificate:
        period = valid or (self.at - timedelta(days=1), self.at + timedelta(days=365))
        builder = _builder(subject, self.certificate.subject, key, period)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage, critical=True)
        if purpose is not None:
            builder = builder.add_extension(purpose, critical=True)
        return builder.sign(self.key, hashes.SHA256())

    @property
    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_certificate(self.certificate))
        return store


def digitally_signed(
    pdf: bytes,
    name: str,
    authority: PracticeAuthority,
    *,
    at: datetime,
    stamped: bool = False,
    locks: MDPPerm | None = None,
) -> bytes:
    """Return a PDF with an invisible signature of a new identity of that name.

    Args:
        pdf: the filled form; stays as it is, the signature is appended.
        name: common name of the certificate.
        authority: certifies it.
        at: what the signer's clock says, UTC and aware.
        stamped: a PAdES signature with a time stamp of the authority instead of a plain one.
        locks: what the signer allows others to change (a certification, DocMDP); None certifies nothing.
    """
    stamper = authority.time_stamper if stamped else None
    return signed_by(pdf, authority.identity(name), at=at, stamper=stamper, locks=locks)


def signed_by(
    pdf: bytes,
    signer: SimpleSigner,
    *,
    at: datetime,
    stamper: TimeStamper | None = None,
    locks: MDPPerm | None = None,
    field_name: str = FIELD_NAME,
) -> bytes:
    """Return a PDF with an invisible signature of one identity; see ``digitally_signed``."""
    about = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES if stamper else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        certify=locks is not None,
        docmdp_permissions=locks or MDPPerm.FILL_FORMS,
    )
    dated = DatedSigner(at, about, signer, timestamper=stamper, new_field_spec=SigFieldSpec(field_name))
    return signed_pdf(pdf, dated)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, period: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    start, end = period
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(**uses: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names})
