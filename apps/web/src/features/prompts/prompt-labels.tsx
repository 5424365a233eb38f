import type { Prompt } from '@stepledger/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { FormEvent } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { useTyped } from '../../lib/use-typed.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Input } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';

interface PromptLabelsProps {
  prompt: Prompt;
  /** Those that it has now: what it was read with may point elsewhere. */
  labels: readonly string[];
}

/** The labels that point at a version; a label that is set here is taken off the version that had it. */
export function PromptLabels({ prompt: { name, version }, labels }: PromptLabelsProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const label = useTyped(`label ${name}`);
  const renew = () => queryClient.invalidateQueries(trpc.prompts.pathFilter());
  const set = useMutation(
    trpc.prompts.setLabel.mutationOptions({
      onSuccess: (_label, sent) => {
        label.done(sent.label);
        void renew();
      },
    }),
  );
  const remove = useMutation(trpc.prompts.removeLabel.mutationOptions({ onSuccess: () => void renew() }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.reset();
    set.mutate({ name, label: label.text, version });
  };
  const error = set.error ?? remove.error;
  return (
    <div className="px-4 pb-2">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form. */}
      <div
        role="group"
        aria-label={`Labels of version ${version}`}
        className="flex flex-wrap items-center gap-2"
      >
        {labels.map((each) => (
          <Badge key={each} tone="accent" className="max-w-full">
            <span className="truncate">
              <Visible text={each} />
            </span>
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Take the label ${toVisible(each)} off`}
              className="size-6"
              disabled={remove.isPending}
              onClick={() => {
                set.reset();
                remove.mutate({ name, label: each });
              }}
            >
              <X aria-hidden />
            </Button>
          </Badge>
        ))}
        <form onSubmit={submit} className="flex items-center gap-2">
          <Input
            aria-label={`Label for version ${version}`}
            placeholder="label, such as production"
            required
            maxLength={200}
            value={label.text}
            onChange={({ target }) => label.change(target.value)}
          />
          <Button type="submit" disabled={set.isPending}>
            Set label
          </Button>
        </form>
      </div>
      {error !== null && <Failure error={error} />}
    </div>
  );
}
