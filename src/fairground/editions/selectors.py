"""Reading editions: the one of now, its figures, its programme."""

from django.db.models import F, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.policies import readable
from fairground.editions.models import Edition, Figure, Session


def current_edition(actor: Actor) -> Edition | None:
    """Return the latest edition the actor may see. One query."""
    return Edition.objects.filter(readable(actor)).order_by("-year", "-pk").first()


def figures_of(edition: Edition, *, leading: bool = False) -> QuerySet[Figure]:
    """Return an edition's figures in their order; only those shown large where `leading`."""
    figures = Figure.objects.filter(edition=edition)
    return figures.filter(is_leading=True) if leading else figures


def sessions_of(actor: Actor, edition: Edition) -> QuerySet[Session]:
    """Return the sessions of an edition that the actor may see, by day; those without a day last."""
    sessions = Session.objects.filter(readable(actor), edition=edition)
    return sessions.order_by(F("held_on").asc(nulls_last=True), "starts_at", "pk")
