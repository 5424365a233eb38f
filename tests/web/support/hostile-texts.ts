/** Each would run, ask for something or lead elsewhere if it were taken for more than a text. */
export const HOSTILE: readonly string[] = [
  '<script>mark()</script>',
  '<ScRiPt src="/smuggled.js"></sCrIpT>',
  '"><script>mark()</script>',
  '</textarea><script>mark()</script>',
  '</title><script>mark()</script>',
  '</style><script>mark()</script>',
  '<!--><script>mark()</script>-->',
  '<script src="data:text/javascript,mark()"></script>',
  '<script type="module">import "/smuggled.js"</script>',
  '<img src=x onerror=mark()>',
  '<img src="/smuggled.png" onload="mark()">',
  '<img srcset="https://smuggled.example/x.png 1x">',
  '<image href="https://smuggled.example/x.png">',
  '<picture><source srcset="/smuggled.webp"></picture>',
  '<body onload=mark()>',
  '<input autofocus onfocus=mark()>',
  '<details open ontoggle=mark()>',
  '<select autofocus onfocus=mark()>',
  '<marquee onstart=mark()>',
  '<video src="/smuggled.mp4" onerror=mark()></video>',
  '<audio src="https://smuggled.example/a.mp3" autoplay></audio>',
  '<object data="javascript:mark()"></object>',
  '<embed src="/smuggled.swf">',
  '<iframe src="javascript:mark()"></iframe>',
  '<iframe srcdoc="<script>parent.mark()</script>"></iframe>',
  '<form action="https://smuggled.example/"><button autofocus>Go</button></form>',
  '<base href="https://smuggled.example/">',
  '<meta http-equiv="refresh" content="0;url=https://smuggled.example/">',
  '<link rel="stylesheet" href="https://smuggled.example/x.css">',
  '<link rel="prefetch" href="/smuggled.html">',
  '<style>@import "https://smuggled.example/x.css"; * { background: url(/smuggled.png) }</style>',
  '<div style="background: url(https://smuggled.example/x.png)">styled</div>',
  '<table background="/smuggled.png"><tr><td>cell</td></tr></table>',
  '<svg onload=mark()></svg>',
  '<svg><script>mark()</script></svg>',
  '<svg><image href="https://smuggled.example/x.svg"/></svg>',
  '<svg><use href="/smuggled.svg#x"/></svg>',
  '<svg><animate onbegin=mark() attributeName=x dur=1s></svg>',
  '<svg><a xlink:href="javascript:mark()"><text y="20">click</text></a></svg>',
  '<svg><foreignObject><iframe src="javascript:mark()"></iframe></foreignObject></svg>',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=mark()></style></mglyph></math>',
  '[link](javascript:mark())',
  '[link](JaVaScRiPt:mark())',
  '[link](java&#x73;cript:mark())',
  '[link](data:text/html,<script>mark()</script>)',
  '[link](vbscript:mark())',
  '[link](/smuggled "title")',
  '[link](<javascript:mark()>)',
  '[link][ref]',
  '[ref]: javascript:mark()',
  '<javascript:mark()>',
  '![picture](https://smuggled.example/x.png)',
  '![picture](/smuggled.png)',
  '![picture](javascript:mark())',
  '![a](x"onerror="mark())',
  '`<img src=x onerror=mark()>`',
  '{{constructor.constructor("mark()")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of somebody else.
  '${mark()}',
  '__proto__[smuggled]=1',
  'dangerouslySetInnerHTML={{__html: "<img src=x onerror=mark()>"}}',
];

/** What would hide, or turn what stands beside it, where also names may hold it. */
const UNSEEN_IN_NAMES: readonly string[] = [
  'over\u202ewritten',
  'iso\u2067lated',
  'zero\u200bwidth',
  'soft\u00adhyphen',
  'filler\u3164',
  'tag\u{e0041}\u{e007f}',
  'שלום',
];

/** What would act on a terminal besides, or is no character at all. Refused in names, allowed in texts. */
export const UNSEEN: readonly string[] = [
  '\u001b[31mred\u001b[0m',
  '\u001b]8;;https://smuggled.example/\u0007link\u001b]8;;\u0007',
  '\u001b]52;c;bWFyaygp\u0007',
  '\u001b[2J\u001b[1;1H',
  'nul\0nul',
  'bell\u0007',
  'lone \ud800 surrogate',
  ...UNSEEN_IN_NAMES,
];

/** As many of them as fit, one after the other, into names of 200 characters. */
export const HOSTILE_NAMES: readonly string[] = toNames([...HOSTILE, ...UNSEEN_IN_NAMES]);

function toNames([first = '', ...others]: readonly string[]): string[] {
  const names = [first];
  for (const text of others) {
    const joined = `${names.at(-1)} ${text}`;
    if (joined.length <= 200) names.splice(-1, 1, joined);
    else names.push(text);
  }
  return names;
}

/** As the page is to show it: what cannot be seen by its code. */
export function shown(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\u200b\u202e\u2067\u00ad\u3164\p{Cs}\u{e0000}-\u{e007f}]/gu,
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** Whether a text holds one of the attacks as it is. */
export function isHostile(text: string): boolean {
  return [...HOSTILE, ...UNSEEN].some((attack) => text.includes(attack));
}
