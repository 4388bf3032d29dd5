"""Logs as JSON lines, with the request that caused them. Never bodies, query strings or secrets."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

# PostgreSQL shows the whole row that it refuses: names, addresses.
_ROWS = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^\n(?:The above|During)|\Z)", re.DOTALL | re.MULTILINE)
_OWN = {"request_id", "user_id", "method", "path", "status", "ms", "job_id", "job", "process"}


class JsonLine(logging.Formatter):
    """One JSON object a line; extra values by name from the short list above."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name in _OWN}
        line["process"] = record.process
        if "request_id" not in line:
            from enishi.core.origin import origin

            if request_id := origin().request_id:
                line["request_id"] = request_id
        if record.exc_info and record.exc_info[1]:
            told = "".join(traceback.format_exception(record.exc_info[1]))
            line["error"] = _ROWS.sub(r"\1: …\n", told)
        return json.dumps(line, ensure_ascii=False, default=str)
