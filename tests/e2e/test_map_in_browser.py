"""The map in a real browser: it is painted, it works with the network cut, and address, list and map stay in step."""

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.e2e.readers import IN_BROWSER, LIMIT_S, READERS, Reader, wait_until

pytestmark = IN_BROWSER
MOST_BYTES = 1_000_000  # of the first view of the map, as sent
_COLOURS = """async (data) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + data;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const { data: points } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Map();
  for (let place = 0; place < points.length; place += 4) {
    const colour = (points[place] << 16) | (points[place + 1] << 8) | points[place + 2];
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return [...seen.values()].filter((count) => count > 20).length;
}"""


def opened(reader: Reader, path: str = "map/") -> Any:
    """Open the map and wait until it is drawn; return its frame."""
    assert reader.goes(path) == 200
    frame = reader.page.locator("#map[data-ready]")
    frame.wait_for(timeout=LIMIT_S * 1000)
    return frame


def listed(reader: Reader) -> int:
    """Return the number that stands above the list."""
    return int(re.sub(r"\D", "", reader.page.locator(".map-count").inner_text()))


def box_in_address(reader: Reader) -> list[float]:
    # Asked of the page itself: `page.url` hears of a changed address only while something is asked of the browser.
    asked = parse_qs(urlsplit(reader.page.evaluate("location.href")).query)
    return [float(side) for side in asked.get("bbox", [""])[0].split(",") if side]


@READERS
def test_the_map_is_painted_with_the_network_cut(
    reader: Callable[..., Reader], portal: Any, language: str, width: int
) -> None:
    one = reader(language, width)
    elsewhere: list[str] = []

    def only_ours(route: Any) -> None:
        address = route.request.url
        if address.startswith((portal.address, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(address)
            route.abort()

    one.context.route("**/*", only_ours)
    frame = opened(one)
    one.fits()
    assert elsewhere == []
    # The worker asks for the tiles by itself, some 20 kB that are not in this sum.
    sent = one.page.evaluate(
        "performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)"
    )
    assert 400_000 < sent <= MOST_BYTES - 50_000
    picture = base64.b64encode(frame.screenshot()).decode()
    # Land, sea, provinces, five types, letters: an empty canvas has one colour.
    assert one.page.evaluate(_COLOURS, picture) > 15
    assert one.page.locator(".map-picture").count() == 0
    assert listed(one) > 300


@READERS
def test_filters_search_and_view_are_in_the_address(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    one = reader(language, width)
    opened(one)
    everything = listed(one)
    one.page.locator(".tabs").get_by_role("link", name=one.says("平台", "Platforms")).click()
    one.page.wait_for_url("**kind=platform**")
    one.page.locator("#map[data-ready]").wait_for()
    platforms = listed(one)
    assert 0 < platforms < everything
    one.page.get_by_role("button", name=one.says("放大", "Zoom in")).click()
    one.page.get_by_role("button", name=one.says("放大", "Zoom in")).click()
    wait_until(lambda: listed(one) < platforms, "the list follows the view")
    near = listed(one)
    west, south, east, north = box_in_address(one)
    assert west < east
    assert south < north
    # The same address shows the same view and list.
    one.page.reload()
    one.page.locator("#map[data-ready]").wait_for()
    assert listed(one) == near
    one.page.fill("#map-q", one.says("检测", "testing"))
    one.page.locator(".map-search button").click()
    one.page.wait_for_url("**q=*")
    assert "bbox=" in one.page.url
    assert "kind=platform" in one.page.url
    assert listed(one) < near


@READERS
def test_a_click_from_far_comes_nearer_and_from_near_names_the_platform(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    one = reader(language, width)
    assert one.goes("catalogue/?kind=platform") == 200
    one.page.locator(".row h3 a").first.click()
    title = one.page.locator("h1").inner_text()
    one.follows("在地图上看", "On the map")
    frame = one.page.locator("#map[data-ready]")
    frame.wait_for()
    size = frame.bounding_box()
    assert size
    frame.click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    popup = one.page.locator(".map-popup")
    popup.wait_for()
    assert popup.locator("b").inner_text() in title
    popup.get_by_role("link", name=one.says("查看", "Open")).click()
    one.heads(title, title)


def test_the_list_is_one_key_away_and_the_map_another(reader: Callable[..., Reader]) -> None:
    one = reader("en")
    opened(one)
    one.page.keyboard.press("l")
    assert one.page.evaluate("document.activeElement.id") == "map-list"
    one.page.keyboard.press("m")
    assert one.page.evaluate("document.activeElement.tagName") == "CANVAS"
    one.page.keyboard.press("ArrowRight")
    wait_until(lambda: box_in_address(one), "the keyboard moves the map")


def test_the_map_is_saved_as_a_picture(reader: Callable[..., Reader]) -> None:
    one = reader("zh")
    opened(one)
    with one.page.expect_download() as saved:
        one.presses("存为图片", "Save as PNG")
    content = saved.value.path().read_bytes()
    assert re.fullmatch(r"map-\d{4}-\d\d-\d\d\.png", saved.value.suggested_filename)
    assert one.page.evaluate(_COLOURS, base64.b64encode(content).decode()) > 15


def test_without_a_script_the_list_and_a_picture_are_there(reader: Callable[..., Reader]) -> None:
    one = reader("zh", javascript=False)
    assert one.goes("map/?kind=platform") == 200
    assert one.page.locator(".map-picture circle").count() >= 5
    assert listed(one) > 300
    one.page.locator(".map-areas a").first.click()
    assert 0 < listed(one) < 300
