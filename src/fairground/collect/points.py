"""The point of a located record: found from its address, chosen by a person, converted where it was declared GCJ-02.

A form with longitude, latitude and address gains two controls: the places that the address may mean, while no point is
given, and the coordinate system of the numbers typed. Nothing is chosen for the person unless the geocoder is sure.
"""

import re

from fairground.accounts.models import Organisation
from fairground.accounts.record_forms import Entry, Option, RecordForm
from fairground.language.local_text import LocalText
from fairground.places.core.coordinates import distance_m, from_gcj02, point_faults
from fairground.places.core.gazetteer import gazetteer
from fairground.places.core.geocoder import SURE, Candidate, Geocode, geocode

CHOICE, SYSTEM = "point.place", "point.system"
_GCJ02 = "gcj02"
_MOST_SHOWN = 8
_FAR = 3.0  # radii between a point and the place of its address, from which on one of them is doubted
_DEGREES = re.compile(r"[-+]?\d{1,3}(?:\.\d{1,12})?")
_SURENESS = (
    (SURE, LocalText("把握较大", "quite sure")),
    (0.5, LocalText("较可能", "likely")),
    (0.15, LocalText("有可能", "possible")),
    (0.0, LocalText("可能性小", "unlikely")),
)
_LEVELS = {
    "country": LocalText("国家", "country"), "province": LocalText("省级", "province"),
    "city": LocalText("地市", "city"), "county": LocalText("区县", "district or county"),
    "area": LocalText("片区", "area"), "town": LocalText("乡镇", "town"),
}  # fmt: skip


def complete_point(form: RecordForm) -> None:
    """Make a point of what was posted: the place chosen, or the numbers in the system declared.

    Numbers typed win over a place chosen. Converted ones are kept beside the source's words as they were printed, and
    the declaration is taken back, so that the same form posted again converts nothing twice.
    """
    if not _is_located(form):
        return
    longitude, latitude = _typed(form, "longitude"), _typed(form, "latitude")
    place = gazetteer().places.get(_typed(form, CHOICE))
    if not longitude and not latitude and place is not None:
        form.typed["longitude"] = [f"{place.longitude:.3f}"]
        form.typed["latitude"] = [f"{place.latitude:.3f}"]
        note = gazetteer().label(place.id)
        _add_line(
            form,
            "provenance.note.zh",
            f"位置按地址取“{note.zh}”的中心，约 {place.radius_m / 1000:.0f} 公里以内",
        )
        _add_line(
            form, "provenance.note.en",
            f"The point is the middle of {note.en}, from the address, to about {place.radius_m / 1000:.0f} km",
        )  # fmt: skip
    elif _typed(form, SYSTEM) == _GCJ02 and (point := _point(form)) is not None:
        east, north = from_gcj02(*point)
        form.typed["longitude"], form.typed["latitude"] = [f"{east:.7f}"], [f"{north:.7f}"]
        _add_line(form, "provenance.quote", f"GCJ-02 {longitude}, {latitude}")
        form.typed[SYSTEM] = ["wgs84"]


def show_point(form: RecordForm) -> None:
    """Give the form its controls of the point, and advice where the point is doubtful."""
    if not _is_located(form):
        return
    found = _geocode(form)
    has_numbers = bool(_typed(form, "longitude") or _typed(form, "latitude"))
    if found is not None and not has_numbers:
        form.extra["address"] = [_choice(form, found)]
    form.extra["latitude"] = [_system(form)]
    point = _point(form)
    if point is not None:
        form.advice.setdefault("longitude", []).extend(point_faults(*point, _typed(form, "region")))
        if found is not None and found.settled is not None:
            form.advice["longitude"].extend(_far_from_address(point, found.settled))


def _is_located(form: RecordForm) -> bool:
    return {"longitude", "latitude", "address"} <= form.kind.fields.keys()


def _typed(form: RecordForm, name: str) -> str:
    return (form.typed.get(name) or [""])[-1].strip()


def _point(form: RecordForm) -> tuple[float, float] | None:
    longitude, latitude = (_typed(form, name).rstrip("°") for name in ("longitude", "latitude"))
    if _DEGREES.fullmatch(longitude) and _DEGREES.fullmatch(latitude):
        return float(longitude), float(latitude)
    return None


