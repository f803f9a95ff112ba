"""Images: files that are shown as pictures."""

from __future__ import annotations

from svyaz.fields.file import File


class Image(File):
    name = "image"
