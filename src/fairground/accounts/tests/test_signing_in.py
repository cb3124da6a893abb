import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from fairground.accounts.consents import consents_due, give_consents, texts_in_force
from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Consent, ConsentText, Hub, RoleAssignment, User
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox

PASSWORD = "a long enough pass phrase"


@pytest.fixture(autouse=True)
def _no_counts() -> Iterator[None]:
    for name in ("default", "limits"):
        caches[name].clear()
    yield
    for name in ("default", "limits"):
        caches[name].clear()


@pytest.fixture
def known(make_user: Callable[..., User]) -> User:
    user = make_user("member")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    give_consents(user=user, texts=texts_in_force(now=timezone.now()), now=timezone.now(), hub_id=1)
    return user


def _form(email: str, **changes: str) -> dict[str, str]:
    return {
        "email": email,
        "name": "示例·新会员",
        "language": "zh",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "consent_terms": "on",
        "consent_privacy": "on",
    } | changes


def _link(mail: Outbox) -> str:
    found = re.search(r"https?://testserver(\S+)", mail.text)
    assert found
    return found.group(1)


def _sign_in(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/en/account/login/", {"login": user.email, "password": password, **more})


def _told(page: Any) -> str:
    """Return what the page says is wrong."""
    content = page.content.decode()
    return content[content.index('role="alert"') : content.index('class="field"')]


def _confirm_it_is_me(client: Client) -> None:
    client.post("/en/account/reauthenticate/", {"password": PASSWORD})


def test_a_person_signs_up_confirms_and_signs_in(client: Client, hub: Hub) -> None:
    sent = client.post("/en/account/signup/", _form("new@example.org"))
    assert sent.headers["Location"] == "/en/account/confirm-email/"
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.language) == ("示例·新会员", "zh")
    assert set(Consent.objects.filter(user=user).values_list("text__code", flat=True)) == {"terms", "privacy"}
    assert list(RoleAssignment.objects.filter(user=user).values_list("role", flat=True)) == ["member"]

    refused = _sign_in(client, user)
    assert refused.headers["Location"] == "/en/account/confirm-email/"
    assert "_auth_user_id" not in client.session

    mail = Outbox.objects.first()
    assert mail.subject == "请确认您的邮箱"  # the person's language, not the page's
    client.post(_link(mail))
    _sign_in(client, user)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("missing", ["consent_terms", "consent_privacy", "name", "email", "password1"])
def test_what_is_missing_is_asked_for_and_nothing_is_kept(client: Client, hub: Hub, missing: str) -> None:
    values = _form("new@example.org")
    del values[missing]
    page = client.post("/en/account/signup/", values)

    assert page.status_code == 200
    assert missing in page.context["form"].errors
    assert User.objects.count() == 0


