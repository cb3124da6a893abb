"""What every page of the house shares: the design tokens, base templates, components, and how texts read."""

from importlib.resources import files


def tokens_css() -> str:
    """Return the design tokens (colours, type scale, spacing) as CSS text, light and dark."""
    return (files(__package__) / "static" / "web" / "tokens.css").read_text(encoding="utf-8")
