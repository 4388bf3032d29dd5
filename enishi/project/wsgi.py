"""What the web server calls."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
os.environ.setdefault("ENISHI_ROLE", "web")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
_ = get_resolver().url_patterns  # import every view now, not in somebody's first request
