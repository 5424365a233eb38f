import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadCorpus } from './corpus.ts';
import { type PlannedRun, planLoad } from './plan.ts';

const SAMPLE = resolve(import.meta.dirname, '../sample');

async function planSample() {
  const plan = planLoad(await loadCorpus(SAMPLE));
  const find = (key: string): PlannedRun => {
    const run = plan.runs.find(({ start }) => start.key === key);
    if (run === undefined) throw new Error(`There is no run ${key}`);
    return run;
  };
  return { plan, find };
}

const SYSTEM = {
  role: 'system',
  content: 'You fix one bug in a small repository. Answer with one command.',
};
const FIRST = [
  { role: 'user', content: 'Here is how a bug was fixed before:\nopen, edit, test, submit.' },
  { role: 'user', content: 'The bug: `slug("Über uns")` answers "ber-uns".' },
];
const FIRST_ANSWER = { role: 'assistant', content: 'Let me look at it first.\n\nopen src/slug.js' };
const SECOND = {
  role: 'user',
  content:
    '1: export function slug(text) {\r\n2:   return text.toLowerCase().replace(/[^a-z]+/g, "-");\r\n3: }\r\n',
};
const SECOND_ANSWER = {
  role: 'assistant',
  content: 'The letters need their marks removed.\n\nedit 2: text.normalize("NFD").toLowerCase()',
};

test('a conversation that was sent again is spelled out: system prompt, earlier messages and answers, the new one', async () => {
  const { find } = await planSample();
  const sent = find('bug-loop/fix-slug').steps[0]?.exchanges.map(({ input }) => input.messages);

  expect(sent).toEqual([
    [SYSTEM, ...FIRST],
    [SYSTEM, ...FIRST, FIRST_ANSWER, SECOND],
    [SYSTEM, ...FIRST, FIRST_ANSWER, SECOND, SECOND_ANSWER, { role: 'user', content: 'all 12 tests pass ' }],
  ]);
});

test('failed attempts stand before the one that brought the answer', async () => {
  const { find } = await planSample();

  expect(find('bug-loop/fix-slug').steps[0]?.exchanges[1]?.input.attempts).toEqual([
    {
      status: 'failed',
      error: '429 Too Many Requests',
      httpStatus: 429,
      response: '{"error":{"message":"slow down"}} ',
    },
    { status: 'failed', error: 'socket hang up' },
    { status: 'completed' },
  ]);
});

test('runs, steps and documents of one name get keys that tell them apart', async () => {
  const { plan, find } = await planSample();
  expect(plan.runs.map(({ start }) => start.key)).toEqual([
    'bug-loop/fix-slug',
    'bug-loop/fix-slug #2',
    'small-house/timer',
    'small-house/texts',
    'specs/2026-01-add-export',
  ]);
  const { steps } = find('small-house/timer');
  expect(steps.map(({ name, key }) => [name, key])).toEqual([
    ['WriteRequirement', ''],
    ['WriteCode', ''],
    ['Review', ''],
    ['Review', '2'],
    ['Notes', ''],
  ]);
  expect(steps[1]?.exchanges.flatMap(({ documents }) => documents).map(({ key }) => key)).toEqual([
    'WriteCode',
    'WriteCode #2',
  ]);
  expect(plan.prompts.map(({ put }) => put.name)).toEqual([
    'small-house/REQUIREMENT',
    'small-house/PROMPT (a.py)',
    'small-house/PROMPT (b.py)',
    'specs/tasks',
  ]);
});

test('a document derives from the documents of the answers that its prompt was built on', async () => {
  const { plan, find } = await planSample();
  const review = find('small-house/timer').steps[2]?.exchanges[1];

  expect(review?.derivesFrom.map(({ key }) => key)).toEqual(['WriteCode', 'WriteCode #2']);
  expect(plan.unlinkedDerivations).toBe(3);
});

test('each file is one workflow with all steps of its runs, in order, and the kinds that they yield', async () => {
  const { plan } = await planSample();

  expect(plan.workflows.find(({ name }) => name === 'small-house')).toEqual({
    name: 'small-house',
    steps: [
      { name: 'WriteRequirement', kinds: ['requirement'] },
      { name: 'WriteCode', kinds: ['code', 'other'] },
      { name: 'Review', kinds: ['code'] },
      { name: 'Notes', kinds: [] },
    ],
  });
});
