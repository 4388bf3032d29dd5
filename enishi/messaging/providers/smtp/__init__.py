"""E-mail by SMTP: connections that are kept, commands in one packet where the server allows it."""

from .bundle import Bundle
from .connection import Connection, Server
from .pool import Pool, pool

__all__ = ["Bundle", "Connection", "Pool", "Server", "pool"]
