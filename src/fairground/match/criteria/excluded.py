"""Does the offer use an approach the need refuses? Constraint 'excluded': blocks, with the sentence."""

from fairground.match.core.judgement import judge_prepared
from fairground.match.core.prepared import PreparedNeed, PreparedOffer
from fairground.match.core.results import Flag, Verdict


def flags(need: PreparedNeed, offer: PreparedOffer) -> tuple[Flag, ...]:
    """One blocking flag for each refused approach that the offer's own words say it uses."""
    found = []
    for prepared in need.requirements:
        if not prepared.requirement.excluded:
            continue
        judgement = judge_prepared(prepared, offer)
        if judgement.verdict is Verdict.CONTRADICTED:
            refused = prepared.requirement.text
            found.append(
                Flag(
                    "excluded",
                    "blocks",
                    f"需求排除“{refused}”，成果写道“{judgement.sentence}”",
                    f"'{refused}' is refused; the offer says '{judgement.sentence}'",
                )
            )
    return tuple(found)
