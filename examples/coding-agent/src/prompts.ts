/** The feature that is worked on when none is named; the bundled answers are about this one. */
export const DEFAULT_IDEA = 'Let users reset a forgotten password by e-mail';

/**
 * The predefined prompts, one a step. The server stores each as an immutable version: putting the same
 * content again makes no new one.
 *
 * Three braces put a text in as it is; in mustache two would turn `<` into `&lt;`.
 */
export const PROMPTS = {
  requirement: {
    name: 'coding-agent/requirement',
    syntax: 'mustache',
    parameters: ['idea'],
    template: [
      {
        role: 'system',
        text: [
          'You are a product engineer. You turn a feature idea into a requirement that can be tested.',
          'Answer in Markdown with these sections: Goal, Users, Behaviour, Limits, Out of scope.',
          'Number every sentence under Behaviour and Limits (R1, R2, ...), so that others can refer to it.',
        ].join('\n'),
      },
      { role: 'user', text: 'The idea:\n{{{idea}}}' },
    ],
  },
  design: {
    name: 'coding-agent/design',
    syntax: 'mustache',
    parameters: ['idea', 'requirement'],
    template: [
      {
        role: 'system',
        text: [
          'You are a software architect. You write the smallest design that meets a requirement.',
          'Answer in Markdown with these sections: Overview, Data, Interfaces, Flow, Failure cases.',
          'Name the numbers of the requirement (R1, R2, ...) that each part serves.',
        ].join('\n'),
      },
      { role: 'user', text: 'The idea:\n{{{idea}}}\n\nThe requirement:\n{{{requirement}}}' },
    ],
  },
  subtasks: {
    name: 'coding-agent/subtasks',
    syntax: 'mustache',
    parameters: ['idea', 'design'],
    template: [
      {
        role: 'system',
        text: [
          'You are a technical lead. You cut a design into subtasks, each done by one person in half a day.',
          'Answer with nothing but a list. Each subtask begins with one line of this form:',
          '- [short-key] Title',
          'The key is made of a-z, 0-9 and hyphens. Indented lines below it say what to do and how to test it.',
        ].join('\n'),
      },
      { role: 'user', text: 'The idea:\n{{{idea}}}\n\nThe design:\n{{{design}}}' },
    ],
  },
};

/** The steps of the process, each with its prompt and the kind of document that it yields. */
export const WORKFLOW = {
  name: 'coding-agent',
  steps: [
    { name: 'requirement_step', prompt: PROMPTS.requirement.name, kinds: ['requirement'] },
    { name: 'design_step', prompt: PROMPTS.design.name, kinds: ['design'] },
    { name: 'subtask_step', prompt: PROMPTS.subtasks.name, kinds: ['subtask'] },
  ],
};
