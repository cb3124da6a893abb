"""The page's figures are those of the document, and the best other method is the best one there."""

from pathlib import Path

from fairground.match.core.figures import Figure, shipped_figures

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "measurements" / "match.md"


def figures_of_document() -> list[Figure]:
    rows: dict[str, list[list[str]]] = {}
    protocol = ""
    for line in DOCUMENT.read_text("utf-8").split("\n## ")[0].splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]
        if len(cells) == 11 and cells[8].isdigit():
            protocol = cells[0] or protocol
            rows.setdefault(protocol, []).append(cells)
    found = []
    for protocol, methods in rows.items():
        ours = next(cells for cells in methods if cells[1] == "ours")
        others = [cells for cells in methods if not cells[1].startswith("ours")]
        best = max(others, key=lambda cells: float(cells[2]))
        found.append(
            Figure(
                protocol,
                float(ours[2]),
                float(ours[3]),
                float(ours[5]),
                float(ours[7]),
                int(ours[8]),
                best[1],
                float(best[2]),
            )
        )
    return found


def test_every_protocol_of_the_document_is_shown_with_its_figures() -> None:
    assert list(shipped_figures().rows) == figures_of_document()
    assert len(shipped_figures().rows) == 9


def test_date_and_state_are_those_of_the_document() -> None:
    opening = DOCUMENT.read_text("utf-8").split("\n\n")[1]
    assert f"Measured {shipped_figures().measured_on} " in opening
    assert f"`{shipped_figures().commit}`" in opening
