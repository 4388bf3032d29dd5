"""Stored files on their way out: as a download or a picture, never run on our pages."""

from django.http import FileResponse, Http404

from .models import FieldFile, MemberFile

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def served(row: MemberFile | FieldFile, *, shown: bool = False) -> FileResponse:
    """The content of a file. The caller has checked who asks. Raises Http404 when it is gone.

    With ``shown`` a picture may stand on a page: it keeps its type, and still cannot run.
    """
    try:
        content = row.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    response = FileResponse(content, as_attachment=True, filename=row.name)
    picture = shown and row.content_type in PICTURES
    response["Content-Type"] = row.content_type if picture else "application/octet-stream"
    return response
