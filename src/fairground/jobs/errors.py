"""What can end a job early. Each carries what to tell the person.

JobError
├── JobFailedError      the work cannot be done; says why and what to do
├── JobCancelledError   somebody asked to stop, or the job is no longer this worker's
└── UnknownJobKindError the program never registered this kind
"""

from fairground.language.local_text import LocalText


class JobError(Exception):
    """The root of this tree. `message` is for the person, in both languages."""

    def __init__(self, message: LocalText) -> None:
        super().__init__(message.en)
        self.message = message


class JobFailedError(JobError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))


class JobCancelledError(JobError):
    def __init__(self) -> None:
        super().__init__(LocalText("已取消。", "Cancelled."))


class UnknownJobKindError(JobError):
    def __init__(self, name: str) -> None:
        super().__init__(LocalText(f"没有名为“{name}”的任务。", f"There is no job called '{name}'."))
