"""Two lists in the browser: brought, understood, mended, matched, shown, forgotten; and everything that goes wrong."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from fairground.accounts.models import Hub, Organisation, RoleAssignment, User
from fairground.collect.models import Offer
from fairground.jobs import running
from fairground.jobs.folders import folder_of
from fairground.jobs.models import Job
from fairground.jobs.queue import sweep_jobs
from fairground.jobs.running import run_job
from fairground.language.local_text import LocalText
from fairground.match import two_lists, two_lists_matching, views
from fairground.match.core.engine import match_lists
from fairground.match.core.results import MatchRun

pytestmark = pytest.mark.django_db
NEEDS = "编号,标题,问题,技术要求,预算\nN1,电池低温失效,零下二十度时电池容量下降,-20 ℃ 容量保持率不低于 80%,50万元\n"
OFFERS = "编号,成果名称,成果描述,优势,单位\n"
OFFERS += "O1,低温电池电解液,电池电解液。-20 ℃ 容量保持率 85%。,比现有产品高两成,示例·电池所\n"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path, hub: Hub) -> None:
    settings.WORK_FOLDER = tmp_path / "work"
    settings.RATE_LIMITS = {}


@pytest.fixture(autouse=True)
def _no_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pulse to the tests of jobs: its thread would not see a job whose test has not committed."""
    monkeypatch.setattr(running, "BEAT_EVERY_S", 3600)


_runs: dict[str, tuple[MatchRun, list[tuple[str, int, int]]]] = {}


@pytest.fixture(autouse=True)
def _equal_lists_are_matched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what came of two lists: equal input gives an equal answer, as the engine's own tests prove."""

    def match_once(needs: Any, offers: Any, *, progress: Any, **how: Any) -> MatchRun:
        key = repr((needs, offers, sorted(how.items())))
        if key not in _runs:
            told: list[tuple[str, int, int]] = []
            _runs[key] = (
                match_lists(needs, offers, progress=lambda *step: told.append(step), **how),
                told,
            )
        run, told = _runs[key]
        for step in told:
            progress(*step)
        return run

    monkeypatch.setattr(two_lists_matching, "match_lists", match_once)


