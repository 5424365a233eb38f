import { cn } from './cn.ts';

export interface TabLinksProps<Tab extends string> {
  label: string;
  tabs: readonly { tab: Tab; label: string; count?: number | undefined }[];
  current: Tab;
  onChange: (tab: Tab) => void;
}

/** Views of one thing; which one is looked at stands in the URL, so these are not tabs of a widget but a navigation. */
export function TabLinks<Tab extends string>({ label, tabs, current, onChange }: TabLinksProps<Tab>) {
  return (
    <nav aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b px-2">
      {tabs.map(({ tab, label: name, count }) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === current ? 'page' : undefined}
          className={cn(
            '-mb-px cursor-pointer border-b-2 -outline-offset-2 border-transparent px-3 py-2 whitespace-nowrap text-muted-foreground hover:text-foreground',
            tab === current && 'border-primary font-medium text-foreground',
          )}
          onClick={() => onChange(tab)}
        >
          {name}
          {count !== undefined && <span className="ml-1 text-xs text-muted-foreground">{count}</span>}
        </button>
      ))}
    </nav>
  );
}
