"""The tables of docs/records.md, made from the layouts and code lists: `./dev python tests/docs/record_tables.py`.

A test compares the page with what this makes, so that the two cannot differ.
"""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fairground.accounts.core.roles import ROLES
from fairground.accounts.core.states import MOVES
from fairground.taxonomy import code_list
from fairground.taxonomy import lists as taxonomy

if TYPE_CHECKING:
    from fairground.accounts.kinds import FieldSpec

PAGE = Path(__file__).resolve().parents[2] / "docs" / "records.md"
_BEGIN, _END = "<!-- made by tests/docs/record_tables.py: {} -->", "<!-- end -->"
_FIELD_HEAD = ("field", "中文", "English", "shape", "")


def with_tables(page: str) -> str:
    """Return the page with every table between its marks made anew. Raises ValueError for a table without marks."""
    for name, rows in tables().items():
        begin = _BEGIN.format(name)
        before, found, rest = page.partition(f"{begin}\n")
        _, ended, after = rest.partition(_END)
        if not (found and ended):
            raise ValueError(f"docs/records.md has no place for '{name}': add '{begin}' and '{_END}'")
        page = before + "\n".join((begin, *_lines(rows), _END)) + after
    return page


def tables() -> dict[str, list[tuple[str, ...]]]:
    """Return the rows of each table by its name, the heading first. Django must be ready."""
    from fairground.accounts.kinds import kinds

    times = Counter(spec for kind in kinds() for spec in kind.layout)
    shared = [spec for spec, number in times.items() if number > len(kinds()) // 2]
    found = {"kinds": _kinds(), "states": _states(), "code lists": _code_lists()}
    found["shared"] = [
        (*_FIELD_HEAD, "not in"),
        *(
            (*_field(spec), ", ".join(kind.code for kind in kinds() if spec not in kind.layout))
            for spec in shared
        ),
    ]
    for kind in kinds():
        found[kind.code] = _fields(spec for spec in kind.layout if spec not in shared)
    return found


def _lines(rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["|" + "|".join(f" {cell} " if cell else " " for cell in row) + "|" for row in rows]
    rule = "| " + " | ".join("---" for _ in range(lines[0].count("|") - 1)) + " |"
    return [lines[0], rule, *lines[1:]]


def _kinds() -> list[tuple[str, ...]]:
    from fairground.accounts.kinds import kinds

    rows: list[tuple[str, ...]] = [("kind", "中文", "what", "added by the roles")]
    for kind in kinds():
        what = (kind.model.__doc__ or "").splitlines()[0]
        roles = ", ".join(role.name.en or "" for role in ROLES.values() if kind.added_with in role.allows)
        rows.append((f"[`{kind.code}`](#{kind.code})", kind.label.zh or "", what, roles))
    return rows


def _states() -> list[tuple[str, ...]]:
    return [
        ("step", "from", "to", "by", "reason"),
        *(
            (
                move.name,
                ", ".join(move.sources),
                move.target,
                ", ".join(move.by),
                "needed" if move.needs_reason else "–",
            )
            for move in MOVES.values()
        ),
    ]


def _fields(specs: "Iterable[FieldSpec]") -> list[tuple[str, ...]]:
    return [_FIELD_HEAD, *map(_field, specs)]


def _field(spec: "FieldSpec") -> tuple[str, ...]:
    parts = ", ".join(part.name for part in spec.parts if part.name)
    remarks = (
        "required" if spec.required else "",
        "" if spec.access == "open" else f"opened by a grant of scope *{spec.access}*",
        "searched" if spec.searched else "",
        f"codes of `{spec.code_list}`" if spec.code_list else "",
        f"of kind {spec.kind}" if spec.kind else "",
        f"parts: {parts}" if parts else "",
    )
    names = (f"`{spec.name}`", spec.label.zh or "", spec.label.en or "", spec.shape)
    return (*names, "; ".join(filter(None, remarks)))


def _code_lists() -> list[tuple[str, ...]]:
    folder = Path(taxonomy.__file__).parent / "data"
    rows: list[tuple[str, ...]] = [("list", "中文", "English", "version", "terms", "source")]
    for path in sorted(folder.glob("*.tsv")):
        if "@" not in path.stem:
            found = code_list(path.stem)
            name = f"`{found.code}`"
            rows.append((name, found.zh, found.en, found.version, str(len(found.terms)), found.source))
    return rows


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairground.config.settings")
    import django

    django.setup()
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), encoding="utf-8")