def test_sign_up_answers_alike_for_a_known_and_an_unknown_address(client: Client, known: User) -> None:
    new = client.post("/en/account/signup/", _form("new@example.org"))
    old = Client().post("/en/account/signup/", _form(known.email))

    assert (old.status_code, old.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert User.objects.filter(email=known.email).count() == 1
    told = Outbox.objects.get(to=known.email)
    assert told.subject == "您已有账号"


def test_sign_in_answers_alike_for_a_wrong_password_and_an_unknown_address(
    client: Client, known: User
) -> None:
    wrong = client.post("/en/account/login/", {"login": known.email, "password": "not this one"})
    unknown = client.post("/en/account/login/", {"login": "who@example.org", "password": "not this one"})

    assert _told(wrong) == _told(unknown)
    assert "not correct" in _told(wrong)


def test_reset_answers_alike_and_the_link_works_once(client: Client, known: User) -> None:
    for_known = client.post("/en/account/password/reset/", {"email": known.email})
    for_unknown = client.post("/en/account/password/reset/", {"email": "who@example.org"})
    assert for_known.headers["Location"] == for_unknown.headers["Location"]
    assert Outbox.objects.get(to="who@example.org").subject == "No account for this address"

    link = _link(Outbox.objects.get(to=known.email))
    page = client.get(link, follow=True)
    new = {"password1": "another good pass phrase", "password2": "another good pass phrase"}
    client.post(page.redirect_chain[-1][0], new)
    known.refresh_from_db()
    assert known.check_password("another good pass phrase")
    again = Client().get(link, follow=True)
    assert again.context["token_fail"] is True


def test_many_wrong_passwords_are_slowed_down_with_a_page_that_says_so(client: Client, known: User) -> None:
    answers = [_sign_in(client, known, "not this one") for _ in range(6)]
    assert _sign_in(client, known).status_code == 200  # the right one too, for a while
    assert "_auth_user_id" not in client.session
    assert "not correct" in _told(answers[0])
    assert "Too many failed login attempts" in _told(answers[-1])

    for _ in range(40):
        last = client.post("/zh/account/login/", {"login": "x@example.org", "password": "no"})
    assert last.status_code == 429
    assert "操作太快" in last.content.decode()


def test_signing_up_many_times_is_limited(client: Client, hub: Hub) -> None:
    codes = {client.post("/en/account/signup/", {}).status_code for _ in range(21)}
    assert codes == {200, 429}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/x",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:///evil.example",
    ],
)
def test_next_leads_nowhere_else(client: Client, known: User, address: str) -> None:
    answer = _sign_in(client, known, next=address)
    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]
    out = client.post("/en/account/logout/", {"next": address})
    assert "evil" not in out.headers["Location"]


def test_next_leads_to_our_own_pages(client: Client, known: User) -> None:
    assert _sign_in(client, known, next="/en/me/privacy/").headers["Location"] == "/en/me/privacy/"


