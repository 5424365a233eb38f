import {
  Activity,
  ChartBar,
  GitCompare,
  ListTree,
  type LucideIcon,
  MessageSquareText,
  Search,
  Settings,
} from 'lucide-react';

/** The pages that can be gone to from everywhere. */
export const NAVIGATION = [
  { to: '/', label: 'Runs', icon: ListTree },
  { to: '/search', label: 'Search', icon: Search },
  { to: '/live', label: 'Live', icon: Activity },
  { to: '/prompts', label: 'Prompts', icon: MessageSquareText },
  { to: '/compare', label: 'Compare', icon: GitCompare },
  { to: '/stats', label: 'Stats', icon: ChartBar },
  { to: '/settings', label: 'Settings', icon: Settings },
] as const satisfies readonly { to: string; label: string; icon: LucideIcon }[];
