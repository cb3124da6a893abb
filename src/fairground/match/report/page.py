"""The report: one self-contained HTML page, to read on any screen and to print."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from django.template import Context, Engine
from django.utils.safestring import SafeString

from fairground import __version__
from fairground.collect.core.records import Need, Offer
from fairground.kernel.tables import TableWarning
from fairground.match.core.results import Evidence, MatchRun
from fairground.match.report.markup import both, clip, printed
from fairground.match.report.reading import standing
from fairground.match.report.view import RunView, SubjectView
from fairground.match.report.wording import count_phrase, day_phrase
from fairground.web import tokens_css

LANGUAGES = ("zh", "en")
_WARNINGS_LISTED = 500


@dataclass(frozen=True, slots=True)
class Figure:
    """One living figure: a number, what it counts, and the list behind it."""

    number: SafeString
    label: SafeString
    target: str


def render_report(
    run: MatchRun,
    *,
    generated: date,
    language: str = "zh",
    warnings: Iterable[TableWarning] = (),
    warning_count: int | None = None,
    completeness: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """Return the whole report as one HTML page that asks nothing of any other file or server.

    Parameters
    ----------
    run : MatchRun
    generated : date the report is dated with; deadlines before it are marked as passed
    language : 'zh' or 'en', the language shown first; the reader can switch without JavaScript
    warnings : remarks on input rows, of both lists; the first 500 are listed
    warning_count : how many remarks there were in all, where `warnings` holds only some; ≥ len(warnings)
    completeness : need id → the clinic's score, 0–100; a need that is not in it shows none

    Raises
    ------
    ValueError: an unknown `language`, or a pair that names a record which is not in the run's lists.

    Cost: linear in the pairs; texts are cut to length, so that one huge cell cannot swell the page.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}; the report speaks 'zh' and 'en'")
    view = RunView(run, generated, completeness)
    remarks = tuple(warnings)
    remark_count = max(len(remarks), warning_count or 0)
    contradictions = view.contradictions()
    style = _style(run, generated)
    context = {
        "language": language,
        "style": SafeString(style),
        "policy": _policy(style),
        "run": run,
        "both_sides": run.direction == "both",
        "primary": view.primary,
        "names": (_file_names(run.needs), _file_names(run.offers)),
        "generated": both(*day_phrase(generated)),
        "version": __version__,
        "method": printed(f"{run.method} {run.method_version}", 80),
        "figures": _figures(view, len(contradictions)),
        "contents": view.contents(),
        "subjects": _subjects(view, view.primary),
        "counterparts": _subjects(view, view.secondary),
        "contradictions": contradictions,
        "notes": [both(clip(zh, 400), clip(en, 400)) for zh, en in run.notes],
        "demonstration": any(need.demonstration for need in run.needs)
        or any(offer.demonstration for offer in run.offers),
        "warnings": [
            (printed(w.place(), 120), both(clip(w.message_zh, 300), clip(w.message_en, 300)))
            for w in remarks[:_WARNINGS_LISTED]
        ],
        "warning_count": both(*count_phrase(remark_count)),
        "warnings_more": remark_count - min(len(remarks), _WARNINGS_LISTED),
    }
    # Numbers are printed by us: Django's own formatting would look for a settings module.
    page = _engine().get_template("match/report.html").render(Context(context, use_l10n=False, use_tz=False))
    return str(page)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    folder = Path(str(files("fairground.match") / "templates"))
    return Engine(dirs=[str(folder)], builtins=["fairground.match.report.tags"], autoescape=True)


def _subjects(view: RunView, side: str) -> Iterator[SubjectView]:
    return (view.subject(side, index) for index in range(len(view.records(side))))


def _figures(view: RunView, contradictions: int) -> tuple[Figure, ...]:
    standings = [standing(matches) for matches in view.pairs_by(view.primary)]
    need_side = view.primary == "needs"
    one, subjects, other = ("条需求", "needs", "供给") if need_side else ("项供给", "offers", "需求")
    counted = (
        (len(view.run.needs), ("条需求", "needs"), "needs"),
        (len(view.run.offers), ("项供给", "offers"), "offers"),
        (
            standings.count(Evidence.ENOUGH),
            (f"{one}依据充分", f"{subjects} with enough evidence"),
            "grade-enough",
        ),
        (
            standings.count(Evidence.NONE),
            (f"{one}暂无合适{other}", f"{subjects} with nothing suitable"),
            "grade-none",
        ),
        (contradictions, ("对含抵触之处", "pairs with a contradiction"), "contradictions"),
    )
    return tuple(Figure(both(*count_phrase(n)), both(*label), target) for n, label, target in counted)


def _file_names(records: Iterable[Need | Offer]) -> SafeString:
    files_read = dict.fromkeys(r.origin.file.replace("\\", "/").rsplit("/", 1)[-1] for r in records)
    return SafeString(" · ".join(printed(name, 60) for name in files_read))


def _style(run: MatchRun, generated: date) -> str:
    own = (files("fairground.match") / "templates" / "match" / "report.css").read_text(encoding="utf-8")
    foot = _css_string(
        f"Fairground {__version__} · {clip(run.method, 40)} {clip(run.method_version, 40)} · {generated}"
    )
    return f"{tokens_css()}{own}\n@page {{ @bottom-left {{ content: {foot}; }} }}\n"


def _css_string(text: str) -> str:
    """Quote for CSS; all but plain letters become code points: no text can end the string or the tag."""
    return (
        '"'
        + "".join(c if c.isascii() and (c.isalnum() or c in " .-") else f"\\{ord(c):06x}" for c in text)
        + '"'
    )


def _policy(style: str) -> str:
    """Return the content-security policy: nothing may load or run; only this very style sheet applies."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
