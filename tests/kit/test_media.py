"""Types of files."""

import pytest

from pivotal_server.kit.media import media_type, served_type

ZIP = b"PK\x03\x04"


@pytest.mark.parametrize(
    ("head", "declared", "name", "found"),
    [
        (b"\x89PNG\r\n\x1a\n....", "text/html", "a.html", "image/png"),
        (b"GIF89a...", "", "a", "image/gif"),
        (b"GIF87a...", "", "a", "image/gif"),
        (b"\xff\xd8\xff\xe0..", "image/png", "a.png", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "", "a", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav", "a.wav", "audio/wav"),
        (b"%PDF-1.7", "application/x-anything", "a.exe", "application/pdf"),
        (b"<svg onload=alert(1)>", "image/png", "a.png", "application/octet-stream"),
        (b"<script>", "application/pdf", "a.txt", "text/plain"),
        (ZIP, "application/zip", "plan.zip", "application/zip"),
        (ZIP, "application/octet-stream", "plan.zip", "application/zip"),
        (ZIP, "", "plan", "application/octet-stream"),
        (b"a,b", "text/csv", "plan.csv", "text/csv"),
        (b"a", "no type", "a.unknown", "application/octet-stream"),
        (b"a", "text/plain\r\nX-Evil: 1", "a.unknown", "application/octet-stream"),
        (b"a", "a" * 100 + "/b", "a.unknown", "application/octet-stream"),
        (b"", "text/plain", "a", "text/plain"),
    ],
)
def test_what_a_file_is(head: bytes, declared: str, name: str, found: str) -> None:
    assert media_type(head, declared, name) == found


@pytest.mark.parametrize(
    "active",
    [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "text/xsl",
        "message/rfc822",
        "multipart/mixed",
        "multipart/x-mixed-replace",
    ],
)
def test_what_a_browser_would_run_is_not_named(active: str) -> None:
    assert served_type(active) == "application/octet-stream"


@pytest.mark.parametrize(
    "harmless", ["image/png", "application/pdf", "text/plain", "text/csv", "application/zip"]
)
def test_other_types_are_named(harmless: str) -> None:
    assert served_type(harmless) == harmless