def _add_line(form: RecordForm, name: str, line: str) -> None:
    before = _typed(form, name)
    if line not in before:
        separator = "\n" if name.endswith("quote") else "；" if name.endswith("zh") else "; "
        form.typed[name] = [f"{before}{separator}{line}" if before else line]


def _geocode(form: RecordForm) -> Geocode | None:
    """Return what the address may mean, the surer of its two languages; None without an address."""
    found = [
        geocode(text, hint=_hint(form))
        for text in (_typed(form, "address.zh"), _typed(form, "address.en"))
        if text
    ]
    return (
        max(found, key=lambda one: one.candidates[0].confidence if one.candidates else -1.0)
        if found
        else None
    )


def _hint(form: RecordForm) -> str:
    if region := _typed(form, "region"):
        return region
    key = _typed(form, "organisation").rpartition("·")[2].strip()
    if not key:
        return ""
    regions = Organisation.objects.filter(hub_id=form.actor.hub_id, key=key).values_list("region", flat=True)
    return regions.first() or ""


def _choice(form: RecordForm, found: Geocode) -> Entry:
    label = LocalText("地址所在的地方", "The place of this address")
    if not found.candidates:
        return Entry(
            CHOICE, label, "told",
            LocalText(
                "没有从地址中查到地名。请在地址里写明省、市或区县，或直接填写经纬度。",
                "No place was found in the address. Add the province, city or district to it, or give the point "
                "yourself.",
            ),
        )  # fmt: skip
    chosen = _typed(form, CHOICE) or (found.settled.place if found.settled else "")
    options = [
        Option(one.place, _told(one), chosen=one.place == chosen) for one in found.candidates[:_MOST_SHOWN]
    ]
    options.append(
        Option("-", LocalText("都不是，暂不定位", "None of these: no point for now"), chosen=chosen == "-")
    )
    return Entry(
        CHOICE, label, "radios",
        LocalText(
            "选定后，保存时以该地方的中心为位置。知道准确的经纬度时，请填在下面。",
            "The middle of the place chosen becomes the point when you save. If you know the exact point, give it "
            "below.",
        ),
        options=tuple(options),
    )  # fmt: skip


def _told(candidate: Candidate) -> LocalText:
    sure = next(words for least, words in _SURENESS if candidate.confidence >= least)
    level, kilometres = _LEVELS[candidate.level], max(candidate.radius_m // 1000, 1)
    return LocalText(
        f"{candidate.label.zh}（{level.zh}，约 {kilometres} 公里范围；{sure.zh}）",
        f"{candidate.label.en} ({level.en}, within about {kilometres} km; {sure.en})",
    )


def _system(form: RecordForm) -> Entry:
    declared = _typed(form, SYSTEM) == _GCJ02
    return Entry(
        SYSTEM,
        LocalText("坐标系", "Coordinate system"),
        "radios",
        LocalText(
            "取自高德、腾讯等国内地图的坐标请选 GCJ-02：保存时换算为 WGS-84，原数值记入来源。",
            "Choose GCJ-02 for a point read off a Chinese map service such as Amap: it is converted to WGS-84 when you "
            "save, and the numbers you typed are kept with the source.",
        ),
        options=(
            Option(
                "wgs84",
                LocalText("WGS-84（GPS、国际通用）", "WGS-84 (GPS, international)"),
                chosen=not declared,
            ),
            Option(_GCJ02, LocalText("GCJ-02（国内地图）", "GCJ-02 (Chinese map services)"), chosen=declared),
        ),
    )


def _far_from_address(point: tuple[float, float], place: Candidate) -> list[LocalText]:
    away = distance_m(*point, place.longitude, place.latitude)
    if away <= _FAR * place.radius_m:
        return []
    kilometres = round(away / 1000)
    return [
        LocalText(
            f"这一点离地址所在的“{place.label.zh}”约 {kilometres} 公里。请核对经纬度和地址。",
            f"This point is about {kilometres} km from {place.label.en}, the place of the address. Check both.",
        )
    ]
