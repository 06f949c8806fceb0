"""What somebody types into the search of the docs, as a question to the full-text index.

Nothing typed is syntax of the index: words are taken out of the text and quoted.
"""

import re

MOST_LETTERS = 200
MOST_WORDS = 12

_NO_LETTER = re.compile(r"[^\w]+")
_WORD = re.compile(r"\w+")


def plain_word(text: str) -> str:
    """An identifier or heading as one word: ``X-RateLimit-Limit`` → ``x_ratelimit_limit``."""
    return _NO_LETTER.sub("_", text.lower()).strip("_")


def questions(text: str) -> list[str]:
    """What to ask the index, the stricter question first; nothing for a text without words.

    The last word counts as the beginning of one.
    """
    terms: list[str] = []
    typed = text[:MOST_LETTERS].replace("\0", " ").split()[:MOST_WORDS]
    for at, word in enumerate(typed):
        parts = _WORD.findall(word)
        if not parts:
            continue
        star = "*" if at == len(typed) - 1 else ""
        loose = " AND ".join([*(f'"{part}"' for part in parts[:-1]), f'"{parts[-1]}"{star}'])
        whole = plain_word(word)
        if len(parts) > 1 and whole:
            terms.append(f'("{whole}"{star} OR ({loose}))')
        else:
            terms.append(loose)
    if not terms:
        return []
    strict = " AND ".join(terms)
    return [strict] if len(terms) == 1 else [strict, " OR ".join(terms)]
