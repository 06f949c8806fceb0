"""What somebody could write to make a page run, load or send something of theirs."""

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.png)",
    "![x](/files/../admin)",
    "![x](//evil.example/a.png)",
    "<javascript:alert(1)>",
    "<a href='https://a.example' onclick='x'>x</a>",
    "<form action=/logout method=post><input type=submit></form>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "`<script>`\n\n```\n<script>alert(1)</script>\n```",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/" onmouseover="alert(1))',
    '<@c"><script>alert(1)</script>>',
    "| a |\n|---|\n| <b onclick=x>y</b> |",
    "<style>*{display:none}</style>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
)
"""Markdown that tries to become more than text."""

FILE_NAMES = (
    "<img src=x onerror=alert(1)>.png",
    '"><script>alert(1)<\\/script>.txt',
    "' onfocus=alert(1) autofocus='.txt",
    "javascript:alert(1).html",
    "../../../etc/passwd.txt",
    "\u202egnp.exe",
    "{{ 7 * 7 }}.txt",
)
"""Names of files that try the same."""

HTML = b"<!doctype html><title>x</title><script>parent.ran = window.ran = true; alert(1)</script>"
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>"""
