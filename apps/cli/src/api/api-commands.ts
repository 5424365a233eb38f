import { describeProcedures, type ProcedureDescription } from '@stepledger/api';
import { initTRPC } from '@trpc/server';
import type { Command, Option } from 'commander';
import { createCli } from 'trpc-cli';
import type { Shell } from '../shell/shell.ts';
import { callProcedure, type ProcedureCommand } from './call-procedure.ts';
import { commandSchemaOf } from './command-schema.ts';
import { exampleOf } from './example.ts';
import { inputFieldsOf, inputSchemaOf, isPaged, type Schema } from './input-fields.ts';
import type { Options } from './read-input.ts';

/** What trpc-cli reads of a procedure for its help. */
interface CommandMeta {
  description: string;
  examples: string;
}

const t = initTRPC.meta<CommandMeta>().create();

/**
 * The whole API as commands, `runs list`, `documents get` and all others, out of what the procedures say of
 * themselves. A procedure that the API gains is a command by that alone.
 */
export function createApiCommands(shell: Shell): Command[] {
  const features = new Map<string, Record<string, ReturnType<typeof toProcedure>>>();
  for (const description of describeProcedures()) {
    const [feature = '', method = ''] = description.path.split('.');
    features.set(feature, { ...features.get(feature), [method]: toProcedure(shell, description) });
  }
  const routers = [...features].map(([name, procedures]) => [name, t.router(procedures)] as const);
  const program = createCli({
    router: t.router(Object.fromEntries(routers)),
    name: 'stepledger',
  }).buildProgram({
    argv: [],
    // The procedures themselves print what they answer.
    logger: { info: () => undefined, error: () => undefined },
  }) as unknown as Command;
  for (const feature of program.commands) {
    const methods = feature.commands.map((command) => command.name());
    feature.description(methods.join(', ')).helpGroup('The API, a command a procedure:');
    for (const { options } of feature.commands) for (const option of options) takeValue(option as Option);
  }
  return [...program.commands];
}

/** A procedure of trpc-cli in whose place the server's is called. */
function toProcedure(shell: Shell, description: ProcedureDescription) {
  const schema = inputSchemaOf(description);
  const fields = inputFieldsOf(schema);
  const command: ProcedureCommand = { description, schema, fields, paged: isPaged(description) };
  return t.procedure
    .meta({ description: description.summary, examples: `  ${exampleOf(description, command)}` })
    .input(toStandardSchema(commandSchemaOf(schema, fields, command)))
    .mutation(({ input }) => callProcedure(shell, command, input));
}

/** A schema that trpc-cli reads as JSON Schema and that lets everything through: the server checks the input. */
function toStandardSchema(schema: Schema) {
  return {
    '~standard': {
      vendor: 'stepledger',
      version: 1 as const,
      validate: (value: unknown) => ({ value: value as Options }),
    },
    toJsonSchema: () => schema,
  };
}

/**
 * An option that trpc-cli lets stand alone gets its value for sure: `--name` without one is a mistake. Its words on
 * types tell less than ours.
 */
function takeValue(option: Option): void {
  option.description = option.description.replace(/^Type: [a-z]+ /, '').replace(/ ?array$/, '');
  if (option.flags.includes('[boolean]') || !option.optional) return;
  option.flags = option.flags.replace('[', '<').replace(']', '>');
  option.optional = false;
  option.required = true;
}
