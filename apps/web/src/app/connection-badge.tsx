import { useLive } from '../lib/live/live.tsx';
import { Badge } from '../ui/badge.tsx';

const SHOWN = {
  connecting: { tone: 'neutral', label: 'Connecting' },
  live: { tone: 'success', label: 'Live' },
  offline: { tone: 'danger', label: 'Offline' },
} as const;

/** Whether what happens appears at once; being offline is said aloud. */
export function ConnectionBadge() {
  const { status } = useLive();
  const { tone, label } = SHOWN[status];
  return (
    <span role="status">
      <Badge tone={tone}>
        <span aria-hidden className="size-1.5 rounded-full bg-current" />
        {label}
      </Badge>
    </span>
  );
}
