import { Link } from '@tanstack/react-router';
import { Visible } from '../../ui/exact-text.tsx';

/** The way to an exact version of a prompt. */
export function PromptLink({ prompt: { name, version } }: { prompt: { name: string; version: number } }) {
  return (
    <Link
      to="/prompts/$name"
      params={{ name }}
      search={{ version }}
      className="text-primary underline underline-offset-2"
    >
      <Visible text={name} /> v{version}
    </Link>
  );
}
