import { Link, Outlet } from '@tanstack/react-router';
import { Keyboard, ListTree, Search } from 'lucide-react';
import { Fragment, useRef, useState } from 'react';
import { useKeptFocus } from '../lib/keyboard/kept-focus.ts';
import { lazyPart } from '../lib/lazy-part.ts';
import { useLedger } from '../lib/ledger/ledger.tsx';
import { audienceOf, projectOf } from '../lib/ledger/session.ts';
import { useLive } from '../lib/live/live.tsx';
import { Button } from '../ui/button.tsx';
import { Part } from '../ui/part.tsx';
import { ConnectionBadge } from './connection-badge.tsx';
import { useKeyboardHelp } from './keyboard-help/use-keyboard-help.tsx';
import { NAVIGATION } from './navigation.ts';
import { usePalette } from './palette/use-palette.tsx';
import { ThemeButton } from './theme/theme-button.tsx';

const SignIn = lazyPart(async () => (await import('./sign-in.tsx')).SignIn);
const SignInAgain = lazyPart(async () => (await import('./sign-in-again.tsx')).SignInAgain);

/** What stands around every page. */
export function Layout() {
  const { session, isRefused } = useLedger();
  const audience = audienceOf(session);
  const { status } = useLive();
  const [hasEntered, setHasEntered] = useState(false);
  if (status === 'live' && !hasEntered) setHasEntered(true);
  const [menu, setMenu] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { help, openHelp } = useKeyboardHelp();
  const { palette, openPalette } = usePalette({ onHelp: openHelp });
  useKeptFocus();
  // Who has forgotten their key may not look at what it showed.
  if (isRefused && (!hasEntered || session.token === null)) {
    return (
      <Part>
        <SignIn />
      </Part>
    );
  }
  return (
    <div className="grid h-dvh grid-rows-[auto_1fr] md:grid-cols-[11rem_1fr] md:grid-rows-1">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-background focus:p-2"
      >
        Skip to the page
      </a>
      <header className="flex flex-wrap items-center gap-1 border-b bg-surface p-2 md:flex-col md:items-stretch md:border-r md:border-b-0">
        <Link to="/" className="flex items-center gap-2 p-2 font-semibold">
          <ListTree aria-hidden className="size-5 text-primary" />
          Stepledger
        </Link>
        <button
          type="button"
          className="ml-auto flex cursor-pointer items-center gap-2 rounded-md border bg-background px-2 py-1 text-muted-foreground hover:bg-muted md:mx-0 md:mb-1"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={openPalette}
        >
          <Search aria-hidden className="size-4" />
          Go to
          <kbd className="ml-auto hidden text-xs md:inline">Ctrl K</kbd>
        </button>
        <div className="md:hidden">
          <ConnectionBadge />
        </div>
        <button
          type="button"
          className="rounded-md border px-2 py-1 md:hidden"
          aria-expanded={menu}
          aria-controls="navigation controls"
          onClick={() => setMenu(!menu)}
        >
          Menu
        </button>
        <nav
          id="navigation"
          aria-label="Pages"
          className={`${menu ? 'grid' : 'hidden'} w-full gap-0.5 md:grid`}
        >
          {NAVIGATION.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="flex items-center gap-2 rounded-md px-2 py-1.5 text-muted-foreground hover:bg-muted hover:text-foreground data-[status=active]:bg-accent data-[status=active]:text-accent-foreground"
              onClick={() => {
                if (!menu) return;
                setMenu(false);
                main.current?.focus();
              }}
            >
              <Icon aria-hidden className="size-4" />
              {label}
            </Link>
          ))}
        </nav>
        <div
          id="controls"
          className={`${menu ? 'flex' : 'hidden'} w-full flex-wrap items-center gap-2 p-2 text-xs text-muted-foreground md:mt-auto md:flex`}
        >
          <span className="w-full truncate">Project {projectOf(session)}</span>
          <div className="hidden md:block">
            <ConnectionBadge />
          </div>
          <ThemeButton />
          <Button
            variant="ghost"
            size="icon"
            aria-label="Keyboard shortcuts"
            aria-keyshortcuts="?"
            title="Keyboard shortcuts (?)"
            onClick={openHelp}
          >
            <Keyboard aria-hidden />
          </Button>
        </div>
      </header>
      <main ref={main} id="main" className="min-h-0 min-w-0 overflow-auto" tabIndex={-1}>
        <Outlet key={audience} />
      </main>
      <Fragment key={audience}>{palette}</Fragment>
      {help}
      {isRefused && (
        <Part fallback={null}>
          <SignInAgain />
        </Part>
      )}
    </div>
  );
}
