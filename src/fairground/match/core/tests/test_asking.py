"""English prose: what is asked of the solution, against what is described or asked of the bidder."""

import pytest

from fairground.collect.core.records import Need, Origin
from fairground.language.local_text import LocalText
from fairground.match.core.asking import asks, title_stems
from fairground.match.core.requirements import requirements_of

TITLE = title_stems("Tunable infrared notch filter")


@pytest.mark.parametrize(
    "sentence",
    [
        "The filter should reject at least 90 % of the light.",
        "The system must operate from 24 V.",
        "It shall not exceed 3 kg.",
        "The agency seeks a compact filter for field use.",
        "Minimum capacity [mAh] = 80",
        "Develop a filter with a linewidth of less than 200 nm.",
    ],
)
def test_asks_of_the_solution(sentence: str) -> None:
    assert asks(sentence, TITLE)


@pytest.mark.parametrize(
    "sentence",
    [
        "These circuits require supply voltages of 0.3 to 0.7 V.",
        "Commercially available batteries are limited to more than 1.2 V.",
        "Recent advances achieve power levels as low as 10 nW.",
        "The contractor shall deliver a final report.",
        "Testing shall demonstrate compliance with the standard.",
        "Current filters must be cooled to 77 K.",
        "Infrared lasers are used in many factories.",
    ],
)
def test_asks_leaves_descriptions_and_duties_of_the_bidder(sentence: str) -> None:
    assert not asks(sentence, TITLE)


def test_requirements_of_english_prose_keeps_only_what_is_asked() -> None:
    abstract = (
        "Infrared lasers are widely used. Current filters are limited to 60 % rejection. "
        "The filter must reject at least 90 % of the light. The contractor shall submit monthly reports."
    )
    texts = {"title": LocalText(en="Infrared notch filter"), "abstract": LocalText(en=abstract)}
    found = requirements_of(Need("N1", Origin("list.csv", None, 2), texts))
    assert [item.text for item in found] == ["The filter must reject at least 90 % of the light"]
