"""Records whose validity ends soon: their people are told once for each date."""

from datetime import datetime, timedelta

from django.utils import timezone

from fairground.accounts.core import states
from fairground.accounts.core.rhythms import DAILY
from fairground.accounts.models import Notice, Record
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.recipients import people_of_records
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText

EXPIRING = "record_expiring"
TOLD_BEFORE = timedelta(days=14)


def register() -> None:
    """Make the kind known."""
    register_notice_kind(
        EXPIRING,
        LocalText("记录即将到期", "A record is about to expire"),
        LocalText(
            "您的记录的有效期将在两周内结束。", "The validity of a record of yours ends within two weeks."
        ),
        rhythm=DAILY,
    )


def tell_expiring(*, hub_id: int, now: datetime) -> int:
    """Tell the people of records whose validity ends within two weeks; return how many lines. Called by the clock.

    A second call tells nobody again; a record that was renewed is told of anew before its new date.
    """
    today = timezone.localdate(now)
    ending = list(
        Record.objects.filter(
            hub_id=hub_id, state=states.PUBLISHED, valid_until__range=(today, today + TOLD_BEFORE)
        ).values_list("pk", "key", "kind", "valid_until")
    )
    words = {pk: f"{EXPIRING}:{key}:{valid_until}" for pk, key, _, valid_until in ending}
    known = set(
        Notice.objects.filter(hub_id=hub_id, kind=EXPIRING, once__in=words.values()).values_list(
            "once", flat=True
        )
    )
    new = [row for row in ending if words[row[0]] not in known]
    people = people_of_records([pk for pk, *_ in new])
    return sum(
        notify(
            hub_id=hub_id,
            user_ids=people.get(pk, ()),
            kind=EXPIRING,
            subject=LocalText("即将到期：{title}", "About to expire: {title}"),
            text=LocalText(
                f"有效期至 {valid_until}。到期后不再显示；在工作台上续期只需一步。",
                f"Valid until {valid_until}. After that it is no longer shown; renew it from your desk in one step.",
            ),
            path=f"/{kind}/{key}/",
            about_key=key,
            once=words[pk],
            now=now,
        )
        for pk, key, kind, valid_until in new
    )
