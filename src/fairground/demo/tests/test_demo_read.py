"""The demonstration says what its source says and no more; what is invented is marked and carries invented names."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import chain

import pytest
from pydantic import TypeAdapter, ValidationError

from fairground.accounts.core.roles import ROLES
from fairground.demo.platforms import make_platforms
from fairground.demo.read import read_demonstration, sample_organisation_ref
from fairground.demo.shapes import Entry, Figure, Organisation
from fairground.language.near_duplicates import find_near_duplicates
from fairground.places.core.regions import region_of
from fairground.taxonomy import code_list

DEMO = read_demonstration()
ENTRIES = DEMO.entries()
REAL = [entry for entry in ENTRIES if not entry.demonstration]
INVENTED = [entry for entry in ENTRIES if entry.demonstration]
HOSTS = [*DEMO.edition.hosts, *chain.from_iterable(session.hosts for session in DEMO.sessions)]
TOLD: list[Entry | Figure] = [*REAL, *DEMO.figures]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def test_every_kind_has_records() -> None:
    counts = Counter(entry.ref.split(":")[0] for entry in ENTRIES)
    assert counts == {
        "hub": 1,
        "zone": 9,
        "park": 18,
        "org": len(DEMO.organisations),
        "person": 32,
        "edition": 1,
        "session": 19,
        "platform": 320,
        "facility": 30,
        "dataset": 8,
        "tool": 8,
        "scenario": 2,
        "publication": 13,
        "exhibit": 14,
        "account": 12,
    }
    assert (len(DEMO.offers), len(DEMO.needs), len(DEMO.figures)) == (60, 46, 75)


def test_refs_are_unique() -> None:
    refs = Counter(chain((entry.ref for entry in ENTRIES), (figure.ref for figure in DEMO.figures)))
    assert [ref for ref, count in refs.items() if count > 1] == []


def test_every_ref_resolves() -> None:
    known = {entry.ref for entry in ENTRIES} | {figure.ref for figure in DEMO.figures}
    known |= {f"offer:{offer.id}" for offer in DEMO.offers}
    kinds = "|".join(sorted({ref.split(":")[0] for ref in known}))
    named = set(re.findall(rf"'((?:{kinds}):[A-Za-z0-9-]+)'", repr(DEMO)))
    assert len(named) > 500
    assert named - known == set()


def test_every_code_is_in_its_list() -> None:
    used = {
        "organisation_kind": [organisation.organisation_kind for organisation in DEMO.organisations],
        "session_format": [session.session_format for session in DEMO.sessions],
        "host_role": [host.role for host in HOSTS],
        "publication_type": [publication.publication_type for publication in DEMO.publications],
        "platform_type": [platform.platform_type for platform in DEMO.platforms],
        "facility_type": [facility.facility_type for facility in DEMO.facilities],
        "resource_type": [dataset.resource_type for dataset in DEMO.datasets],
        "tool_type": [tool.tool_type for tool in DEMO.tools],
        "fields": [code for entry in ENTRIES for code in getattr(entry, "fields", ())],
    }
    for name, codes in used.items():
        assert codes
        assert set(codes) - {term.code for term in code_list(name)} == set(), name


def test_every_region_and_country_is_known() -> None:
    regions = [code for entry in ENTRIES for code in getattr(entry, "regions", ())]
    regions += [code for entry in ENTRIES for code in [getattr(entry, "region", "")] if code]
    countries = [code for entry in ENTRIES for code in [getattr(entry, "country", "")] if code]
    # Districts and cities by their six digits; the list of names holds provinces.
    provinces = [f"{code[:2]}0000" if code.isdigit() else code for code in regions]
    assert [code for code in [*provinces, *countries] if region_of(code) is None] == []


def test_what_is_invented_has_an_invented_name() -> None:
    for entry in INVENTED:
        sides = [side for side in (entry.title.zh, entry.title.en) if side]
        assert all(side.startswith(("示例", "Example ")) for side in sides), entry.ref
        assert entry.provenance.source == "invented"


def test_what_is_real_says_where_it_is_from() -> None:
    sources = {source.ref for source in DEMO.sources}
    for entry in TOLD:
        assert entry.provenance.source in sources - {"invented"}, entry.ref
        assert entry.provenance.quote, entry.ref
    assert not [entry.ref for entry in REAL if "示例" in f"{entry.title.zh}{entry.summary.zh}"]


def test_no_real_organisation_owns_anything_invented() -> None:
    invented = {entry.ref for entry in INVENTED}
    owners = [
        owner
        for entry in INVENTED
        for name in ("organisation", "publisher")
        if (owner := getattr(entry, name, ""))
    ]
    assert len(owners) > 300
    assert set(owners) - invented == set()


def test_no_number_of_a_real_record_is_missing_from_the_source() -> None:
    quotes = " ".join(entry.provenance.quote for entry in TOLD).replace(",", "")
    quoted = set(NUMBER.findall(quotes))
    # The same amounts in Chinese units, and the days of the edition, which the quote writes '25–29 April'.
    quoted |= {"1132.9", "4", "5"}
    for entry in REAL:
        texts = (entry.title.zh, entry.title.en, entry.summary.zh, entry.summary.en)
        said = set(NUMBER.findall(" ".join(filter(None, texts)).replace(",", "")))
        assert said - quoted == set(), entry.ref


def test_both_languages_are_there_unless_only_one_name_is_known() -> None:
    one_sided = {
        entry.ref
        for entry in ENTRIES
        for text in (entry.title, entry.summary)
        if bool(text.zh) != bool(text.en)
    }
    samples = {sample_organisation_ref(offer) for offer in DEMO.offers}
    assert {ref for ref in one_sided if not ref.startswith("person:")} - samples == {
        "org:ai-alliance",
        "org:mingyan",
        "org:xingui",
    }
    assert all(person.title.zh and person.title.en is None for person in DEMO.people)


def printed_value(figure: Figure) -> Decimal | None:
    """Return the number of the Chinese print, 亿 and 万 multiplied out; None where it is written in characters."""
    found = re.search(r"(\d+(?:\.\d+)?)(万亿|亿|万)?", (figure.printed.zh or "").replace("2013年", ""))
    if found is None:
        return None
    scale = {None: 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}[found[2]]
    return Decimal(found[1]) * scale


def test_figures_are_what_is_printed() -> None:
    values = [(figure.code, abs(figure.value), printed_value(figure)) for figure in DEMO.figures]
    read = [(code, value, printed) for code, value, printed in values if printed is not None]
    assert len(read) > 50
    assert [line for line in read if line[1] != line[2]] == []


def test_qualifiers_are_kept_in_print() -> None:
    said = {"about": "约", "nearly": "近", "over": "超余多", "prospect": "前景", "": ""}
    for figure in DEMO.figures:
        printed = figure.printed.zh or ""
        marks = {mark for mark in "约近超余" if mark in printed}
        assert bool(figure.qualifier) >= bool(marks), figure.code
        assert not said[figure.qualifier] or set(said[figure.qualifier]) & set(printed), figure.code


@pytest.mark.parametrize(
    ("code", "value", "qualifier"),
    [
        ("projects-signed", "309", ""),
        ("projects-signed-value", "67317000000", "about"),
        ("results-nominated", "300", "nearly"),
        ("contest-entries", "3100", "over"),
        ("contracts-beijing-to-tianjin-hebei", "49000", "over"),
        ("science-fiction-revenue", "113290000000", ""),
        ("science-lecture-attendances", "2319000000", ""),
        ("parks-registered-firms", "7165", ""),
    ],
)
def test_the_leading_figures(code: str, value: str, qualifier: str) -> None:
    (figure,) = [figure for figure in DEMO.figures if figure.code == code]
    assert (figure.value, figure.qualifier) == (Decimal(value), qualifier)


def test_flows_go_somewhere_else() -> None:
    flows = [figure.flow for figure in DEMO.figures if figure.flow]
    assert len(flows) == 2
    for flow in flows:
        assert set(flow.origin) & set(flow.destination) == set()


def test_attendances_are_not_persons() -> None:
    (figure,) = [figure for figure in DEMO.figures if figure.measure == "person-times"]
    assert figure.unit.zh == "人次"


def test_sessions_lie_in_the_edition_and_have_no_invented_day() -> None:
    edition = DEMO.edition
    assert (edition.starts_on, edition.ends_on) == (date(2024, 4, 25), date(2024, 4, 29))
    modules = {module.code for module in edition.modules}
    for session in DEMO.sessions:
        assert session.module in modules
        if session.held_on is None:
            assert "day" in (session.provenance.note.en or ""), session.ref
        else:
            assert edition.starts_on <= session.held_on <= edition.ends_on


def test_signatories_that_nobody_reported_are_not_made_up() -> None:
    unknown = [publication for publication in DEMO.publications if not publication.signatories_known]
    assert [publication.ref for publication in unknown] == ["publication:digital-health"]
    assert unknown[0].signatories == ()


def test_exhibits_are_the_real_offers() -> None:
    real = {f"offer:{offer.id}" for offer in DEMO.offers if not offer.demonstration}
    assert {exhibit.offer for exhibit in DEMO.exhibits} == real


def test_every_invented_sample_offer_has_its_organisation() -> None:
    organisations = {organisation.ref: organisation for organisation in DEMO.organisations}
    for offer in DEMO.offers:
        if offer.demonstration:
            found = organisations[sample_organisation_ref(offer)]
            assert " / ".join(filter(None, (found.title.zh, found.title.en))) == offer.organisation


def test_one_account_for_each_role() -> None:
    assert [account.role for account in DEMO.accounts] == list(ROLES)
    assert all(account.email.endswith("@example.org") for account in DEMO.accounts)


def test_platforms_cover_every_zone_and_type() -> None:
    assert {platform.zone for platform in DEMO.platforms} == {zone.ref for zone in DEMO.zones}
    types = Counter(platform.platform_type for platform in DEMO.platforms)
    assert set(types) == {term.code for term in code_list("platform_type")}
    assert min(types.values()) >= 50


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_platforms_read_alike(language: str) -> None:
    texts = [
        f"{platform.title.in_language(language)} {platform.services.in_language(language)}"
        for platform in DEMO.platforms
    ]
    assert find_near_duplicates(texts, threshold=0.55) == []
    assert find_near_duplicates([*texts, texts[7]], threshold=0.55) == [(7, 320, 1.0)]


def test_platforms_stand_in_their_zone() -> None:
    zones = {zone.ref: zone.centre for zone in DEMO.zones}
    for platform in DEMO.platforms:
        centre = zones[platform.zone]
        assert abs(platform.longitude - centre.longitude) < 0.04
        assert abs(platform.latitude - centre.latitude) < 0.04


def test_platforms_are_the_same_every_time() -> None:
    assert make_platforms(DEMO.zones, DEMO.parks) == DEMO.platforms
    assert [platform.title.zh for platform in DEMO.platforms if "{" in (platform.services.zh or "")] == []


def test_the_hub_says_that_it_is_no_part_of_the_forum() -> None:
    assert "没有隶属" in (DEMO.hub.statement.zh or "")
    assert "not affiliated with the Zhongguancun Forum" in (DEMO.hub.statement.en or "")


def test_a_misspelt_key_is_refused() -> None:
    row = {"ref": "org:x", "title": {"zh": "示例·甲"}, "demonstration": True, "organisation_kind": "firm"}
    adapter = TypeAdapter(Organisation)
    assert adapter.validate_python(row).ref == "org:x"
    with pytest.raises(ValidationError, match="alias"):
        adapter.validate_python({**row, "alias": "甲"})
