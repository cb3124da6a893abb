"""The folder of each job, where its files lie until they are swept."""

import shutil
from pathlib import Path

from django.conf import settings


def folder_of(key: str) -> Path:
    """Return where a job's files lie, whether or not the folder is there."""
    return Path(settings.WORK_FOLDER) / key


def make_folder(key: str) -> Path:
    """Return the job's folder, made for this system user alone."""
    folder = folder_of(key)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def remove_folder(key: str) -> None:
    """Remove the job's folder with all in it; one that is not there is no fault."""
    shutil.rmtree(folder_of(key), ignore_errors=True)
