# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made with the openssl command: an authority, what it issues, and what it revokes."""
from __future__ import annotations

import pathlib
import subprocess
import tempfile

CA_CONFIG = """[ca]
default_ca = own
[own]
database = {place}/index.txt
crlnumber = {place}/crlnumber
certificate = {place}/ca.pem
private_key = {place}/ca.key
default_md = sha256
default_crl_days = 30
"""


def openssl(*words: str) -> None:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Authority:
    """Everything as PEM text; `issue` and `self_signed` give the key and then the certificate."""

    def __init__(self, name: str = "Test Authority"):
        self._place = tempfile.TemporaryDirectory(prefix="pca")
        self.place = pathlib.Path(self._place.name)
        self._key("ca")
        openssl("req", "-x509", "-new", "-key", self._path("ca.key"), "-subj", f"/CN={name}", "-days", "30", "-out", self._path("ca.pem"))
        self.count = 0

    def _path(self, name: str) -> str:
        return str(self.place / name)

    def _key(self, name: str) -> None:
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self._path(f"{name}.key"))

    def _pem(self, name: str) -> str:
        return (self.place / f"{name}.key").read_text() + (self.place / f"{name}.pem").read_text()

    @property
    def certificate(self) -> str:
        return (self.place / "ca.pem").read_text()

    def issue(self, *names: str, subject: str = "", days: int = 7) -> str:
        """`names`: "DNS:x" or "IP:x". A negative number of days: it expired that long ago."""
        self.count += 1
        name = f"leaf{self.count}"
        self._key(name)
        openssl("req", "-new", "-key", self._path(f"{name}.key"), "-subj", subject or "/CN=" + names[0].split(":", 1)[1], "-out", self._path(f"{name}.csr"))
        (self.place / "extensions").write_text("subjectAltName=" + ",".join(names) + "\n")
        openssl("x509", "-req", "-in", self._path(f"{name}.csr"), "-CA", self._path("ca.pem"), "-CAkey", self._path("ca.key"), "-CAcreateserial",
                "-days", str(days), "-extfile", self._path("extensions"), "-out", self._path(f"{name}.pem"))
        return self._pem(name)

    def revocations(self, *revoked: str) -> str:
        """A revocation list with these issued certificates."""
        (self.place / "ca.conf").write_text(CA_CONFIG.format(place=self.place))
        (self.place / "index.txt").write_text("")
        (self.place / "crlnumber").write_text("01\n")
        for pem in revoked:
            (self.place / "revoked.pem").write_text(pem)
            openssl("ca", "-config", self._path("ca.conf"), "-revoke", self._path("revoked.pem"))
        openssl("ca", "-config", self._path("ca.conf"), "-gencrl", "-out", self._path("crl.pem"))
        return (self.place / "crl.pem").read_text()


def self_signed(name: str) -> str:
    with tempfile.TemporaryDirectory(prefix="pca") as place:
        key, certificate = pathlib.Path(place) / "key", pathlib.Path(place) / "certificate"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out", str(certificate),
                "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-days", "7")
        return key.read_text() + certificate.read_text()
