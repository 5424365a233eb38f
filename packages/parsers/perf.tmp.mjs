import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
const cases = {
  quotes: n => '>'.repeat(n),
  quotesSp: n => '> '.repeat(n/2),
  quoteLines: n => Array.from({length: Math.sqrt(n)|0},(_, i)=>'>'.repeat(i)+'a').join('\n'),
  nestedListOneLine: n => '- '.repeat(n/2)+'a',
  nestedListLines: n => { let s='',i=0; while(s.length<n){s+=' '.repeat(2*i)+'- a\n';i++;} return s;},
  olist: n => '1. '.repeat(n/3)+'a',
  backticks: n => '`'.repeat(n),
  backtickRuns: n => { let s='',i=1; while(s.length<n){s+='`'.repeat(i)+' ';i++;} return s; },
  aTick: n => 'a`b``'.repeat(n/5),
  brackets: n => '['.repeat(n),
  bracketTick: n => '[`x'.repeat(n/3),
  linkopen: n => '[a]('.repeat(n/4),
  linkopen2: n => '[a](<b'.repeat(n/6),
  imgs: n => '![['.repeat(n/3),
  stars: n => '*a '.repeat(n/3),
  starsC: n => '*'.repeat(n),
  strong: n => '**a *b '.repeat(n/7),
  under: n => 'a_'.repeat(n/2),
  emph: n => '*a_ '.repeat(n/4),
  html: n => '<a '.repeat(n/3),
  htmlC: n => '<!--'.repeat(n/4),
  htmlPI: n => 'a<?'.repeat(n/3),
  cdata: n => 'a<![CDATA['.repeat(n/10),
  entity: n => '&'.repeat(n),
  defs: n => '[a]: b\n'.repeat(n/7),
  defsU: n => Array.from({length:n/12|0},(_, i)=>`[a${i}]: b`).join('\n'),
  bracketDefs: n => '[a]: b\n\n' + '[a]'.repeat(n/3),
  hashes: n => '#'.repeat(n),
  headings: n => '# a\n'.repeat(n/4),
  blanks: n => ' '.repeat(n),
  tabs: n => '\t'.repeat(n),
  newlines: n => '\n'.repeat(n),
  blanksA: n => ('a'+' '.repeat(100)).repeat(n/101),
  backslash: n => '\\'.repeat(n),
  text: n => 'word '.repeat(n/5),
  paraLines: n => 'word\n'.repeat(n/5),
  setext: n => 'a\n=\n'.repeat(n/4),
  setext2: n => ('a\n'.repeat(n/2))+'==',
  fence: n => '```\na\n```\n'.repeat(n/10),
  openFence: n => '```\n' + 'a\n'.repeat(n/2),
  openFenceTicks: n => '````\n' + '```\n'.repeat(n/4),
  listItems: n => '- a\n'.repeat(n/4),
  listLoose: n => '- a\n\n'.repeat(n/5),
  tasks: n => '- [ ] a\n'.repeat(n/8),
  olistItems: n => '1. a\n'.repeat(n/5),
  alternateLists: n => '- a\n* b\n'.repeat(n/8),
  quoteList: n => '> - a\n'.repeat(n/6),
  oneLongLine: n => 'a'.repeat(n),
  crs: n => '\r'.repeat(n),
  underline: n => '_'.repeat(n)+'a',
  tilde: n => '~'.repeat(n),
  autol: n => '<a@'.repeat(n/3),
  links: n => '[a](b) '.repeat(n/7),
  nestedLazy: n => '> > > > > > > >a\n'.repeat(4)+'b\n'.repeat(n/2),
  deepLazy: n => '> '.repeat(100)+'a\n' + 'b\n'.repeat(n/2),
  deepList: n => '- '.repeat(100)+'a\n' + 'b\n'.repeat(n/2),
  deepListBlank: n => '- '.repeat(100)+'a\n' + '\n'.repeat(n/2),
};
const only = process.argv[2];
const sizes = (process.argv[3]??'4000,16000,64000').split(',').map(Number);
for (const [k,f] of Object.entries(cases)) { if (only && only!=='all' && !only.split(',').includes(k)) continue;
  const out=[];
  for (const n of sizes) { const s=f(n); const t=performance.now(); let e='';
    try { fromMarkdown(s,{extensions:[gfmTaskListItem(),{disable:{null:['attention','autolink','characterEscape','characterReference','codeText','hardBreakEscape','htmlText','labelEnd','labelStartImage','labelStartLink']}}],mdastExtensions:[gfmTaskListItemFromMarkdown()]}); } catch(x){ e=String(x).slice(0,40);} 
    const ms=performance.now()-t; out.push(`${s.length}:${ms.toFixed(0)}ms${e?'!'+e:''}`); if (ms>20000) break; }
  console.log(k.padEnd(20), out.join('  '));
}
