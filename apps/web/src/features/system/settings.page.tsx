import type { ReactNode } from 'react';
import { useId } from 'react';
import { ApiKeys } from '../api-keys/api-keys.tsx';
import { ProjectSettings } from '../projects/project-settings.tsx';
import { ServerHealth } from './server-health.tsx';
import { StorageTable } from './storage-table.tsx';
import { VerifySearch } from './verify-search.tsx';

/** The project, its keys, and how the server is. */
export function SettingsPage() {
  return (
    <>
      <title>Settings · Stepledger</title>
      <div className="border-b p-3">
        <h1 className="text-base font-semibold">Settings</h1>
      </div>
      <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-6 p-4">
        <Section title="Project">
          <ProjectSettings />
        </Section>
        <Section title="API keys">
          <ApiKeys />
        </Section>
        <Section title="Server">
          <ServerHealth />
        </Section>
        <Section title="Search index">
          <VerifySearch />
        </Section>
        <Section title="Storage">
          <StorageTable />
        </Section>
      </div>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 id={heading} className="border-b pb-1 font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}
