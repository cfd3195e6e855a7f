"""The media type of a file by the end of its name: the same on every machine.

Python's ``mimetypes`` knows no Office document by itself; it reads the tables of the machine, and a slim container has
none. What people send by mail stands here, as IANA has registered it; everything else is asked of ``mimetypes``.
"""

from __future__ import annotations

from functools import lru_cache

UNKNOWN = "application/octet-stream"

_TABLE = """
application/pdf: pdf
application/rtf: rtf
application/msword: doc dot
application/vnd.ms-excel: xls xlt
application/vnd.ms-powerpoint: ppt pps
application/vnd.openxmlformats-officedocument.wordprocessingml.document: docx
application/vnd.openxmlformats-officedocument.wordprocessingml.template: dotx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: xlsx
application/vnd.openxmlformats-officedocument.spreadsheetml.template: xltx
application/vnd.openxmlformats-officedocument.presentationml.presentation: pptx
application/vnd.openxmlformats-officedocument.presentationml.slideshow: ppsx
application/vnd.ms-word.document.macroenabled.12: docm
application/vnd.ms-excel.sheet.macroenabled.12: xlsm
application/vnd.ms-excel.sheet.binary.macroenabled.12: xlsb
application/vnd.ms-powerpoint.presentation.macroenabled.12: pptm
application/vnd.ms-outlook: msg
application/vnd.visio: vsd
application/vnd.oasis.opendocument.text: odt
application/vnd.oasis.opendocument.spreadsheet: ods
application/vnd.oasis.opendocument.presentation: odp
application/vnd.oasis.opendocument.graphics: odg
application/epub+zip: epub
application/json: json
application/xml: xml xsd
application/sql: sql
application/yaml: yaml yml
application/toml: toml
application/zip: zip
application/gzip: gz tgz
application/x-tar: tar
application/x-7z-compressed: 7z
application/vnd.rar: rar
application/x-bzip2: bz2
application/pkcs7-signature: p7s
application/pkcs7-mime: p7m
application/pgp-signature: sig
text/plain: txt text log
text/csv: csv
text/tab-separated-values: tsv
text/markdown: md markdown
text/html: html htm
text/css: css
text/javascript: js mjs
text/calendar: ics
text/vcard: vcf
image/png: png
image/jpeg: jpg jpeg
image/gif: gif
image/webp: webp
image/avif: avif
image/heic: heic
image/heif: heif
image/svg+xml: svg
image/tiff: tif tiff
image/bmp: bmp
image/vnd.dwg: dwg
image/vnd.dxf: dxf
audio/mpeg: mp3
audio/mp4: m4a
audio/ogg: ogg opus
audio/wav: wav
video/mp4: mp4 m4v
video/quicktime: mov
video/webm: webm
font/ttf: ttf
font/woff2: woff2
message/rfc822: eml
"""


@lru_cache(maxsize=1)
def _types() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _TABLE.strip().split("\n"):
        kind, _, endings = line.partition(": ")
        found.update(dict.fromkeys(endings.split(), kind))
    return found


def guess(name: str) -> str:
    """The type that the last ending of a file's name stands for; ``application/octet-stream`` if it is not known."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not ending.isascii() or not ending.isalnum():
        return UNKNOWN
    return _types().get(ending) or _asked(ending)


def _asked(ending: str) -> str:
    from mimetypes import guess_type

    # Of a whole name it would make a URL: "data:text/html,x.pdf" was HTML.
    kind, coding = guess_type(f"x.{ending}")
    return kind.lower() if kind is not None and coding is None else UNKNOWN
