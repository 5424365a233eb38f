import { Link } from '@tanstack/react-router';
import { Empty } from '../ui/states.tsx';

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <Link to="/" className="text-primary underline">
        All runs
      </Link>
    </Empty>
  );
}
