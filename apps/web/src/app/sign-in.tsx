import { type FormEvent, useState } from 'react';
import { useLedger } from '../lib/ledger.tsx';
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
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A key is pasted, often with what stood around it.
    changeSession({ token: token.trim() });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p>
        This server needs an API key. Make one on its machine: <code>stepledger keys create --name web</code>
      </p>
      {session.token !== null && (
        <p role="alert" className="text-danger">
          The server does not accept the key that this browser remembers.
        </p>
      )}
      <label className="grid gap-1">
        API key
        <Input
          type="password"
          autoComplete="current-password"
          required
          placeholder="sl_…"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      </label>
      <Button type="submit" variant="primary">
        Enter
      </Button>
    </form>
  );
}
