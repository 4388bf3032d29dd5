"""The real settings plus an app with a job that takes its time."""

from enishi.project.settings import *  # noqa: F403
from enishi.project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "slow_job"]
