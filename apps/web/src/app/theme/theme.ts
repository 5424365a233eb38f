import { useEffect, useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const NAME = 'stepledger.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function loadTheme(): Theme {
  const stored = localStorage.getItem(NAME);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function apply(theme: Theme): void {
  document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && dark.matches));
}

/** Before anything is drawn, so that nothing flashes. */
export function applyStoredTheme(): void {
  apply(loadTheme());
}

/** The theme and how to change it; `system` follows the system as it changes. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(loadTheme);
  useEffect(() => {
    const follow = () => apply(theme);
    follow();
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [theme]);
  return [
    theme,
    (next) => {
      localStorage.setItem(NAME, next);
      setTheme(next);
    },
  ];
}