def _file(name: str, content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def _bring(client: Client, *, run: bool = True, language: str = "zh", **values: Any) -> Any:
    """Send the first page; return (answer, the job's key or '')."""
    answer = client.post(f"/{language}/match/", values)
    key = answer.headers["Location"].split("/")[3] if answer.status_code == 302 else ""
    if run and key:
        run_job(key)
    return answer, key


def _both(needs: str | bytes = NEEDS, offers: str | bytes = OFFERS) -> dict[str, Any]:
    return {"needs": _file("需求.csv", needs), "offers": _file("成果.csv", offers), "once": "a"}


def _go_on(client: Client, key: str, **values: Any) -> str:
    answer = client.post(f"/zh/match/{key}/columns/", values)
    assert answer.status_code == 302, answer.content.decode()
    following = answer.headers["Location"].split("/")[3]
    run_job(following)
    return str(following)


def _matched(client: Client, **values: Any) -> tuple[str, str]:
    key = _bring(client, **(values or _both()))[1]
    return key, _go_on(client, key, action="match", once="b")


def _failed(key: str) -> LocalText:
    job = Job.objects.get(key=key)
    assert job.state == "failed"
    return job.error


def test_two_files_become_pairs_with_reasons(client: Client) -> None:
    key, result = _matched(client)
    columns = client.get(f"/zh/match/{key}/columns/").content.decode()
    assert [text in columns for text in ("需求.csv", "成果.csv", "示例·电池所", "电池低温失效")] == [True] * 4
    assert re.findall(r'<select name="needs-3".*?<option value="(\w+)" selected', columns) == ["requirements"]

    page = client.get(f"/zh/match/{result}/").content.decode()
    assert [text in page for text in ("电池低温失效", "低温电池电解液", "满足", "示例·电池所")] == [True] * 4
    english = client.get(f"/en/match/{result}/").content.decode()
    assert ("What matches" in english, "Met" in english) == (True, True)


def test_report_applies_its_own_style_and_nothing_else(client: Client) -> None:
    result = _matched(client)[1]
    answer = client.get(f"/zh/match/{result}/report/")
    policy = answer.headers["Content-Security-Policy"]
    inner = re.search(r"style-src '(sha256-[^']+)'", answer.content.decode().replace("&#x27;", "'"))
    assert inner is not None
    assert (f"style-src '{inner[1]}'" in policy, "script" in policy, "unsafe" in policy) == (
        True,
        False,
        False,
    )
    assert (answer.headers["X-Content-Type-Options"], "no-store" in answer.headers["Cache-Control"]) == (
        "nosniff",
        True,
    )


def test_results_are_handed_out_as_files_and_nothing_else_is(client: Client) -> None:
    result = _matched(client)[1]
    content = {}
    for ending in ("xlsx", "csv", "jsonl", "html"):
        answer = client.get(f"/zh/match/{result}/matches.{ending}")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        content[ending] = b"".join(answer)
    sheet = openpyxl.load_workbook(io.BytesIO(content.pop("xlsx"))).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["N1", "电池低温失效", "O1"]
    assert ["低温电池电解液" in text.decode() for text in content.values()] == [True] * 3
    for ending in ("exe", "json", "xlsx.gz", "..%2fpairs"):
        assert client.get(f"/zh/match/{result}/matches.{ending}").status_code == 404


def test_swapped_lists_are_turned_round_and_that_is_said(client: Client) -> None:
    _, key = _bring(client, needs=_file("a.csv", OFFERS), offers=_file("b.csv", NEEDS))
    page = client.get(f"/en/match/{key}/columns/").content.decode()
    assert "were swapped: needs are read from b.csv, offers from a.csv" in page
    result = _go_on(client, key, action="match")
    assert Job.objects.get(key=result).result["names"] == [["b.csv"], ["a.csv"]]


def test_swapped_back_by_hand_stays_as_said(client: Client) -> None:
    key = _bring(client, **_both())[1]
    _go_on(client, key, action="swap")
    page = client.get(f"/zh/match/{key}/columns/").content.decode()
    assert page.index("成果.csv") < page.index("需求.csv")
    _go_on(client, key, action="swap")
    page = client.get(f"/zh/match/{key}/columns/").content.decode()
    assert page.index("成果.csv") > page.index("需求.csv")


def test_two_lists_of_one_kind_are_said_to_be_so(client: Client) -> None:
    _, key = _bring(client, **_both(offers=NEEDS))
    page = client.get(f"/zh/match/{key}/columns/").content.decode()
    assert "两份清单读起来都是需求" in page


def test_a_column_nobody_knows_is_mended(client: Client) -> None:
    _, key = _bring(client, **_both(needs="Wunsch,x\n电池低温失效,1\n"))
    page = client.get(f"/zh/match/{key}/columns/").content.decode()
    assert ("没有标题或正文列" in page, page.count("没有看懂"), "doubtful" in page) == (True, 2, True)
    refused = client.post(f"/zh/match/{key}/columns/", {"needs-1": "budget", "action": "match"})
    assert (refused.status_code, '<option value="budget" selected>' in refused.content.decode()) == (
        400,
        True,
    )

    _go_on(client, key, action="again", **{"needs-0": "title"})
    assert "没有看懂" not in client.get(f"/zh/match/{key}/columns/").content.decode()
    result = _go_on(client, key, action="match", **{"needs-0": "title"})
    assert "电池低温失效" in client.get(f"/zh/match/{result}/").content.decode()


def test_left_out_column_takes_no_part(client: Client) -> None:
    key = _bring(client, **_both())[1]
    result = _go_on(client, key, action="match", **{"needs-3": "left_out"})
    assert "没有列出可检验的要求" in client.get(f"/zh/match/{result}/").content.decode()


def test_field_that_was_never_offered_is_not_taken(client: Client) -> None:
    key = _bring(client, **_both())[1]
    result = _go_on(
        client, key, action="match", **{"needs-0": "price", "needs-99": "title", "needs-1": SCRIPT}
    )
    assert Job.objects.get(key=result).arguments["columns"]["needs"]["编号"] == "id"


def test_rows_refused_are_listed_with_their_place(client: Client) -> None:
    needs = "编号,标题,截止日期\nN1,电池,某天\nN2,,\nN1,膜,2027-01-01\n"
    _, key = _bring(client, **_both(needs=needs))
    page = client.get(f"/zh/match/{key}/columns/").content.decode()
    shown = ("共读 3 行", "1 行没有标题也没有正文", "第 2 行 · 截止日期", "无法读出日期", "编号“N1”重复")
    assert [text in page for text in shown] == [True] * 5


def test_one_list_meets_the_published_catalogue_only(client: Client, hub: Hub) -> None:
    for title, state, visibility in (
        ("低温电池公开", "published", "public"),
        ("低温电池会员", "published", "members"),
        ("低温电池草稿", "draft", "public"),
    ):
        Offer.objects.create(
            hub=hub, kind="offer", title=LocalText(title), state=state, visibility=visibility
        )
    result = _matched(client, needs=_file("n.csv", NEEDS))[1]
    page = client.get(f"/zh/match/{result}/").content.decode()
    report = client.get(f"/zh/match/{result}/report/").content.decode()
    assert [name in page + report for name in ("公开", "会员", "草稿")] == [True, False, False]
    assert f'href="/zh/offer/{Offer.objects.get(visibility="public", state="published").key}/"' in page


def test_an_organisation_that_is_not_open_is_not_named(client: Client, hub: Hub) -> None:
    title = LocalText("未公开机构")
    hidden = Organisation.objects.create(hub=hub, kind="organisation", title=title, state="draft")
    Offer.objects.create(
        hub=hub, kind="offer", title=LocalText("低温电池"), state="published", organisation=hidden
    )
    result = _matched(client, needs=_file("n.csv", NEEDS))[1]
    pages = [client.get(f"/zh/match/{result}/{part}").content.decode() for part in ("", "report/")]
    assert [("低温电池" in page, "未公开机构" in page) for page in pages] == [(True, False)] * 2


def test_signed_in_member_meets_what_members_may_read(
    client: Client, hub: Hub, make_user: Callable[..., User]
) -> None:
    Offer.objects.create(
        hub=hub, kind="offer", title=LocalText("低温电池会员"), state="published", visibility="members"
    )
    client.force_login(make_user("member"))
    RoleAssignment.objects.update(since=timezone.now() - timedelta(days=1))
    result = _matched(client, needs=_file("n.csv", NEEDS))[1]
    assert "低温电池会员" in client.get(f"/zh/match/{result}/").content.decode()


def test_empty_catalogue_says_so(client: Client) -> None:
    result = _matched(client, offers=_file("o.csv", OFFERS))[1]
    assert client.get(f"/zh/match/{result}/").status_code == 200
    assert Job.objects.get(key=result).result["needs"] == 0


def test_sample_lists_can_be_tried(client: Client) -> None:
    _, key = _bring(client, sample="1", once="s")
    assert Job.objects.get(key=key).result == {"needs": 46, "offers": 60}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "还没有选择文件"),
        ({"needs": ("a.csv", b"")}, "“a.csv”是空文件"),
        ({"needs": ("a.docx", b"PK")}, "不支持“a.docx”的格式"),
        ({"needs": ("a.xls", b"x")}, "另存为 xlsx"),
        ({"needs": ("noending", b"x")}, "不支持"),
        ({"offers": (f"{SCRIPT}.exe", b"x")}, "script&gt;.exe”的格式"),
    ],
)
def test_what_is_no_list_is_refused_before_it_is_stored(
    client: Client, files: dict[str, tuple[str, bytes]], says: str
) -> None:
    answer, _ = _bring(client, **{side: _file(*file) for side, file in files.items()})
    page = answer.content.decode()
    assert (answer.status_code, says in page, SCRIPT in page, Job.objects.count()) == (400, True, False, 0)


