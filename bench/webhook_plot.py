"""Lines over seconds as an SVG picture, one panel for rates and one for memory."""

from collections.abc import Mapping, Sequence
from html import escape

WIDE, HIGH, LEFT, TOP, GAP = 860, 220, 70, 40, 60
COLOURS = ("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f")

Series = Mapping[str, Sequence[tuple[float, float]]]


def plot(title: str, series: Series) -> str:
    """The picture. Names that begin with "memory" are in MB, the others in deliveries per second."""
    panels = [
        ("deliveries per second", {name: line for name, line in series.items() if not _is_memory(name)}),
        ("memory in MB", {name: line for name, line in series.items() if _is_memory(name)}),
    ]
    parts, top = [], TOP
    for label, lines in panels:
        if lines:
            parts.append(_panel(label, lines, top))
            top += HIGH + GAP + 14 * len(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE + LEFT + 20}" height="{top}"'
        ' font-family="sans-serif" font-size="12">\n'
        '<rect width="100%" height="100%" fill="#ffffff"/>\n'
        f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>\n' + "".join(parts) + "</svg>\n"
    )


def _is_memory(name: str) -> bool:
    return name.startswith("memory")


def _panel(label: str, lines: Series, top: int) -> str:
    last = max((x for line in lines.values() for x, _ in line), default=1.0) or 1.0
    most = max((y for line in lines.values() for _, y in line), default=1.0) * 1.1 or 1.0
    bottom = top + HIGH
    parts = [f'<text x="{LEFT}" y="{top - 6}" fill="#374151">{escape(label)}</text>\n']
    for step in range(5):
        y = bottom - HIGH * step / 4
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>\n')
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{most * step / 4:,.0f}</text>\n'
        )
        x = LEFT + WIDE * step / 4
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{last * step / 4:.0f} s</text>\n'
        )
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{LEFT + WIDE * x / last:.1f},{bottom - HIGH * y / most:.1f}" for x, y in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>\n')
        y = bottom + 34 + 14 * number
        parts.append(f'<rect x="{LEFT}" y="{y - 9}" width="10" height="10" fill="{colour}"/>\n')
        parts.append(f'<text x="{LEFT + 16}" y="{y}">{escape(name)}</text>\n')
    return "".join(parts)
