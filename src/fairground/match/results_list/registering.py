"""What lists tell the rest of the house when Django starts."""

from fairground.match.results_list import held, tasks
from fairground.match.results_list.views import list_panel
from fairground.web.panels import register_panel


def register() -> None:
    """Register the jobs, the panel on a publication's page, and what is held on a person."""
    tasks.register()
    held.register()
    register_panel("record", list_panel, order=12)
