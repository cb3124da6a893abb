"""What every page of the house shares: the design tokens."""

from importlib.resources import files


def tokens_css() -> str:
    """Return the design tokens (colours, type scale, spacing) as CSS text, light and dark."""
    return (files(__package__) / "tokens.css").read_text(encoding="utf-8")
