"""Whom to tell about a record."""

from collections.abc import Collection

from fairground.accounts.models import OrganisationMembership, Record, User


def people_of_records(record_ids: Collection[int]) -> dict[int, list[int]]:
    """Return whom to tell of records, record → accounts. Three queries.

    The author; where there is no account behind it any more, the managers of its organisation.
    """
    records = list(
        Record.objects.filter(pk__in=record_ids).values_list("pk", "created_by_id", "organisation_id")
    )
    authors = set(
        User.objects.filter(
            pk__in={author for _, author, _ in records if author}, is_active=True, erased_at=None
        ).values_list("pk", flat=True)
    )
    managers: dict[int, list[int]] = {}
    alone = {organisation for _, author, organisation in records if author not in authors and organisation}
    for organisation, user in OrganisationMembership.objects.filter(
        organisation_id__in=alone, is_manager=True, user__is_active=True
    ).values_list("organisation_id", "user_id"):
        managers.setdefault(organisation, []).append(user)
    return {
        record: [author] if author in authors else managers.get(organisation, [])
        for record, author, organisation in records
    }
