"""django-helpdesk: one `get_email` for a folder of mails, into SQLite that syncs at each commit as ours.

As Django sets SQLite up, and beside it with the log in front (WAL) that ours has: nobody is told to turn that
on, and it makes a quarter more of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.peers.batch import Batch, installed, told

REQUIREMENT = "django-helpdesk==2.6.1"
MAILS = 100
AGENT = "anna@stad.example"

SITE = """\
SECRET_KEY = "for the bench alone"
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "site_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = {media!r}
HELPDESK_TEAMS_MODE_ENABLED = False
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", {sink}
DEFAULT_FROM_EMAIL = "klachten@stad.example"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
    "django.contrib.messages", "django.contrib.admin", "django.contrib.humanize", "helpdesk",
    "rest_framework",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": {database!r},
    "OPTIONS": {options!r},
}}}}
"""
URLS = """\
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
QUEUE = """\
from helpdesk.models import Queue
Queue.objects.create(
    title="Klachten", slug="klachten", email_address="klachten@stad.example", new_ticket_cc={agent!r},
    allow_email_submission=True, enable_notifications_on_email_events=True, email_box_type="local",
    email_box_interval=0, email_box_local_dir={box!r}, logging_type="none",
)
"""


WAL = {
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    "transaction_mode": "IMMEDIATE",
}


def helpdesk(folder: Path, sink_port: int, options: Mapping[str, str] | None = None) -> Batch:
    """Set up in this folder; acknowledges to the melder and tells the agent. `options` are those of its
    database. May raise NotInstalled."""
    tools = installed(REQUIREMENT)
    box, media, database = folder / "box", folder / "media", folder / "helpdesk.db"
    for place in (box, media):
        place.mkdir(parents=True)
    site = SITE.format(media=str(media), sink=sink_port, database=str(database), options=dict(options or {}))
    (folder / "site_settings.py").write_text(site, "utf-8")
    (folder / "site_urls.py").write_text(URLS, "utf-8")
    env = {"PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "site_settings"}
    django = [str(tools / "python"), "-m", "django"]
    told([*django, "migrate", "--verbosity", "0"], env)
    told([*django, "loaddata", "--verbosity", "0", "emailtemplate.json"], env)
    told([*django, "shell", "-c", QUEUE.format(agent=AGENT, box=str(box))], env)

    def fill(mails: Sequence[bytes]) -> None:
        for number, raw in enumerate(mails):
            (box / f"{number:06}.eml").write_bytes(raw)

    def cases() -> int:
        with sqlite3.connect(database) as tx:
            return int(tx.execute("SELECT count(*) FROM helpdesk_ticket").fetchone()[0])

    return Batch([*django, "get_email", "--quiet"], env, fill, cases, answers=2, mails=MAILS)
