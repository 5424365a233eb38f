import { type Document, type MergeConflict, mergeTexts } from '@stepledger/client';
import { type ReactNode, useMemo } from 'react';
import { Button } from '../../../ui/button.tsx';
import { TextPatch } from '../../../ui/patch/patch.tsx';
import { Empty, Loaded } from '../../../ui/states.tsx';
import { TextBox } from '../../../ui/text-box.tsx';
import { useVersionText } from '../use-document.ts';
import type { Draft } from './draft.ts';
import { fromEditable, toEditable } from './editable-text.ts';
import { applyChoices, CHOICES, type Choice } from './merge-choices.ts';
import type { DraftInHand } from './use-draft.ts';

export interface MergeViewProps {
  head: Document;
  /** The text that the draft was made from. */
  original: string;
  draft: Draft;
  inHand: DraftInHand;
  isSaving: boolean;
  onSave: (text: string, expectedVersion: number) => void;
  onBack: () => void;
  failure: ReactNode;
}

/** Joins the draft with what was saved meanwhile; who edits decides where both changed the same lines. */
export function MergeView(props: MergeViewProps) {
  const { head, onBack } = props;
  const query = useVersionText({ documentId: head.id, version: head.version }, { enabled: !head.deleted });
  if (head.deleted) {
    return (
      <Empty title={`Version ${head.version} has deleted the document`}>
        <p>Undelete it to save your text.</p>
        <Button onClick={onBack}>Back to my text</Button>
      </Empty>
    );
  }
  return <Loaded query={query}>{({ text }) => <Merge {...props} theirs={text ?? ''} />}</Loaded>;
}

function Merge(props: MergeViewProps & { theirs: string }) {
  const { head, original, draft, inHand, isSaving, onSave, onBack, failure, theirs } = props;
  const ours = fromEditable(draft);
  const merged = useMemo(() => mergeTexts({ base: original, ours, theirs }), [original, ours, theirs]);
  // What was chosen for an older version of theirs says nothing about this one.
  const choices = draft.merge?.theirs === head.version ? draft.merge.choices : [];
  const decided = merged.conflicts.map((_, index) => choices[index] ?? undefined);
  const open = decided.filter((choice) => choice === undefined).length;
  const result = applyChoices(merged, decided);
  const choose = (at: number, choice: Choice) =>
    inHand.change({
      ...draft,
      merge: {
        theirs: head.version,
        choices: merged.conflicts.map((_, index) => (index === at ? choice : (choices[index] ?? null))),
      },
    });
  const editable = toEditable(result);

  return (
    <section ref={takeFocus} tabIndex={-1} aria-label="Merge" className="min-h-0 grow overflow-auto">
      <div className="flex flex-wrap items-center gap-2 border-b p-3">
        <h2 className="font-semibold">
          Your change of version {draft.base} and version {head.version}
        </h2>
        <Button
          variant="primary"
          className="ml-auto"
          disabled={isSaving || open > 0 || result === theirs}
          onClick={() => onSave(result, head.version)}
        >
          {isSaving ? 'Saving…' : 'Save the merged text'}
        </Button>
        <Button
          disabled={isSaving || editable === null || open > 0}
          onClick={() => {
            if (editable === null) return;
            inHand.change({ ...editable, base: head.version, note: draft.note });
            onBack();
          }}
        >
          Edit the merged text
        </Button>
        <Button onClick={onBack}>Back to my text</Button>
      </div>
      {failure}
      <p className="px-3 py-2" role="status">
        {describe({
          conflicts: merged.conflicts.length,
          open,
          isSame: result === theirs,
          version: head.version,
        })}
      </p>
      {merged.conflicts.map((conflict, index) => (
        <Conflict
          key={conflict.at}
          number={index + 1}
          conflict={conflict}
          choice={decided[index]}
          isSaving={isSaving}
          onChoose={(choice) => choose(index, choice)}
        />
      ))}
      <h3 className="px-3 py-2 font-semibold">What saving changes in version {head.version}</h3>
      <div className="h-96 border-y">
        <TextPatch
          label="Merged text"
          name={`${head.id}@${head.version}+${draft.base} ${decided.join()} ${ours}`}
          before={theirs}
          after={result}
        />
      </div>
    </section>
  );
}

/** The text that was edited has gone from the page, and the keyboard with it. */
function takeFocus(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true });
}

function describe(state: { conflicts: number; open: number; isSame: boolean; version: number }): string {
  if (state.isSame) return `Version ${state.version} already says all of it: there is nothing to save.`;
  if (state.conflicts === 0) return 'Both changes fit together.';
  if (state.open === 0) return 'All is decided.';
  return `Both of you changed the same lines in ${state.conflicts === 1 ? 'one place' : `${state.conflicts} places`}; ${state.open} to decide.`;
}

const TITLES: Record<Choice, string> = { mine: 'Mine', theirs: 'Theirs', both: 'Both, mine first' };
/** Of a longer side only the beginning is shown here; all of it stands in the result. */
const SHOWN_LENGTH = 20_000;

interface ConflictProps {
  number: number;
  conflict: MergeConflict;
  choice: Choice | undefined;
  /** What is being saved has been decided: another choice would be lost with the draft. */
  isSaving: boolean;
  onChoose: (choice: Choice) => void;
}

function Conflict({ number, conflict, choice, isSaving, onChoose }: ConflictProps) {
  const sides = [
    { title: 'Before', text: conflict.base },
    { title: 'Mine', text: conflict.ours },
    { title: 'Theirs', text: conflict.theirs },
  ];
  return (
    <fieldset className="m-3 grid gap-2 rounded-md border p-3">
      <legend className="px-1 font-medium">Conflict {number}</legend>
      <div className="grid gap-2 lg:grid-cols-3">
        {sides.map(({ title, text }) => (
          <div key={title} className="min-w-0">
            <p className="text-xs text-muted-foreground">{title}</p>
            <TextBox
              label={`Conflict ${number}: ${title}`}
              text={text === '' ? '(nothing)' : text.slice(0, SHOWN_LENGTH)}
              className="rounded bg-muted p-2"
            />
          </div>
        ))}
      </div>
      <div className="flex flex-wrap gap-4">
        {CHOICES.map((each) => (
          <label key={each} className="flex items-center gap-1.5">
            <input
              type="radio"
              name={`conflict-${number}`}
              checked={choice === each}
              aria-disabled={isSaving}
              onChange={() => !isSaving && onChoose(each)}
            />
            {TITLES[each]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
