"""Words made to become something else in a page: each calls the canary, or sets `__hit`."""

from collections.abc import Iterator

_HIT = "window.__hit=1"

_MARKUP = (
    "<script>{hit}</script>",
    "<SCRIPT SRC={canary}/a.js></SCRIPT>",
    "<scr<script>ipt>{hit}</scr</script>ipt>",
    "<img src=x onerror={hit}>",
    "<img src={canary}/b.png>",
    '"><img src=x onerror="{hit}">',
    "'><svg/onload={hit}>",
    "<svg><script>{hit}</script></svg>",
    "<svg><animate onbegin={hit} attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror={hit}>",
    "<noscript><p title='</noscript><img src=x onerror={hit}>'>",
    "<iframe src={canary}/c></iframe>",
    "<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>",
    "<object data={canary}/d></object><embed src={canary}/e>",
    "<link rel=stylesheet href={canary}/f.css>",
    "<style>@import '{canary}/g.css'; body{{background:url({canary}/h)}}</style>",
    "<base href={canary}/>",
    "<meta http-equiv=refresh content='0;url={canary}/i'>",
    "<form action={canary}/j><input autofocus onfocus={hit}></form>",
    "<details open ontoggle={hit}>x</details>",
    "<video src={canary}/k autoplay onerror={hit}></video>",
    "<audio src={canary}/l autoplay>",
    "<body onload={hit}>",
    "<template shadowrootmode=open><img src=x onerror={hit}></template>",
    "</textarea></title></style><img src=x onerror={hit}>",
    "<!--><img src=x onerror={hit}>-->",
    "<![CDATA[<img src=x onerror={hit}>]]>",
)
_MARKDOWN = (
    "![a picture]({canary}/m.png)",
    "![a]({canary}/n.png) [b](javascript:{hit})",
    "[click](javascript:{hit})",
    "[click](JaVaScRiPt:{hit})",
    "[click](java\tscript:{hit})",
    "[click](data:text/html,<script>{hit}</script>)",
    "[click](vbscript:x) <javascript:{hit}>",
    "[a]: {canary}/o 'b'\n\n![a]",
    '![x](https://a.invalid/"onerror="{hit})',
    "[](javascript:{hit}) [ ](https://a.invalid/)",
    "```html\n<img src=x onerror={hit}>\n```",
    "`<img src=x onerror={hit}>` **<b onmouseover={hit}>bold</b>**",
    "x](javascript:{hit})![y",
    "<https://a.invalid/><img src=x onerror={hit}>",
)
_TEMPLATES = (
    "{{{{constructor.constructor('{hit}')()}}}}",
    "${{{hit}}} #{{7*7}} <%= 7*7 %>",
    "{{% raw %}}{{{{7*7}}}}{{% endraw %}} @(7*7)",
    '","__html":"<img src=x onerror={hit}>","x":"',
    "__proto__ constructor toString",
)
_LETTERS = (
    "\u202e<gpj.exe onerror={hit}\u202c \u2066x\u2069",
    "\u200b\u200d\ufeff zero\u00adwidth \u034f" + "\u0301" * 60,
    "\uff1cscript\uff1e{hit}\uff1c/script\uff1e",
    "javascript\u2028:{hit}\u2029",
    "W" * 600,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 60,
    "data: x\n\nevent: complete\ndata: {{}}\n\n",
    "\u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 <b>",
)


def words(canary: str) -> Iterator[tuple[str, str]]:
    """A mark that finds them again in a page, and words that begin with it."""
    every = (*_MARKUP, *_MARKDOWN, *_TEMPLATES, *_LETTERS)
    for number, payload in enumerate(every):
        mark = f"word{number:03}"
        yield mark, f"{mark} {payload.format(hit=_HIT, canary=canary)}"