def _zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 300_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", lambda: b"\x00\x01\x02" * 50, "xlsx"),
        ("a.xlsx", lambda: b"<html><table>", "网页"),
        ("a.xlsx", lambda: b"PK\x03\x04 broken", "a.xlsx"),
        ("a.csv", lambda: b"\n\n", "没有任何内容"),
        ("a.csv", lambda: "标题\n".encode() + b"x\n" * 2_001, "2000"),
        ("a.csv", lambda: ",".join(f"c{n}" for n in range(300)).encode() + b"\n" + b"1," * 300, "200 列"),
        ("a.xlsx", _zip_bomb, "a.xlsx"),
        ("a.csv.gz", lambda: __import__("gzip").compress(b"a" * 220_000_000), "a.csv.gz"),
    ],
)  # fmt: skip
def test_bad_files_fail_in_words_that_name_them(
    client: Client, name: str, content: Callable[[], bytes], says: str
) -> None:
    _, key = _bring(client, needs=_file(name, content()), offers=_file("成果.csv", OFFERS))
    error = _failed(key)
    assert (says in (error.zh or ""), bool(error.en)) == (True, True)
    page = client.get(f"/zh/jobs/{key}/").content.decode()
    assert ('href="/zh/match/"' in page, "重新开始" in page) == (True, True)
    assert client.get(f"/zh/match/{key}/columns/").headers["Location"] == f"/zh/jobs/{key}/"


def test_header_without_rows_is_told_on_the_page(client: Client) -> None:
    _, key = _bring(client, **_both(needs="标题,问题\n"))
    page = client.get(f"/en/match/{key}/columns/").content.decode()
    assert "No row of 需求.csv can be used" in page


