"""The page on which a hub sees what its outcomes teach, tries it, and turns learned weights on or off."""

import io
import zipfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from fairground.accounts.core.roles import LEARN_WEIGHTS, MANAGE_HUB
from fairground.accounts.errors import AccountsError, NotFoundError
from fairground.collect.views import answers
from fairground.jobs.errors import JobFailedError
from fairground.jobs.holders import holder_of
from fairground.jobs.services import enqueue_job
from fairground.language.local_text import LocalText
from fairground.match.core.learning_record import LEAST_ACCEPTED, LEAST_NEEDS, missing_labels
from fairground.match.core.weights import shipped_weights
from fairground.match.learned_weights import tries_of, use_weights
from fairground.match.models import LearnedWeights
from fairground.match.outcomes import hub_labels
from fairground.match.outcomes_export import FILES, export_labels
from fairground.match.outcomes_learning import LEARN
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

View = Callable[..., HttpResponse]
_MOST_TRIES = 20


def _for_learners(view: View) -> View:
    """To whoever does not learn from outcomes the page is not there."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.actor.may(LEARN_WEIGHTS):
            raise NotFoundError
        return view(request, *args, **kwargs)

    return answers(answer)


@require_safe
@_for_learners
def show_learning(request: HttpRequest) -> HttpResponse:
    """How many labels there are, what was tried, and which weights are in use."""
    labels = hub_labels(request.actor.hub_id)
    tries = tries_of(request.actor, _MOST_TRIES)
    more_pairs, more_needs = missing_labels(labels.counts)
    return render(
        request,
        "match/learning/learning.html",
        {
            "labels": labels,
            "counts": labels.counts,
            "more_pairs": more_pairs,
            "more_needs": more_needs,
            "least_accepted": LEAST_ACCEPTED,
            "least_needs": LEAST_NEEDS,
            "tries": [_shown(row) for row in tries],
            "in_use": next((row for row in tries if row.in_use), None),
            "shipped": shipped_weights().version,
            "may_use": request.actor.may(MANAGE_HUB),
        },
    )


@require_safe
@_for_learners
def download_labels(request: HttpRequest) -> HttpResponse:
    """The labels and both lists, as `fairground labels` writes them, in one file."""
    content = io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        export_labels(request.actor.hub_id, Path(folder))
        for name in FILES:
            packed.write(Path(folder) / name, name)
    return HttpResponse(
        content.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="labels.zip"'},
    )


def _shown(row: LearnedWeights) -> dict[str, Any]:
    figures, difference = row.record["cross_validation"], row.record["difference_of_ndcg10"]
    return {
        "number": row.pk,
        "made_at": row.made_at,
        "helped": row.helped,
        "in_use": row.in_use,
        "version": row.version,
        "labels": row.record["labels"],
        "before": figures["base"],
        "after": figures["learned"],
        "mean": f"{difference['mean']:+.3f}",
        "low": f"{difference['low']:+.3f}",
        "high": f"{difference['high']:+.3f}",
        "p": f"{difference['p']:.3f}",
    }


@require_POST
@limit("match")
@_for_learners
def try_learning(request: HttpRequest) -> HttpResponse:
    """Start the job that tries; its page shows how far it is."""
    try:
        job = enqueue_job(LEARN, holder=holder_of(request), now=timezone.now())
    except JobFailedError as error:
        messages.error(request, error.message.in_language(readers_language()))
        return HttpResponseRedirect(reverse("match:learning"))
    return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))


@require_POST
@limit("write")
@_for_learners
def choose_weights(request: HttpRequest) -> HttpResponse:
    """Turn weights on, or back to the shipped ones."""
    text = request.POST.get("number", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    if text and number is None:
        raise NotFoundError
    language = readers_language()
    try:
        use_weights(actor=request.actor, number=number, now=timezone.now())
    except NotFoundError:
        raise
    except AccountsError as error:
        messages.error(request, error.message.in_language(language))
    else:
        said = (
            LocalText("已启用，目录将按它重新匹配。", "In use: the catalogue is matched by it.")
            if number is not None
            else LocalText("已改回自带的权重。", "Back to the shipped weights.")
        )
        messages.success(request, said.in_language(language))
    return HttpResponseRedirect(reverse("match:learning"))