def test_signing_in_gives_a_new_session(client: Client, known: User) -> None:
    client.get("/en/account/login/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key

    _sign_in(client, known)

    assert client.session.session_key != before
    assert not Client(headers={"cookie": f"sessionid={before}"}).session.get("_auth_user_id")


def test_a_changed_password_ends_other_sessions(client: Client, known: User) -> None:
    other = Client()
    _sign_in(other, known)
    _sign_in(client, known)
    new = "another good pass phrase"
    client.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert client.get("/en/me/").status_code == 200
    assert other.get("/en/me/").status_code == 302
    assert Outbox.objects.get(to=known.email).subject == "密码已更改"


def test_second_factor_is_set_up_and_asked_for(client: Client, known: User) -> None:
    _sign_in(client, known)
    assert client.get("/en/account/2fa/totp/activate/").status_code == 302  # it is them who asks?
    _confirm_it_is_me(client)
    page = client.get("/en/account/2fa/totp/activate/")
    assert page.status_code == 200
    picture = page.context["totp_svg"]
    assert picture.index('fill="#fff"') < picture.index("<path")  # seen in the dark too
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    client.post("/en/account/2fa/totp/activate/", {"code": code})
    assert client.get("/en/account/2fa/recovery-codes/").status_code == 200

    other = Client()
    half = _sign_in(other, known)
    assert half.headers["Location"].startswith("/en/account/2fa/authenticate/")
    assert "_auth_user_id" not in other.session
    wrong = other.post("/en/account/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    recovery = RecoveryCodes(known.authenticator_set.get(type="recovery_codes")).get_unused_codes()[0]
    other.post("/en/account/2fa/authenticate/", {"code": recovery})
    assert other.session["_auth_user_id"] == str(known.pk)


def test_a_new_address_counts_when_it_is_confirmed(client: Client, known: User) -> None:
    _sign_in(client, known)
    old = known.email
    client.post("/en/account/email/", {"action_add": "", "email": "moved@example.org"})
    known.refresh_from_db()
    assert known.email == old

    client.post(_link(Outbox.objects.get(to="moved@example.org")))
    known.refresh_from_db()
    assert known.email == "moved@example.org"


def test_an_address_of_another_account_is_neither_given_away_nor_taken(
    client: Client, known: User, make_user: Callable[..., User]
) -> None:
    other = make_user("member")
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    _sign_in(client, known)
    answers = [
        client.post("/en/account/email/", {"action_add": "", "email": address})
        for address in (other.email, "free@example.org")
    ]
    assert [answer.headers["Location"] for answer in answers] == ["/en/account/email/"] * 2

    client.post(_link(Outbox.objects.get(to=other.email)))
    known.refresh_from_db()
    assert known.email != other.email


def test_who_signs_in_to_another_hub_becomes_its_member_once(client: Client, known: User, hub: Hub) -> None:
    elsewhere = Hub.objects.create(code="other", domain="testserver")
    forget_hubs()
    for _ in range(2):
        _sign_in(client, known)
        roles = RoleAssignment.objects.filter(user=known, hub=elsewhere)
        assert list(roles.values_list("role", flat=True)) == ["member"]
        roles.update(until=timezone.now())  # an administrator ends it: it is not given back
        client.post("/en/account/logout/")


def test_a_new_version_is_asked_for_at_the_next_sign_in(client: Client, known: User) -> None:
    newer = ConsentText.objects.create(
        code="privacy",
        version=2,
        title=LocalText("新版", "New version"),
        text=LocalText("新", "New"),
        effective_from=timezone.now() - timedelta(hours=1),
        required=True,
    )
    _sign_in(client, known)
    asked = client.get("/en/me/?tab=1")
    assert asked.headers["Location"] == "/en/me/consent/?next=%2Fen%2Fme%2F%3Ftab%3D1"
    assert client.get("/en/me/privacy/export.json").status_code == 200

    refused = client.post("/en/me/consent/", {"next": "/en/me/"})
    assert refused.status_code == 200
    agreed = client.post("/en/me/consent/", {"next": "/en/me/", "consent_privacy": "on"})
    assert agreed.headers["Location"] == "/en/me/"
    assert client.get("/en/me/").status_code == 200
    assert consents_due(known, now=timezone.now()) == []
    assert Consent.objects.filter(user=known, text=newer).count() == 1


def test_a_text_that_comes_later_is_not_asked_for_yet(known: User) -> None:
    ConsentText.objects.create(
        code="terms", version=9, effective_from=timezone.now() + timedelta(days=1), required=True
    )
    assert consents_due(known, now=timezone.now()) == []
    assert [text.version for text in texts_in_force(now=timezone.now())] == [1, 1, 1]


@pytest.mark.parametrize(
    "path",
    [
        "account/login/", "account/signup/", "account/password/reset/", "account/password/reset/done/",
        "account/confirm-email/", "account/inactive/", "account/confirm-email/wrong/", "texts/terms/1/",
        "account/password/reset/key/1-wrong/", "texts/erased/", "invitations/wrong/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_for_everybody_stand_in_both_languages(
    client: Client, hub: Hub, path: str, language: str
) -> None:
    page = client.get(f"/{language}/{path}")
    assert page.status_code in (200, 410)
    _check_page(page.content.decode(), language)


@pytest.mark.parametrize(
    "path",
    [
        "account/logout/", "account/email/", "account/password/change/", "account/2fa/",
        "account/2fa/totp/activate/", "account/reauthenticate/", "me/", "me/privacy/", "me/privacy/erase/",
        "organisations/new/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_own_pages_stand_in_both_languages(client: Client, known: User, path: str, language: str) -> None:
    client.post(f"/{language}/account/login/", {"login": known.email, "password": PASSWORD})
    _confirm_it_is_me(client)
    page = client.get(f"/{language}/{path}")
    assert page.status_code == 200
    _check_page(page.content.decode(), language)


def _check_page(content: str, language: str) -> None:
    assert f'<html lang="{ {"zh": "zh-Hans", "en": "en"}[language] }">' in content
    assert " style=" not in content
    assert "<script>" not in content
    main = content[content.index("<main") : content.index("</main>")]
    text = re.sub(r"<[^>]+>|&[a-z#0-9]+;", " ", main)
    if language == "en":
        assert re.findall(r"[\u4e00-\u9fff]+", text.replace("示例·新会员", "").replace("中文", "")) == []
    else:
        # Names, addresses and codes may be Latin; a sentence may not.
        assert re.findall(r"(?:[A-Za-z]{3,} ){4,}", text) == []
        assert re.search(r"[\u4e00-\u9fff]", text)
