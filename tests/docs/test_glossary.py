"""The glossary keeps one word an idea, each with its Chinese, its meaning and its source."""

from pathlib import Path

from fairground.accounts.kinds import kinds

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
SOURCES = {"S", "P", "D", "K", "IR"}


def read_rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if row[0] not in {"term", "---"}]


def test_every_term_has_chinese_meaning_and_a_known_source() -> None:
    for row in read_rows():
        assert len(row) == 4, row
        assert all(row), row
        assert row[3] in SOURCES, row


def test_no_term_is_explained_twice() -> None:
    terms = [row[0].lower() for row in read_rows()]
    assert len(set(terms)) == len(terms)


def test_the_words_of_the_code_are_explained() -> None:
    terms = {row[0].lower() for row in read_rows()}
    needed = {
        *("offer", "need", "requirement", "verdict", "met", "missing", "contradicted", "evidence grade"),
        *("flag", "completeness", "reference population", "hubness", "query", "candidate", "relevance"),
        *("gain", "ndcg@k", "recall@k", "mrr@k", "token", "n-gram", "near-duplicate", "static vector"),
        *("record", "kind", "edition", "session", "exhibit", "publication", "facility", "dataset", "tool"),
        *("layout", "state", "revision", "provenance", "visibility", "actor", "role", "grant", "audience"),
        *("change log", "consent", "erasure", "catalogue", "facet", "saved search", "digest", "feed"),
        *("job", "duty", "panel", "outbox", "desk", "editor's queue", "code list", "edit conflict"),
    }
    assert needed - terms == set()


def test_every_kind_of_record_is_explained() -> None:
    terms = {row[0].lower() for row in read_rows()}
    unlisted = {"person", "scenario"}  # *person* is the everyday word; *scenario* stands with *pilot*
    assert {kind.code for kind in kinds()} - unlisted - terms == set()
