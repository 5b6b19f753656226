"""A certificate that nobody but us has signed, as one makes it by hand."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HOW_TO_GET_IT = "openssl is missing: run `apt-get install -y openssl` (Debian, Ubuntu) and try again"


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for `name` and its key: two files in PEM."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise RuntimeError(HOW_TO_GET_IT)
    cert, key = folder / f"{name}.cert.pem", folder / f"{name}.key.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    subject = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}")
    files = ("-keyout", str(key), "-out", str(cert))
    subprocess.run([openssl, "req", "-x509", *curve, *subject, *files], check=True, capture_output=True)
    return cert, key


def make_rsa_key(folder: Path, *, bits: int = 2048) -> Path:
    """An RSA key as docs/admin.md tells to make one: a file in PEM."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise RuntimeError(HOW_TO_GET_IT)
    key = folder / "dkim.pem"
    subprocess.run([openssl, "genrsa", "-out", str(key), str(bits)], check=True, capture_output=True)
    return key
