import { Dialog } from '../../ui/dialog.tsx';

const SHORTCUTS: readonly { where: string; keys: readonly { keys: readonly string[]; does: string }[] }[] = [
  {
    where: 'Everywhere',
    keys: [
      { keys: ['Ctrl K', '⌘ K'], does: 'Go to a page, a run or any text' },
      { keys: ['/'], does: 'To the filter or the search of the page; without one, as Ctrl K' },
      { keys: ['Esc'], does: 'Close a window, or leave the filter' },
      { keys: ['?'], does: 'Show these keys' },
    ],
  },
  {
    where: 'Lists',
    keys: [
      { keys: ['j', 'k'], does: 'To the next, and to the previous' },
      { keys: ['o', 'Enter'], does: 'Open it' },
    ],
  },
  { where: 'A run', keys: [{ keys: ['[', ']'], does: 'To the revision before, and to the one after' }] },
  { where: 'Live', keys: [{ keys: ['p'], does: 'Pause, and go on' }] },
];

/** What can be done by single keys; all else is reached by Tab. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      title="Keyboard"
      description="All there is can be reached by Tab. While you type, only Ctrl K and Esc are shortcuts."
      open
      onOpenChange={onClose}
    >
      {SHORTCUTS.map(({ where, keys }) => (
        <section key={where}>
          <h3 className="pb-1 font-medium">{where}</h3>
          <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-1">
            {keys.map((shortcut) => (
              <div key={shortcut.does} className="contents">
                <dt className="flex flex-wrap gap-1">
                  {shortcut.keys.map((key) => (
                    <kbd key={key} className="rounded border bg-muted px-1.5 text-xs leading-5">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd className="text-muted-foreground">{shortcut.does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
