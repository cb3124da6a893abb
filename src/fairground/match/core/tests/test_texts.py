"""Which words of a record ranking reads, and which it never sees."""

import dataclasses

from fairground.collect.core.records import (
    NEED_TEXT_FIELDS,
    OFFER_TEXT_FIELDS,
    Need,
    Offer,
    Origin,
    Requirement,
)
from fairground.language.local_text import LocalText
from fairground.match.core.texts import FieldTexts, texts_of_need, texts_of_offer

ORIGIN = Origin("list.csv", None, 2)


def need(**texts: LocalText) -> Need:
    return Need("N-1", ORIGIN, texts)


def test_every_text_field_is_read_once_in_both_languages() -> None:
    texts = {name: LocalText(f"{name}-zh", f"{name}-en") for name in {*NEED_TEXT_FIELDS, *OFFER_TEXT_FIELDS}}
    for fields, read in (
        (NEED_TEXT_FIELDS, texts_of_need(Need("N", ORIGIN, texts))),
        (OFFER_TEXT_FIELDS, texts_of_offer(Offer("O", ORIGIN, texts))),
    ):
        assert read.title == "title-zh\ntitle-en"
        assert sorted(read.body.split("\n")) == sorted(
            f"{name}-{side}" for name in fields if name != "title" for side in ("zh", "en")
        )


def test_what_is_asked_for_and_what_is_offered_lead() -> None:
    wanted = need(
        keywords=LocalText("k"), problem=LocalText("p"), wanted_outcome=LocalText("w"), field=LocalText("f")
    )
    assert texts_of_need(wanted) == FieldTexts("", "w\np\nk\nf")
    texts = {"material": LocalText("m"), "advantage": LocalText("a"), "summary": LocalText(None, "s")}
    assert texts_of_offer(Offer("O", ORIGIN, texts)) == FieldTexts("", "s\na\nm")


def test_requirements_are_read_and_refusals_are_not() -> None:
    demanding = dataclasses.replace(
        need(title=LocalText("t"), problem=LocalText("p")),
        requirements=(
            Requirement("≥ 97 %"),
            Requirement("no solvents", excluded=True),
            Requirement("light", "should"),
        ),
    )
    assert texts_of_need(demanding) == FieldTexts("t", "p\n≥ 97 %\nlight")


def test_names_places_and_unknown_columns_are_not_read() -> None:
    offer = Offer(
        "O-17", ORIGIN, {"title": LocalText("t")}, organisation="Example Works", trl_note="built", regions=("Tianjin",),
        ipr="patent", export_restriction="licence", extra={"note": "secret"},
    )  # fmt: skip
    assert texts_of_offer(offer) == FieldTexts("t", "")
    asking = dataclasses.replace(
        need(title=LocalText("t")), extra={"note": "secret"}, regions=("Tianjin",), ipr="ours"
    )
    assert texts_of_need(asking) == FieldTexts("t", "")


def test_an_empty_record_is_empty() -> None:
    assert texts_of_need(need()) == FieldTexts("", "")
    assert texts_of_offer(Offer("O", ORIGIN, {"title": LocalText()})) == FieldTexts("", "")
