import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useTRPC } from '../../../lib/ledger/ledger.tsx';
import { useTyped } from '../../../lib/use-typed.ts';
import { Button } from '../../../ui/button.tsx';
import { Input, Textarea } from '../../../ui/input.tsx';
import { Failure } from '../../../ui/states.tsx';
import type { ForkPoint } from './fork-button.tsx';
import { useRunView } from './run-view.ts';

/** What was typed stays when the fork is refused. */
export function ForkForm({ from }: { from: ForkPoint }) {
  const trpc = useTRPC();
  const { run } = useRunView();
  const navigate = useNavigate();
  const name = `fork ${run.id} ${JSON.stringify(from)}`;
  const key = useTyped(`${name} key`, `${run.key}-fork`.slice(0, 200));
  const goal = useTyped(`${name} goal`, run.goal ?? '');
  const fork = useMutation(
    trpc.runs.fork.mutationOptions({
      onMutate: () => ({ key: key.text, goal: goal.text }),
      onSuccess: (made, _input, sent) => {
        key.done(sent.key);
        goal.done(sent.goal);
        void navigate({ to: '/runs/$run', params: { run: made.key }, search: {} });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changed = goal.text === (run.goal ?? '') ? {} : { goal: goal.text === '' ? null : goal.text };
    fork.mutate({ runId: run.id, key: key.text, ...from, ...changed });
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <label className="grid gap-1">
        Key of the new run
        <Input
          required
          maxLength={200}
          value={key.text}
          onChange={({ target }) => key.change(target.value)}
        />
      </label>
      <label className="grid gap-1">
        Goal
        <Textarea rows={3} value={goal.text} onChange={({ target }) => goal.change(target.value)} />
      </label>
      {fork.error !== null && <Failure error={fork.error} />}
      <div>
        <Button type="submit" variant="primary" disabled={fork.isPending}>
          Fork
        </Button>
      </div>
    </form>
  );
}
