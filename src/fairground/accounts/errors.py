"""What can go wrong with records and accounts. Each error says what to do next, in both languages.

AccountsError
├── UnknownKindError         no such kind of record
├── NotAllowedError          the actor may not do this
├── NotFoundError            no such record, or not for this reader: the two answer alike
├── EditConflictError        somebody else changed the record meanwhile
├── MoveRefusedError         the record's state does not allow this step
├── InvalidRecordError       values do not fit their fields
├── MergeRefusedError        two organisations cannot become one
├── LastManagerError         an organisation would be left without a manager
└── LinkError                a link from a mail does not work, or not for this account
"""

from collections.abc import Mapping, Sequence

from fairground.language.local_text import LocalText


class AccountsError(Exception):
    """The root of this tree. `message` is for the person, in both languages."""

    def __init__(self, message: LocalText) -> None:
        super().__init__(message.en)
        self.message = message


class UnknownKindError(AccountsError):
    def __init__(self, code: str) -> None:
        super().__init__(LocalText(f"没有“{code}”这类记录。", f"There is no kind of record called '{code}'."))


class NotAllowedError(AccountsError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))


class NotFoundError(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            LocalText(
                "没有这条记录，或尚未对您开放。请检查地址；如应能看到，请先登录。",
                "There is no such record, or it is not open to you. Check the address; sign in if you should see it.",
            )
        )


class EditConflictError(AccountsError):
    """Carries who changed it and which version stands now; what the person typed is theirs to keep."""

    def __init__(self, changed_by: str, version: int) -> None:
        self.changed_by = changed_by
        self.version = version
        super().__init__(
            LocalText(
                f"在您编辑期间，{changed_by}已保存了第{version}版。您填写的内容仍在下方，尚未保存：请对照差异后再保存。",
                f"While you were editing, {changed_by} saved version {version}. What you typed is still below "
                "and was not saved: compare the differences, then save again.",
            )
        )


class MoveRefusedError(AccountsError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))


class InvalidRecordError(AccountsError):
    """`faults` names each field at fault and what to change."""

    def __init__(self, faults: Mapping[str, LocalText]) -> None:
        self.faults = dict(faults)
        super().__init__(
            LocalText(
                "有些内容需要修改；其余内容已保留。",
                "Some values need a change; everything else is kept as you typed it.",
            )
        )


class MergeRefusedError(AccountsError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))


class LastManagerError(AccountsError):
    """Carries the names of the organisations that need another manager first."""

    def __init__(self, organisations: Sequence[LocalText]) -> None:
        names = [LocalText(name.in_language("zh"), name.in_language("en")) for name in organisations]
        zh, en = "、".join(name.zh or "" for name in names), ", ".join(name.en or "" for name in names)
        super().__init__(
            LocalText(
                f"您是{zh}唯一的管理人。请先指定另一位管理人。",
                f"You are the only manager of {en}. Make somebody else a manager first.",
            )
        )


class LinkError(AccountsError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))
