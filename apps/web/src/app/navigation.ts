import { ListTree, type LucideIcon } from 'lucide-react';

/** The pages that can be gone to from everywhere. */
export const NAVIGATION: readonly { to: '/'; label: string; icon: LucideIcon }[] = [
  { to: '/', label: 'Runs', icon: ListTree },
];
