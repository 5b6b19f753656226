"""Mails made to cost more than they should: each to be read or refused in seconds."""

from __future__ import annotations

import io
import zipfile
import zlib

HEAD = b"From: jan@home.example\r\nTo: klachten@stad.example\r\nSubject: Bak\r\n"
REPLY = HEAD + b"In-Reply-To: <1@stad.example>\r\n\r\n"


def nested(depth: int) -> bytes:
    parts = (b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"".join(parts) + b"\r\nhallo\r\n"


P7M = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n"
SIGNED = bytes.fromhex("3080 0609 2a864886f70d010702 a080 3080 020101 3100 3080 0609 2a864886f70d010701 a080")


def signed(raw: bytes, times: int) -> bytes:
    """A message signed, and that one signed, and so on."""
    for _ in range(times):
        raw = HEAD + P7M + SIGNED + b"\x04\x84" + len(raw).to_bytes(4, "big") + raw
    return raw


def many_names(count: int) -> bytes:
    """A ZIP of empty files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for n in range(count):
            files.writestr(str(n), b"")
    return archive.getvalue()


def zeros(megabytes: int) -> bytes:
    """Very many zeros, in few bytes."""
    packer, block = zlib.compressobj(1), bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def unfolding_zip(megabytes: int) -> bytes:
    """A ZIP that would fill the memory of whoever unfolds it."""
    archive = io.BytesIO()
    with (
        zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as files,
        files.open("word/document.xml", "w") as big,
    ):
        for _ in range(megabytes):
            big.write(bytes(1024 * 1024))
    return archive.getvalue()


def unfolding_pdf(megabytes: int) -> bytes:
    """A PDF with a lock, whose table of objects would fill the memory of whoever looks for them."""
    table = zlib.compress(zeros(megabytes))
    head = (
        b"%%PDF-1.5\n1 0 obj\n<< /Type /XRef /Size 99999999 /W [1 4 2] /Root 1 0 R /Encrypt 1 0 R"
        b" /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n" % len(table)
    )
    return head + table + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


HOSTILE = {
    "20k addresses": HEAD + b"Cc: "
    + b", ".join(b"n%d <n%d@x.nl>" % (n, n) for n in range(20_000)) + b"\r\n\r\n",
    "100k quote marks": b"From: " + b'"' * 100_000 + b"\r\n\r\nx",
    "5k nested parentheses": b"From: " + b"(" * 5_000 + b")" * 5_000 + b" jan@home.example\r\n\r\nx",
    "20k encoded words": b"Subject: " + b" ".join([b"=?utf-8?q?abcdefghijklmno?="] * 20_000) + b"\r\n\r\nx",
    "40k words that never end": b"Subject: " + b"=?a?q?" * 40_000 + b"\r\n\r\nx",
    "the same five under our own limits": HEAD + b"Cc: "
    + b", ".join(b"n%d <n%d@x.nl>" % (n, n) for n in range(11_000))
    + b"\r\nFrom: " + b'"' * 200_000 + b"\r\nSubject: " + b" ".join([b"=?utf-8?q?abcdefgh?="] * 12_000)
    + b"\r\nContent-Type: text/plain" + b"".join(b"; p%d=v" % n for n in range(24_000))
    + b"\r\nContent-Disposition: inline" + b"".join(b"; filename*%d*=a" % n for n in range(5_000))
    + b"\r\n\r\nx",
    "50k parameters": HEAD + b"Content-Type: text/plain"
    + b"".join(b"; p%d=v" % n for n in range(50_000)) + b"\r\n\r\n",
    "20k name sections": HEAD + b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d*=abc" % n for n in range(20_000)) + b"\r\n\r\nx",
    "20k parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000,
    "multipart 1000 deep": nested(1000),
    "message 1000 deep": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000,
    "20 MB of base64": HEAD + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"QUJD" * 5_000_000,
    "200k attributes": HEAD + b"Content-Type: text/html\r\n\r\n<a " + b"a=1 " * 200_000 + b">x</a>",
    "50k nested tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"x",
    "100k table rows": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<tr><td>x</td></tr>" * 100_000,
    "a cleaned tag of 36k attributes": HEAD + b"Content-Type: text/html\r\n\r\n<a "
    + b"".join(b"a%d " % n for n in range(36_000)) + b">x</a>",
    "winmail of four billion properties": HEAD + b"Content-Type: application/ms-tnef\r\n\r\n"
    + b"\x78\x9f\x3e\x22\1\0\1\3\x90\6\0\4\0\0\0\xff\xff\xff\xff\xfc\3" + b"x" * 40,
    "winmail of a million attributes": HEAD + b"Content-Type: application/ms-tnef\r\n\r\n"
    + b"\x78\x9f\x3e\x22\1\0" + bytes(11) * 1_000_000,
    "signed a hundred times over": signed(HEAD + b"\r\nx", 100),
    "octets 100k deep": HEAD + P7M + SIGNED + b"\x24\x80" * 100_000,
    "a zip of 60k names": HEAD + b"Content-Type: application/zip\r\n\r\n" + many_names(60_000),
    "a pdf of locks": HEAD + b"Content-Type: application/pdf\r\n\r\n%PDF-1 " + b"/Encrypt 1 1 " * 1_000_000,
    "comments that never end": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 500_000,
    "a parameter of semicolons": HEAD + b'Content-Type: multipart/mixed; a="' + b";" * 200_000 + b'"\r\n\r\n',
    "a zip that unfolds": HEAD + b"Content-Type: application/zip\r\n\r\n" + unfolding_zip(300),
    "a pdf that unfolds": HEAD + b"Content-Type: application/pdf\r\n\r\n" + unfolding_pdf(300),
    "a charset that unfolds": HEAD + b"Content-Type: text/plain; charset=zlib\r\n\r\n" + zeros(100),
    "two million words": HEAD + b"\r\n" + b"".join(b"w%x " % n for n in range(2_000_000)) + b"\r\n",
    "300k attributions": REPLY + b"Op ma schreef jan@home.example:\r\n" * 300_000,
    "a reply of 300k headings": REPLY + b"Van: x <a@b.nl>\r\nVerzonden: y\r\n" * 300_000,
    "a million carets": REPLY + b">" * 1_000_000 + b"\r\n> x" * 500_000,
    "500k signed beginnings": HEAD + b"\r\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 500_000,
    "9k results": b"Authentication-Results: mx.stad.example; dmarc=pass\r\n" * 9_000 + HEAD + b"\r\nx",
    "9k servers": b"Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100\r\n" * 9_000 + HEAD + b"\r\nx",
    "100k reports": HEAD + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b.nl\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" * 100_000 + b"--b--",
}  # fmt: skip
