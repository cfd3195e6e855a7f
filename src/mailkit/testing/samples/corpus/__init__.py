"""The texts of the samples, one module per language."""

from __future__ import annotations

from mailkit.testing.samples.corpus import ar, de, en, id, ja
from mailkit.testing.samples.script import Language, Script

__all__ = ["LANGUAGES", "SCRIPTS"]

LANGUAGES: dict[str, Language] = {module.LANGUAGE.code: module.LANGUAGE for module in (en, de, id, ja, ar)}

SCRIPTS: tuple[Script, ...] = en.SCRIPTS + de.SCRIPTS + id.SCRIPTS + ja.SCRIPTS + ar.SCRIPTS
