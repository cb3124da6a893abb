"""A hub's outcomes as labels: exported, learned from, judged and turned on; nothing confidential at any step."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from fairground.accounts.actors import Actor, system
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Hub, Record, User
from fairground.audit.models import Change
from fairground.cli.main import main
from fairground.collect.core.lists import read_needs, read_offers
from fairground.collect.core.structures import Condition
from fairground.collect.models import Need, Offer
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.language.local_text import LocalText
from fairground.match.core.labels import REASONS, LabelledPair, read_pairs
from fairground.match.core.texts import texts_of_need, texts_of_offer
from fairground.match.core.weights import shipped_weights
from fairground.match.learned_weights import keep_try, use_weights, weights_of
from fairground.match.models import Block, Introduction, IntroductionStep, LearnedWeights, Message
from fairground.match.outcomes import REASON_CODES, hub_labels, hub_lists
from fairground.match.outcomes_export import FILES, NEEDS, OFFERS, OUTCOMES, export_labels
from fairground.taxonomy import code_list

SECRETS = ("zqmessage", "zqremark", "zqthread", "zqdetail", "zqcontact@example.org")


class Outcomes:
    """Needs, offers, and what became of introductions between them."""

    def __init__(self, hub: Hub, now: datetime) -> None:
        self.hub, self.now = hub, now
        self.needs: list[Need] = []
        self.offers: list[Offer] = []

    def need(self, title: str = "腐蚀监测", body: str = "管道腐蚀无法在线测量", **more: Any) -> Need:
        made = Need.objects.create(
            hub=self.hub, kind="need", state="published", title=LocalText(title, f"{title} en"),
            problem=LocalText(body, None), protected_detail=LocalText("zqdetail"),
            contact={"email": "zqcontact@example.org"}, **more,
        )  # fmt: skip
        self.needs.append(made)
        return made

    def offer(self, title: str = "光纤传感", body: str = "灵敏度提高三倍", **more: Any) -> Offer:
        made = Offer.objects.create(
            hub=self.hub, kind="offer", state="published", title=LocalText(title, f"{title} en"),
            description=LocalText(body, None), protected_detail=LocalText("zqdetail"), **more,
        )  # fmt: skip
        self.offers.append(made)
        return made

    def told(
        self, need: Record, offer: Record, state: str, reason: str = "", *, days: int = 0, **more: Any
    ) -> Introduction:
        values: dict[str, Any] = {
            "target_id": offer.pk,
            "own_id": need.pk,
            "message": "zqmessage",
            "remark": "zqremark",
            "expires_at": self.now if state in ("proposed", "asked") else None,
            "asking_answer": "yes",
            "answering_answer": "yes" if state == "agreed" else "",
            **more,
        }
        made: Introduction = Introduction.objects.create(
            hub=self.hub, state=state, since=self.now + timedelta(days=days), reason_code=reason, **values
        )
        IntroductionStep.objects.create(
            introduction=made, at=made.since, actor_name="A", event="x", to_state=state
        )
        return made


@pytest.fixture
def outcomes(hub: Hub, now: datetime) -> Outcomes:
    return Outcomes(hub, now)


def _grades(hub: Hub) -> list[tuple[int, str | None, bool]]:
    return [(pair.grade, pair.reason, pair.teaches) for pair in hub_labels(hub.pk).pairs]


def test_every_reason_of_the_portal_is_one_that_learning_knows() -> None:
    assert set(REASON_CODES) == set(code_list("decline_reason").terms)
    assert set(REASON_CODES.values()) == {reason.code for reason in REASONS}


def test_a_confidential_no_leaves_the_database_as_a_number(outcomes: Outcomes, tmp_path: Path) -> None:
    need, secret_need = outcomes.need(), outcomes.need("保密之需")
    offer, secret_offer = outcomes.offer(), outcomes.offer("保密之果")
    said = outcomes.told(need, offer, "agreed")
    for side in ("asking", "answering"):
        Message.objects.create(
            introduction=said, side=side, author_name="A", at=outcomes.now, text="zqthread"
        )
    outcomes.told(secret_need, secret_offer, "declined", "terms", is_confidential=True)
    outcomes.told(secret_need, offer, "declined", "too-early", is_confidential=True)
    outcomes.told(need, secret_offer, "expired", "no-answer")

    found = export_labels(outcomes.hub.pk, tmp_path)

    assert (found.labels.confidential, found.labels.silent) == (2, 1)
    assert found.labels.pairs == (LabelledPair(need.key, offer.key, 3, None, True),)
    table = (tmp_path / OUTCOMES).read_text("utf-8")
    assert secret_need.key not in table
    assert secret_offer.key not in table
    for name in FILES:
        text = (tmp_path / name).read_text("utf-8")
        for secret in (*SECRETS, "terms", "too_early", "too-early"):
            assert secret not in text, (name, secret)


def test_without_its_confidential_rows_the_export_is_the_same(outcomes: Outcomes, tmp_path: Path) -> None:
    need, offer, other = outcomes.need(), outcomes.offer(), outcomes.offer("另一成果")
    outcomes.told(need, offer, "declined", "outside-field")
    outcomes.told(need, other, "agreed")
    secret = [
        outcomes.told(need, offer, "declined", "too-early", days=9, is_confidential=True),
        outcomes.told(need, other, "declined", "terms", days=9, is_confidential=True),
    ]
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    export_labels(outcomes.hub.pk, tmp_path / "with")
    for one in secret:
        one.steps.all().delete()
        one.delete()
    export_labels(outcomes.hub.pk, tmp_path / "without")
    for name in FILES:
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


def test_what_is_exported_is_read_back_as_it_was(outcomes: Outcomes, tmp_path: Path) -> None:
    need = outcomes.need(
        conditions=(
            Condition(LocalText("检测精度不低于0.1毫米", None), "must"),
            Condition(LocalText("可在停机前安装", None), "should"),
            Condition(LocalText("射线法", None), "must", excluded=True),
        )
    )
    second = outcomes.need("氢气压缩", "=1+1 看起来像公式\n第二行")
    offers = [outcomes.offer(f"成果{number}", "说明") for number in range(5)]
    for offer, (state, reason) in zip(
        offers,
        [
            ("declined", "too-early"),
            ("declined", "outside-field"),
            ("declined", "terms"),
            ("agreed", ""),
            ("asked", ""),
        ],
        strict=True,
    ):
        outcomes.told(need, offer, state, reason)
    outcomes.told(second, offers[0], "declined", "scientific-doubt")
    exported = export_labels(outcomes.hub.pk, tmp_path)

    needs, made = read_needs(tmp_path / NEEDS), read_offers(tmp_path / OFFERS)
    read = read_pairs(
        tmp_path / OUTCOMES, [one.id for one in needs.records], [one.id for one in made.records]
    )
    assert sorted(read.pairs, key=str) == sorted(exported.labels.pairs, key=str)
    assert (read.warnings, needs.warnings, made.warnings) == ((), (), ())
    lists = hub_lists(outcomes.hub.pk, exported.labels.pairs)
    assert [texts_of_need(one) for one in needs.records] == [texts_of_need(one) for one in lists.needs]
    assert [texts_of_offer(one) for one in made.records] == [texts_of_offer(one) for one in lists.offers]


def test_a_hub_that_only_heard_too_early_said_yes_to_nothing(outcomes: Outcomes, tmp_path: Path) -> None:
    need, offer = outcomes.need(), outcomes.offer()
    outcomes.told(need, offer, "declined", "too-early")
    export_labels(outcomes.hub.pk, tmp_path)
    read = read_pairs(tmp_path / OUTCOMES, [need.key], [offer.key])
    assert [pair.grade for pair in read.pairs] == [1]


@pytest.mark.parametrize(
    ("values", "used"),
    [
        ({}, True),
        ({"state": "expired"}, True),
        ({"state": "withdrawn"}, False),
        ({"state": "draft"}, False),
        ({"visibility": "members"}, False),
        ({"visibility": "parties"}, False),
    ],
)
def test_only_what_everybody_may_read_is_used(
    values: dict[str, str], used: bool, outcomes: Outcomes, tmp_path: Path
) -> None:
    need, offer = outcomes.need(), outcomes.offer("zqhidden")
    outcomes.told(need, offer, "agreed")
    Record.objects.filter(pk=offer.pk).update(**values)
    found = export_labels(outcomes.hub.pk, tmp_path)
    assert (len(found.labels.pairs), found.labels.closed) == ((1, 0) if used else (0, 1))
    assert ("zqhidden" in (tmp_path / OFFERS).read_text("utf-8")) == used


def test_blocks_demonstration_and_other_hubs_are_no_labels(outcomes: Outcomes, now: datetime) -> None:
    need, offer = outcomes.need(), outcomes.offer()
    Block.objects.create(hub=outcomes.hub, by_organisation=None, made_at=now, **_blocked())
    outcomes.told(need, offer, "expired", held_for="answering")
    outcomes.told(need, offer, "agreed", demonstration=True)
    other = Hub.objects.create(code="other")
    Introduction.objects.filter(pk=outcomes.told(need, offer, "agreed").pk).update(hub=other)
    assert _grades(outcomes.hub) == []
    assert _grades(other) == []
    Hub.objects.filter(pk=outcomes.hub.pk).update(demonstration=True)
    assert _grades(outcomes.hub) == [(2, None, True)]


def _blocked() -> dict[str, Any]:
    by, against = (User.objects.create_user(f"{name}@example.org", name=name) for name in ("by", "against"))
    return {"by_user": by, "user": against}


def test_labels_take_three_queries(outcomes: Outcomes, django_assert_num_queries: Any) -> None:
    for rows in (1, 3):
        for _ in range(rows):
            outcomes.told(outcomes.need(), outcomes.offer(), "agreed")
        with django_assert_num_queries(3):
            hub_labels(outcomes.hub.pk)


def test_the_command_writes_the_three_files(
    outcomes: Outcomes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    outcomes.told(outcomes.need(), outcomes.offer(), "agreed")
    folder = tmp_path / "deep" / "labels"
    assert main(["labels", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert "1 pairs: 1 accepted (1 needs)" in capsys.readouterr().out
    Hub.objects.create(code="second")
    assert main(["labels", str(tmp_path / "no")]) != 0
    assert not (tmp_path / "no").exists()
    assert main(["labels", str(tmp_path / "yes"), "--hub", "test"]) == 0


@pytest.mark.parametrize("role", ["analyst", "administrator"])
def test_the_page_gives_the_same_files_as_the_command(
    role: str, outcomes: Outcomes, tmp_path: Path, sign_in: Callable[..., Client]
) -> None:
    outcomes.told(outcomes.need(), outcomes.offer(), "agreed")
    export_labels(outcomes.hub.pk, tmp_path)
    content = sign_in(role).get("/en/learning/labels.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert sorted(packed.namelist()) == sorted(FILES)
        for name in FILES:
            assert packed.read(name) == (tmp_path / name).read_bytes()
            assert not any(secret.encode() in packed.read(name) for secret in SECRETS)


# Learning, judged before it is used.

_N = 30
_WORDS = [f"{a}{b}" for a in ("lith", "corro", "ferro", "poly", "nano", "cryo") for b in "bdfgklmnprst"]


def _a_hub_that_goes_by_titles(outcomes: Outcomes, *, at_random: bool = False) -> None:
    """Whoever shares the title is agreed with, whoever shares the text is outside the field; or all by lot."""
    random = np.random.default_rng(5)

    def words(number: int) -> str:
        return " ".join(random.choice(_WORDS, number))

    needs = [outcomes.need(words(4), words(30)) for _ in range(_N)]
    by_title = [outcomes.offer(need.title.zh or "", words(30)) for need in needs]
    by_body = [outcomes.offer(words(4), need.problem.zh or "") for need in needs]
    for number, need in enumerate(needs):
        chosen = by_title[int(random.integers(0, _N)) if at_random else number]
        outcomes.told(need, chosen, "agreed")
        if not at_random:
            outcomes.told(need, by_body[number], "declined", "outside-field")


def _tried(client: Client) -> LearnedWeights:
    assert _worked_off(client).state == "done"
    row: LearnedWeights = LearnedWeights.objects.latest("pk")
    return row


# A job's heartbeat asks from a thread of its own: what the test wrote must be committed.
_SEEN_BY_A_WORKER = pytest.mark.django_db(transaction=True)


def _worked_off(client: Client) -> Job:
    assert client.post("/en/learning/try/").status_code == 302
    job = Job.objects.latest("pk")
    run_job(job.key)
    job.refresh_from_db()
    return job


@_SEEN_BY_A_WORKER
def test_learning_that_helps_can_be_turned_on_and_off(
    outcomes: Outcomes, sign_in: Callable[..., Client]
) -> None:
    _a_hub_that_goes_by_titles(outcomes)
    analyst, administrator = sign_in("analyst"), sign_in("administrator")
    row = _tried(analyst)
    assert row.helped
    assert not row.in_use
    assert row.record["difference_of_ndcg10"]["low"] >= 0
    assert weights_of(outcomes.hub.pk) is None
    assert not any(need.key in str(row.record) for need in outcomes.needs)

    analyst.post("/en/learning/use/", {"number": row.pk})
    assert weights_of(outcomes.hub.pk) is None
    assert "<button>Use</button>" not in analyst.get("/en/learning/").content.decode()
    administrator.post("/en/learning/use/", {"number": row.pk})
    found = weights_of(outcomes.hub.pk)
    assert found is not None
    assert found.version == row.version
    assert found.version.startswith(f"{shipped_weights().version}+learned-")
    assert "Weights this hub learned" in administrator.get("/en/learning/").content.decode()
    administrator.post("/en/learning/use/", {"number": ""})
    assert weights_of(outcomes.hub.pk) is None
    told = Change.objects.filter(kind="learned_weights").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["learn", "weights_on", "weights_off"]


@_SEEN_BY_A_WORKER
def test_learning_that_does_not_help_says_so_and_cannot_be_used(
    outcomes: Outcomes, sign_in: Callable[..., Client]
) -> None:
    _a_hub_that_goes_by_titles(outcomes, at_random=True)
    administrator = sign_in("administrator")
    row = _tried(administrator)
    assert not row.helped
    assert row.data is None
    page = administrator.get("/en/learning/").content.decode()
    assert "no gain beyond doubt: not to be used" in page
    assert "<button>Use</button>" not in page
    answer = administrator.post("/en/learning/use/", {"number": row.pk}, follow=True)
    assert "did not help beyond doubt" in answer.content.decode()
    assert weights_of(outcomes.hub.pk) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        LearnedWeights.objects.filter(pk=row.pk).update(in_use=True)


@_SEEN_BY_A_WORKER
def test_too_few_labels_are_not_learned_from(outcomes: Outcomes, sign_in: Callable[..., Client]) -> None:
    outcomes.told(outcomes.need(), outcomes.offer(), "agreed")
    analyst = sign_in("analyst")
    assert "19" in analyst.get("/en/learning/").content.decode()
    job = _worked_off(analyst)
    assert job.state == "failed"
    assert "Too few labels to learn from" in analyst.get(f"/en/jobs/{job.key}/").content.decode()
    assert not LearnedWeights.objects.exists()


@pytest.mark.parametrize("role", ["member", "broker", "organiser", "registrar"])
def test_the_page_is_not_there_for_others(
    role: str, outcomes: Outcomes, sign_in: Callable[..., Client], client: Client
) -> None:
    somebody = sign_in(role)
    for page in ("", "labels.zip"):
        assert somebody.get(f"/en/learning/{page}").status_code == 404
        assert client.get(f"/en/learning/{page}").status_code == 302
    for address in ("try", "use"):
        assert somebody.post(f"/en/learning/{address}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "1" * 30])
def test_weights_that_are_not_there_are_not_turned_on(number: str, sign_in: Callable[..., Client]) -> None:
    assert sign_in("administrator").post("/en/learning/use/", {"number": number}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    rows: int, outcomes: Outcomes, sign_in: Callable[..., Client], django_assert_num_queries: Any
) -> None:
    client = sign_in("administrator")
    for _ in range(rows):
        _keep(outcomes)
    client.get("/en/learning/")
    with django_assert_num_queries(8):
        assert len(client.get("/zh/learning/").context["tries"]) == rows


def _keep(outcomes: Outcomes, *, helped: bool = True) -> LearnedWeights:
    figures = {"ndcg10": 0.5, "mean_rank_of_accepted": 3.0}
    return keep_try(
        actor=system(outcomes.hub.pk),
        base="1",
        weights=shipped_weights() if helped else None,
        record={
            "labels": {"accepted": 20},
            "cross_validation": {"base": figures, "learned": figures},
            "difference_of_ndcg10": {"mean": 0.1, "low": 0.0, "high": 0.2, "p": 0.01},
        },
        now=outcomes.now,
    )


def test_one_set_of_weights_is_in_use_at_a_time(outcomes: Outcomes, now: datetime) -> None:
    actor = system(outcomes.hub.pk)
    first, second = _keep(outcomes), _keep(outcomes)
    for _ in range(2):
        changed = [use_weights(actor=actor, number=row.pk, now=now) for row in (first, second, second)]
        assert changed == [True, True, False]
    assert list(LearnedWeights.objects.filter(in_use=True)) == [second]
    refused = _keep(outcomes, helped=False)
    with pytest.raises(NotAllowedError):
        use_weights(actor=actor, number=refused.pk, now=now)
    with pytest.raises(NotFoundError):
        use_weights(actor=system(Hub.objects.create(code="other").pk), number=first.pk, now=now)


def test_weights_of_another_version_of_the_program_are_passed_over(outcomes: Outcomes, now: datetime) -> None:
    row = _keep(outcomes)
    LearnedWeights.objects.filter(pk=row.pk).update(version="older", data=b"not what was written")
    use_weights(actor=system(outcomes.hub.pk), number=row.pk, now=now)
    assert weights_of(outcomes.hub.pk) is None


def test_nobody_without_the_right_keeps_a_try(outcomes: Outcomes, make_actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotFoundError):
        keep_try(actor=make_actor("broker"), base="1", weights=None, record={}, now=outcomes.now)
