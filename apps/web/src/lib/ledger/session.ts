import { findSessionFaults } from './open-ledger.ts';

/** What this browser remembers of its visitor: the API key and the project. Everything else stands in the URL. */
export interface Session {
  token: string | null;
  project: string | null;
}

const NAME = 'stepledger.session';

/** As the server takes it, where neither the visitor nor their key names another. */
const DEFAULT_PROJECT = 'default';

export function loadSession(): Session {
  const session = readSession();
  // A key or a project that the client refuses would leave no page to choose another on.
  const refused = new Set(findSessionFaults(session).map(({ path }) => path));
  return {
    token: refused.has('token') ? null : session.token,
    project: refused.has('project') ? null : session.project,
  };
}

export function saveSession(session: Session): void {
  localStorage.setItem(NAME, JSON.stringify(session));
}

/** Tells what another tab has made of the session; answers how to end that. */
export function followSession(listener: (session: Session) => void): () => void {
  const follow = ({ key, storageArea }: StorageEvent) => {
    // Without a name, all was removed.
    if (storageArea === localStorage && (key === null || key === NAME)) listener(loadSession());
  };
  addEventListener('storage', follow);
  return () => removeEventListener('storage', follow);
}

/** The project that a session sees. A key of one project names it, and sees no other. */
export function projectOf({ token, project }: Session): string {
  return /^sl_([^_]+)_/.exec(token ?? '')?.[1] ?? project ?? DEFAULT_PROJECT;
}

/** For whom something was read: nothing of it may stay on the page of another. */
export function audienceOf(session: Session): string {
  return `${session.token === null ? 'without a key' : 'with a key'} ${projectOf(session)}`;
}

function readSession(): Session {
  const none: Session = { token: null, project: null };
  const stored = localStorage.getItem(NAME);
  if (stored === null) return none;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null) return none;
    const { token, project } = value as Record<string, unknown>;
    return {
      token: typeof token === 'string' ? token : null,
      project: typeof project === 'string' ? project : null,
    };
  } catch {
    // Another version of this page, or a person, wrote something else there: as if nothing were remembered.
    return none;
  }
}
