"""A text in Chinese and English side by side: what every record carries for its title, summary and the like."""

from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class LocalText:
    """One text in Chinese and English side by side; a missing side is None, never filled without a mark.

    `machine` names the sides that a program translated and nobody has confirmed ('zh', 'en').
    """

    zh: str | None = None
    en: str | None = None
    machine: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def in_language(self, language: str) -> str:
        """Return the text for a reader of `language` ('zh' or 'en'), or the other side, or ''."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second or ""

    def both(self) -> str:
        """Return both sides joined by a line break, Chinese first: what a search index reads."""
        return "\n".join(side for side in (self.zh, self.en) if side)

    def languages(self) -> tuple[str, ...]:
        """Return the languages a person wrote the text in; machine-filled sides do not count."""
        return tuple(code for code in LANGUAGES if getattr(self, code) and code not in self.machine)