def test_chinese_in_the_old_encoding_is_read(client: Client) -> None:
    _, key = _bring(client, **_both(needs=NEEDS.replace("℃", "度").encode("gb18030")))
    assert "电池低温失效" in client.get(f"/zh/match/{key}/columns/").content.decode()


def test_markup_in_names_columns_and_cells_is_text(client: Client) -> None:
    needs = f"标题,{SCRIPT},技术要求\n{SCRIPT},{SCRIPT},{SCRIPT}\n"
    name = f"../../etc/{SCRIPT}\u202e.csv"
    _, key = _bring(
        client, needs=_file(name, needs), offers=_file("o.csv", OFFERS.replace("低温电池", SCRIPT))
    )
    result = _go_on(client, key, action="match")
    for address in (f"match/{key}/columns/", f"match/{result}/", f"match/{result}/report/"):
        page = client.get(f"/zh/{address}").content.decode()
        assert (SCRIPT in page, "&lt;script&gt;" in page) == (False, True), address
    inside = [path.relative_to(folder_of(key)).parts for path in folder_of(key).rglob("*.csv")]
    assert all(len(parts) == 2 and parts[0] in two_lists.SIDES for parts in inside)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\secret\\需求.xlsx", "需求.xlsx"),
        ("/etc/passwd", "passwd"),
        ("....csv", "list.csv"),
        ("", "list"),
        ("a\x00b\n.csv", "ab.csv"),
        ("x" * 300 + ".xlsx", "x" * 80 + ".xlsx"),
        (" a .csv ", "a.csv"),
    ],
)
def test_names_of_files_become_fit_for_a_folder(name: str, clean: str) -> None:
    assert two_lists.clean_name(name) == clean


def test_too_large_a_file_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_lists, "MOST_BYTES", 10)
    answer, _ = _bring(client, **_both())
    assert (answer.status_code, answer.content.decode().count("超过 20 MB")) == (400, 2)


def test_too_large_a_request_is_refused_before_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_MOST_BODY_BYTES", 100)
    answer = client.post("/en/match/", _both())
    assert (answer.status_code, "20 MB at most each" in answer.content.decode()) == (413, True)
    assert Job.objects.count() == 0


def test_request_without_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/zh/match/", _both()).status_code == 403
    assert Job.objects.count() == 0


def test_sending_the_same_page_twice_starts_one_job(client: Client) -> None:
    first = _bring(client, run=False, **_both())[1]
    assert _bring(client, run=False, **_both())[1] == first
    other = _bring(client, run=False, **_both(needs=NEEDS + "N2,膜,,,\n"))[1]
    assert (other == first, Job.objects.count()) == (False, 2)
    run_job(first)
    once = [client.post(f"/zh/match/{first}/columns/", {"once": "z"}).headers["Location"] for _ in range(2)]
    assert (len(set(once)), Job.objects.count()) == (1, 3)


def test_two_tabs_with_different_columns_get_their_own_results(client: Client) -> None:
    key = _bring(client, **_both())[1]
    one = _go_on(client, key, once="x")
    two = _go_on(client, key, once="y", **{"needs-3": "left_out"})
    pages = [client.get(f"/zh/match/{each}/").content.decode() for each in (one, two)]
    assert ["没有列出可检验的要求" in page for page in pages] == [False, True]


