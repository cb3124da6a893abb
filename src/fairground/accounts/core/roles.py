"""Roles, and what each may do in a hub. An edition can narrow a role to itself (editions.EditionRole)."""

from collections.abc import Iterable
from dataclasses import dataclass

from fairground.language.local_text import LocalText

# What can be allowed. Reading is not in this list: who may see what is `policies.readable`.
ADD_RECORDS = (
    "add_records"  # offers, needs and the other kinds people bring, for themselves or their organisation
)
ADD_PUBLICATIONS = "add_publications"
REVIEW_RECORDS = "review_records"  # the editor's queue: publish, return, accept a revision
MANAGE_EDITION = "manage_edition"
MANAGE_PEOPLE = "manage_people"
MANAGE_HUB = "manage_hub"
MERGE_ORGANISATIONS = "merge_organisations"
KEEP_INTRODUCTIONS = "keep_introductions"  # the broker's desk: propose, remind, note, hand over
KEEP_PLACES = (
    "keep_places"  # the park manager's desk, for the zones and parks that an organisation of theirs runs
)
LEARN_WEIGHTS = "learn_weights"  # see what the hub's outcomes teach; turning weights on is MANAGE_HUB


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A role's code, names and what it allows. `own_choice`: a member may take it without asking anybody."""

    code: str
    name: LocalText
    allows: frozenset[str]
    own_choice: bool = False


def _role(code: str, zh: str, en: str, *allows: str, own_choice: bool = False) -> RoleRule:
    return RoleRule(code, LocalText(zh, en), frozenset(allows), own_choice)


ROLES = {
    role.code: role
    for role in (
        _role("visitor", "访客", "visitor"),
        _role("member", "会员", "member", ADD_RECORDS),
        _role("offerer", "成果方", "offerer", ADD_RECORDS, own_choice=True),
        _role("need_owner", "需求方", "need owner", ADD_RECORDS, own_choice=True),
        _role("broker", "技术经理人", "broker", ADD_RECORDS, ADD_PUBLICATIONS, KEEP_INTRODUCTIONS),
        _role("park_manager", "园区管理者", "park manager", ADD_RECORDS, KEEP_PLACES),
        _role("investor", "投资人", "investor", own_choice=True),
        _role("reviewer", "评审专家", "reviewer"),
        _role(
            "organiser", "组织者", "organiser",
            ADD_RECORDS, ADD_PUBLICATIONS, REVIEW_RECORDS, MANAGE_EDITION, KEEP_INTRODUCTIONS,
        ),
        _role("registrar", "登记员", "registrar", ADD_PUBLICATIONS),
        _role("analyst", "分析员", "analyst", ADD_PUBLICATIONS, LEARN_WEIGHTS),
        _role(
            "administrator", "管理员", "administrator",
            ADD_RECORDS, ADD_PUBLICATIONS, REVIEW_RECORDS, MANAGE_EDITION, MANAGE_PEOPLE, MANAGE_HUB,
            MERGE_ORGANISATIONS, KEEP_INTRODUCTIONS, LEARN_WEIGHTS,
        ),
    )
}  # fmt: skip


def allowed(roles: Iterable[str]) -> frozenset[str]:
    """Return everything that the roles allow together; a code nobody knows allows nothing."""
    return frozenset().union(*(ROLES[code].allows for code in roles if code in ROLES))
