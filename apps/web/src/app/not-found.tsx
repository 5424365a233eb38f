import { Link } from '@tanstack/react-router';
import { Empty } from '../ui/states.tsx';

export function NotFound() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is no such page">
        <Link to="/" className="text-primary underline">
          All runs
        </Link>
      </Empty>
    </>
  );
}
