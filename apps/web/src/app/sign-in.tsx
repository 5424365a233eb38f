import { type FormEvent, useState } from 'react';
import { useLedger } from '../lib/ledger/ledger.tsx';
import { findSessionFaults } from '../lib/ledger/open-ledger.ts';
import { Button } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';

/** Asks for an API key, where the server needs one. It stays in this browser. */
export function SignIn() {
  return (
    <main className="grid h-dvh place-items-center p-4">
      <div className="grid w-full max-w-md gap-4 rounded-lg border bg-surface p-6">
        <h1 className="text-lg font-semibold">Stepledger</h1>
        <SignInForm />
      </div>
    </main>
  );
}

export function SignInForm() {
  const { session, changeSession } = useLedger();
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A key is pasted, often with what stood around it.
    const token = typed.trim();
    const [found] = findSessionFaults({ token, project: null });
    setFault(found?.reason ?? null);
    if (found === undefined) changeSession({ token });
  };
  const alert =
    fault !== null
      ? `This is no key: it ${fault}.`
      : session.token !== null && 'The server does not accept the key that this browser remembers.';
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p>
        This server needs an API key. Make one on its machine: <code>stepledger keys create --name web</code>
      </p>
      {alert !== false && (
        <p role="alert" className="text-danger">
          {alert}
        </p>
      )}
      <label className="grid gap-1">
        API key
        <Input
          type="password"
          autoComplete="current-password"
          required
          placeholder="sl_…"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <Button type="submit" variant="primary">
        Enter
      </Button>
    </form>
  );
}
