"""Charset labels: which of Python's codecs a label means, read as browsers read it (WHATWG Encoding Standard)."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

__all__ = ["known"]

# codec: labels, without what is neither letter nor digit: "utf-8", "UTF8" and "utf_8" are one.
_TABLE = """
cp1252: iso88591 latin1 l1 isoir100 csisolatin1 ibm819 cp819 windows1252 win1252 xcp1252 cp1252 1252 ansi xansi ibm1252
ascii: usascii ascii ansix341968 iso646us isoir6 us
utf-8: utf8 utf8mb4 unicode11utf8 unicode20utf8 xunicode20utf8 utf8sig cp65001 utf8n
utf-7: unicode11utf7 utf7 unicode20utf7 csunicode11utf7
utf-16: utf16 unicode ucs2 iso10646ucs2 csunicode
utf-16-be: unicodefffe utf16be
utf-16-le: unicodefeff utf16le
gb18030: gb2312 gbk xgbk gb231280 csgb2312 chinese csiso58gb231280 isoir58 gb18030 gb180302022 cp936 ms936 windows936
    xmacchinesesimp euccn xeuccn gb
hz: hzgb2312
big5hkscs: big5 big5hkscs cnbig5 csbig5 xxbig5 big5eten xmacchinesetrad
cp950: cp950 ms950 windows950
cp949: ksc56011987 ksc56011989 ksc5601 ksc5601 korean euckr cseuckr xwindows949 windows949 uhc ms949 cp949 xmackorean
    isoir149 csksc56011987
cp932: shiftjis sjis xsjis mskanji csshiftjis windows31j cswindows31j cp932 ms932 windows932 xmsdos932 xmacjapanese
euc_jp: eucjp xeucjp cseucpkdfmtjapanese ujis
iso2022_jp_ext: iso2022jp csiso2022jp iso2022jpms cp50220 cp50221 cp50222 jis iso2022jpext
cp874: windows874 tis620 iso885911 dos874 ibm874 cp874 xwindows874
cp1250: windows1250 xcp1250 win1250
cp1251: windows1251 xcp1251 win1251
cp1253: windows1253 xcp1253 win1253
cp1254: iso88599 latin5 l5 csisolatin5 isoir148 windows1254 xcp1254 win1254
cp1255: windows1255 xcp1255
cp1256: windows1256 xcp1256
cp1257: windows1257 xcp1257 win1257 baltic
cp1258: windows1258 xcp1258
cp866: cp866 ibm866 866 csibm866
iso8859-2: iso88592 latin2 88592
iso8859-6: iso88596e iso88596i
iso8859-8: iso88598 iso88598i iso88598e logical visual csiso88598i csiso88598e
iso8859-15: iso885915 latin9 l9 csisolatin9
koi8-r: koi8r koi8 koi cskoi8r
koi8-u: koi8u koi8ru
mac-roman: macintosh mac xmacroman macroman csmacintosh
mac-cyrillic: xmaccyrillic xmacukrainian maccyrillic
mac-latin2: xmacce xmaccentraleurroman xmacromanian
mac-croatian: xmaccroatian
mac-greek: xmacgreek
mac-turkish: xmacturkish
mac-iceland: xmacicelandic
"""
_LABELS = {
    label: codec
    for codec, _, labels in (line.partition(": ") for line in _TABLE.replace("\n    ", " ").strip().splitlines())
    for label in labels.split()
}
_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape", "undefined"}
    | {"mbcs", "oem", "charmap", "unicode-internal", "utf-8-sig"}
)
_LABEL_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.:+()")
_PUNCTUATION = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=256)
def known(label: str) -> str | None:
    """The Python codec for a charset label, or None if there is none that is a character set."""
    name = label[:80].lower().partition("//")[0].strip(" \t\"';,?=")
    if not name or len(name) > 40:
        return None
    if (codec := _LABELS.get(_PUNCTUATION.sub("", name))) is not None:
        name = codec
    if name.startswith("cp-"):
        name = "cp" + name[3:]
    if not _LABEL_CHARS.issuperset(name):
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return None
    if info.name in _NOT_CHARSETS or not getattr(info, "_is_text_encoding", True):
        return None
    return info.name