def test_limit_for_one_address(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {"match": (2, 3600, ("POST",), "limits")}
    codes = [_bring(client, run=False, **_both())[0].status_code for _ in range(3)]
    assert codes == [302, 302, 429]


def test_too_much_under_way_is_refused_with_the_page(client: Client) -> None:
    for number in range(4):
        _bring(client, run=False, **{**_both(), "once": str(number)})
    answer = _bring(client, run=False, **{**_both(), "once": "one more"})[0]
    assert (answer.status_code, "您已有 4 项工作在进行" in answer.content.decode()) == (429, True)


def test_full_disk_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairground.match.services.free_space_is_enough", lambda folder, wanted: False)
    answer = _bring(client, **_both())[0]
    assert ("磁盘空间不足" in answer.content.decode(), Job.objects.count()) == (True, 0)


def test_others_see_nothing_of_it(client: Client, make_user: Callable[..., User]) -> None:
    key, result = _matched(client)
    stranger = Client()
    stranger.force_login(make_user("administrator"))
    addresses = [
        f"match/{key}/columns/",
        f"match/{result}/",
        f"match/{result}/report/",
        *(f"match/{result}/matches.{ending}" for ending in ("xlsx", "html")),
        f"jobs/{key}/",
    ]
    for other in (stranger, Client()):
        assert [other.get(f"/zh/{address}").status_code for address in addresses] == [404] * 6
        assert other.post(f"/zh/match/{key}/columns/").status_code == 404
        assert other.post(f"/zh/match/{result}/keep/").status_code == 404
        assert other.post(f"/zh/match/{result}/forget/").status_code == 302
    assert client.get(f"/zh/match/{result}/").status_code == 200


def test_keys_of_one_page_do_not_open_another(client: Client) -> None:
    key, result = _matched(client)
    again = _go_on(client, key, action="again")
    codes = [
        client.get(f"/zh/match/{path}").status_code
        for path in (f"{key}/", f"{result}/columns/", f"{again}/columns/")
    ]
    assert codes == [404, 404, 404]


def test_forgotten_is_gone_at_once(client: Client) -> None:
    key, result = _matched(client)
    assert client.post(f"/zh/match/{result}/forget/").headers["Location"] == "/zh/match/"
    assert "已删除" in client.get("/zh/match/").content.decode()
    assert (Job.objects.count(), folder_of(key).exists(), folder_of(result).exists()) == (0, False, False)


def test_nothing_is_kept_after_an_hour_and_the_page_says_when(client: Client) -> None:
    key, result = _matched(client)
    ends = Job.objects.get(key=result).expires_at
    local = timezone.localtime(ends)
    assert f"{local:%H:%M}" in client.get(f"/zh/match/{result}/").content.decode()
    assert timedelta(minutes=59) < ends - timezone.now() <= timedelta(hours=1)
    sweep_jobs(ends + timedelta(seconds=1))
    assert (client.get(f"/zh/match/{result}/").status_code, folder_of(key).exists()) == (404, False)


def test_whoever_signed_in_can_keep_it(client: Client, make_user: Callable[..., User]) -> None:
    client.force_login(make_user("member"))
    result = _matched(client)[1]
    assert "保留 30 天" in client.get(f"/zh/match/{result}/").content.decode()
    client.post(f"/zh/match/{result}/keep/")
    sweep_jobs(timezone.now() + timedelta(days=29))
    assert "已为您保留到" in client.get(f"/zh/match/{result}/").content.decode()
    listed = client.get("/zh/match/kept/").content.decode()
    assert [text in listed for text in ("需求.csv", "成果.csv", f"/zh/match/{result}/")] == [True] * 3


def test_visitor_is_not_offered_to_keep(client: Client) -> None:
    result = _matched(client)[1]
    assert "保留 30 天" not in client.get(f"/zh/match/{result}/").content.decode()
    assert client.post(f"/zh/match/{result}/keep/").status_code == 404
    assert client.get("/zh/match/kept/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_kept_comparisons_asks_as_little_for_many(
    client: Client, make_user: Callable[..., User], hub: Hub, count: int, django_assert_num_queries: Any
) -> None:
    user = make_user("member")
    client.force_login(user)
    for number in range(count):
        Job.objects.create(
            kind="match.two_lists",
            hub_id=hub.pk,
            owner_id=user.pk,
            state="done",
            is_kept=True,
            result={"needs": 1, "offers": 2, "names": [[f"需求{number}.csv"], ["b.csv"]]},
            expires_at=timezone.now() + timedelta(days=3),
        )
    client.get("/zh/match/kept/")
    with django_assert_num_queries(_KEPT_QUERIES):
        page = client.get("/zh/match/kept/").content.decode()
    assert sum(f"需求{number}.csv" in page for number in range(5)) == count


_KEPT_QUERIES = 5


def test_lists_forgotten_before_the_match_fail_in_words(client: Client) -> None:
    key = _bring(client, **_both())[1]
    answer = client.post(f"/zh/match/{key}/columns/", {"action": "match"})
    following = answer.headers["Location"].split("/")[3]
    (folder_of(key) / "columns.json").unlink()
    run_job(following)
    assert "已经删除" in (_failed(following).zh or "")


def test_cancelled_match_leaves_no_result(client: Client) -> None:
    key = _bring(client, **_both())[1]
    following = client.post(f"/zh/match/{key}/columns/", {}).headers["Location"].split("/")[3]
    client.post(f"/zh/jobs/{following}/cancel/")
    run_job(following)
    assert client.get(f"/zh/match/{following}/").headers["Location"] == f"/zh/jobs/{following}/"
    page = client.get(f"/zh/jobs/{following}/").content.decode()
    assert ("已取消" in page, f"/zh/match/{key}/columns/" in page) == (True, True)
