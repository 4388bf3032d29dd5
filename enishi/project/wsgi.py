"""What the web server calls."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
os.environ.setdefault("ENISHI_ROLE", "web")

from django.core.wsgi import get_wsgi_application  # noqa: E402

from .processes import die_with_parent  # noqa: E402

if os.environ.get("ENISHI_SUPERVISED"):
    die_with_parent()

application = get_wsgi_application()
