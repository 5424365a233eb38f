import { Activity, ListTree, type LucideIcon, Search } from 'lucide-react';

/** The pages that can be gone to from everywhere. */
export const NAVIGATION = [
  { to: '/', label: 'Runs', icon: ListTree },
  { to: '/search', label: 'Search', icon: Search },
  { to: '/live', label: 'Live', icon: Activity },
] as const satisfies readonly { to: string; label: string; icon: LucideIcon }[];
