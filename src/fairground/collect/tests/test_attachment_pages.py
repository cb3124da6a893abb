"""Files at the foot of a record's form."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fairground.accounts.models import Record
from fairground.files.models import Attachment

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def anna(sign_in: Callable[..., Client]) -> Client:
    client = sign_in("member")
    client.post("/en/new/need/", {"title.en": "Example need"})
    return client


def _send(client: Client, record: Record, name: str, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"/en/need/{record.key}/attach/", {"file": file, **more}, follow=True)


def test_a_file_is_added_shown_and_removed(anna: Client) -> None:
    record = Record.objects.get()
    page = _send(
        anna, record, "report.pdf", PDF, **{"description.en": "Test <b>report</b>", "visibility": "protected"}
    ).content.decode()
    attachment = Attachment.objects.get()

    assert attachment.visibility == "protected"
    assert "report.pdf" in page
    assert "Test &lt;b&gt;report&lt;/b&gt;" in page
    anna.post(f"/en/need/{record.key}/detach/", {"attachment": attachment.key})
    assert Attachment.objects.count() == 0


def test_a_refused_file_is_told_and_nothing_is_stored(anna: Client) -> None:
    record = Record.objects.get()
    page = _send(anna, record, "report.pdf", b"<script>alert(1)</script>").content.decode()

    assert 'class="notice error"' in page
    assert Attachment.objects.count() == 0
    assert "Choose a file first" in anna.post(f"/en/need/{record.key}/attach/", follow=True).content.decode()


def test_a_stranger_neither_adds_nor_removes(anna: Client, sign_in: Callable[..., Client]) -> None:
    record = Record.objects.get()
    _send(anna, record, "report.pdf", PDF)
    stranger = sign_in("organiser")
    for key in (record.key, "nothinghere0"):
        for step in ("attach", "detach"):
            data = {"attachment": Attachment.objects.get().key}
            assert stranger.post(f"/en/need/{key}/{step}/", data).status_code == 404
    assert Attachment.objects.count() == 1
