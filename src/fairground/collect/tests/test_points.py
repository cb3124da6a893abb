"""The point of a platform: places to choose from, GCJ-02 converted where declared, doubts said beside the field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.record_forms import Entry
from fairground.collect.models import Platform
from fairground.places.core.coordinates import from_gcj02

pytestmark = pytest.mark.django_db

TITLE = {"title.zh": "检测平台", "title.en": "Testing platform"}


@pytest.fixture
def anna(sign_in: Callable[..., Client]) -> Client:
    return sign_in("member")


def entries(page: Any) -> dict[str, Entry]:
    """Return the form's controls by name."""
    return {entry.name: entry for entry in page.context["form"].entries()}


def test_ambiguous_address_offers_its_places_and_chooses_none(anna: Client) -> None:
    page = anna.post("/zh/new/platform/", {**TITLE, "address.zh": "朝阳区建国路88号"}, follow=True)
    choice = entries(page)["point.place"]

    assert [(option.value, option.chosen) for option in choice.options] == [
        ("110105", False), ("220104", False), ("-", False),
    ]  # fmt: skip
    text = page.content.decode()
    assert "北京市朝阳区（区县，约 10 公里范围；有可能）" in text
    assert "吉林省长春市朝阳区（" in text
    assert Platform.objects.get().longitude is None


def test_sure_address_is_preselected_and_taken_only_when_saved(anna: Client) -> None:
    page = anna.post("/zh/new/platform/", {**TITLE, "address.zh": "河北省石家庄市长安区"}, follow=True)
    assert [option.value for option in entries(page)["point.place"].options if option.chosen] == ["130102"]
    assert Platform.objects.get().longitude is None


def test_chosen_place_becomes_the_point_and_the_note_says_so(anna: Client) -> None:
    anna.post("/zh/new/platform/", {**TITLE, "address.zh": "朝阳区建国路88号", "point.place": "220104"})
    platform = Platform.objects.get()

    assert (round(platform.longitude or 0, 2), round(platform.latitude or 0, 2)) == (125.28, 43.83)
    assert "吉林省长春市朝阳区" in (platform.provenance.note.zh or "")
    assert "Changchun" in (platform.provenance.note.en or "")


@pytest.mark.parametrize("choice", ["-", "nonsense", "\x00", ""])
def test_no_place_chosen_leaves_no_point(choice: str, anna: Client) -> None:
    anna.post("/zh/new/platform/", {**TITLE, "address.zh": "朝阳区", "point.place": choice})
    assert Platform.objects.get().longitude is None


def test_numbers_typed_win_over_a_place_chosen(anna: Client) -> None:
    point = {"longitude": "116.46", "latitude": "39.91"}
    anna.post("/zh/new/platform/", {**TITLE, **point, "address.zh": "朝阳区", "point.place": "220104"})
    platform = Platform.objects.get()
    assert (platform.longitude, platform.latitude) == (116.46, 39.91)


def test_declared_gcj02_is_converted_once_and_kept_as_printed(anna: Client) -> None:
    typed = {"longitude": "114.514793", "latitude": "38.042228", "point.system": "gcj02", "region": "130000"}
    page = anna.post("/zh/new/platform/", {**TITLE, **typed}, follow=True)
    platform = Platform.objects.get()

    assert (platform.longitude, platform.latitude) == pytest.approx(
        from_gcj02(114.514793, 38.042228), abs=1e-6
    )
    assert platform.provenance.quote == "GCJ-02 114.514793, 38.042228"
    # What the page shows now is WGS-84: saving it again moves nothing.
    form = page.context["form"]
    again = {name: texts[-1] for name, texts in form.typed.items() if texts}
    assert [option.value for option in entries(page)["point.system"].options if option.chosen] == ["wgs84"]
    anna.post(f"/zh/platform/{platform.key}/edit/", {**again, "version": str(platform.version)})
    after = Platform.objects.get()
    assert (after.longitude, after.latitude) == (platform.longitude, platform.latitude)
    assert after.provenance.quote == "GCJ-02 114.514793, 38.042228"


def test_refused_form_shows_the_converted_numbers_and_converts_them_once(anna: Client) -> None:
    typed = {"longitude": "114.514793", "latitude": "38.042228", "point.system": "gcj02", "title.zh": ""}
    page = anna.post("/zh/new/platform/", typed)
    assert page.status_code == 422
    assert [option.value for option in entries(page)["point.system"].options if option.chosen] == ["wgs84"]


@pytest.mark.parametrize(
    ("longitude", "latitude", "said"),
    [
        ("0", "0", "几内亚湾"),
        ("38.04", "114.51", "填反"),
        ("121.47", "31.23", "不在所填的地区"),
        ("125.0", "28.0", "在海里"),
        ("116.4", "39.9", "离地址所在的"),
    ],
)
def test_doubtful_point_is_said_beside_the_field(
    longitude: str, latitude: str, said: str, anna: Client
) -> None:
    point = {"longitude": longitude, "latitude": latitude, "address.zh": "河北省石家庄市长安区"}
    region = {} if said.startswith("离") else {"region": "130000"}
    page = anna.post("/zh/new/platform/", {**TITLE, **point, **region}, follow=True)
    assert said in page.content.decode()


def test_address_without_a_place_says_what_to_add(anna: Client) -> None:
    page = anna.post("/en/new/facility/", {**TITLE, "address.en": "Room 501"}, follow=True)
    assert "Add the province, city or district" in page.content.decode()


def test_record_without_a_point_has_no_such_controls(anna: Client) -> None:
    page = anna.get("/en/new/need/")
    assert not [name for name in entries(page) if name.startswith("point.")]
