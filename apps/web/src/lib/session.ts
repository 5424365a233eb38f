/** What this browser remembers of its visitor: the API key and the project. Everything else stands in the URL. */
export interface Session {
  token: string | null;
  project: string | null;
}

const NAME = 'stepledger.session';

export function loadSession(): Session {
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

export function saveSession(session: Session): void {
  localStorage.setItem(NAME, JSON.stringify(session));
}
