"""How these pages tell a person what a service refused."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest

from fairground.accounts.errors import AccountsError, InvalidRecordError, NotFoundError
from fairground.language.local_text import LocalText
from fairground.mail.services import WrongMailAddressError
from fairground.web.reader import readers_language

_WRONG_ADDRESS = LocalText("邮箱地址不完整，请检查。", "This is not a complete e-mail address: check it.")


def say(request: HttpRequest, zh: str, en: str) -> None:
    """Tell the person on the next page that something was done."""
    messages.success(request, LocalText(zh, en).in_language(readers_language()))


def carried_out(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Call a service; where it refuses, tell the person why on the next page and answer False.

    Raises Http404 for what does not exist or is not open to them (the two answer alike), and InvalidRecordError,
    whose faults belong beside the fields of a form.
    """
    try:
        act()
    except NotFoundError as error:
        raise Http404(str(error)) from error
    except InvalidRecordError:
        raise
    except AccountsError as error:
        messages.error(request, error.message.in_language(readers_language()))
        return False
    except WrongMailAddressError:
        messages.error(request, _WRONG_ADDRESS.in_language(readers_language()))
        return False
    return True
