"""Records of the catalogue as matching reads them: nothing lost that is public, nothing carried that is not."""

from dataclasses import fields
from datetime import date
from typing import Any

from fairground.accounts.core.structures import Contact
from fairground.accounts.models import Organisation
from fairground.collect import models
from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.collect.core.structures import Condition, Maturity, Price, Right
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_codes

SECRET = "SECRET-7413"


def _text(name: str) -> LocalText:
    return LocalText(f"{name}甲", f"{name} a")


def _offer(**values: Any) -> models.Offer:
    organisation = Organisation(pk=5, title=LocalText("示例·研究所", "Example Institute"))
    return models.Offer(
        key="0offer000000",
        kind="offer",
        organisation=organisation,
        contact=Contact(SECRET, f"{SECRET}@example.org", SECRET),
        protected_detail=LocalText(SECRET, SECRET),
        **values,
    )


def test_offer_carries_every_public_text_and_value() -> None:
    names = (
        "title", "summary", "description", "problem_solved", "advantage", "economics", "material", "method",
        "efficacy", "product", "application", "evidence", "deployed", "keywords",
    )  # fmt: skip
    row = _offer(
        **{name: _text(name) for name in names},
        benefits=LocalText("节水", None),
        fields=("new_materials", "no-such-code"),
        trl=6,
        maturity=(Maturity(6, LocalText("膜", "membrane"), assessed_on=date(2026, 5, 1)),),
        rights=(Right("patent", "CN-1", "CN", "granted", "owner"), Right("odd")),
        price=Price(100, 200, "CNY", "about", "约1–2元"),
        valid_until=date(2027, 1, 1),
        region="130600",
        partnership=("licence",),
        export_restriction="none",
        demonstration=True,
    )
    offer = plain_offer(row, source="catalogue", position=3)
    assert {name: offer.texts[name] for name in names} == {name: _text(name) for name in names}
    assert set(offer.texts) - set(names) <= {"field"}
    assert (offer.id, offer.origin) == ("0offer000000", Origin("catalogue", None, 3))
    assert offer.organisation == "示例·研究所 Example Institute"
    assert (offer.trl, offer.trl_note) == (6, "TRL 6 · 膜 · 2026-05-01")
    assert offer.price == MoneyRange(100, 200, "CNY", "about", "约1–2元")
    assert [code for place in offer.regions for code in region_codes(place)] == ["130000"]
    assert offer.ipr == "授权专利 Granted patent · CN-1 · CN · granted\nodd"
    assert (offer.valid_until, offer.partnership) == (date(2027, 1, 1), ("licence",))
    assert (offer.export_restriction, offer.demonstration, offer.extra) == (
        "none",
        True,
        {"benefits": "节水"},
    )


def test_need_carries_its_requirements() -> None:
    row = models.Need(
        key="0need0000000",
        kind="need",
        title=_text("title"),
        summary=_text("summary"),
        problem=LocalText(None, "leaks"),
        conditions=(
            Condition(LocalText("误差不超过 0.1 mm", "error at most 0.1 mm")),
            Condition(LocalText(None, "quiet"), "should"),
            Condition(LocalText("不用酸", None), excluded=True),
            Condition(LocalText()),
        ),
        trl=5,
        budget=Price(low_minor=5, quote="x"),
        deadline=date(2027, 2, 2),
        country="DE",
        rights_expected=LocalText("共有", "shared"),
        eligible=LocalText("高校", None),
    )
    need = plain_need(row)
    assert need.texts == {
        "title": _text("title"),
        "abstract": _text("summary"),
        "problem": LocalText(None, "leaks"),
    }
    assert need.requirements == (
        Requirement("误差不超过 0.1 mm"),
        Requirement("quiet", "should"),
        Requirement("不用酸", excluded=True),
    )
    assert (need.trl_min, need.budget, need.deadline) == (
        5,
        MoneyRange(5, None, "CNY", "", "x"),
        date(2027, 2, 2),
    )
    assert ([code for place in need.regions for code in region_codes(place)], need.ipr) == (
        ["DE"],
        "共有\nshared",
    )
    assert need.extra == {"eligible": "高校"}


def test_nothing_protected_is_carried() -> None:
    need = models.Need(
        key="n", protected_detail=LocalText(SECRET, SECRET), contact=Contact(SECRET, SECRET, SECRET)
    )
    carried: list[Offer | Need] = [plain_offer(_offer()), plain_need(need)]
    said = " ".join(str(getattr(record, field.name)) for record in carried for field in fields(record))
    assert SECRET not in said


def test_an_empty_record_says_nothing_it_does_not_know() -> None:
    assert plain_offer(models.Offer(key="o")) == Offer(id="o", origin=Origin("", None, 0), texts={})
    assert plain_need(models.Need(key="n")) == Need(id="n", origin=Origin("", None, 0), texts={})
