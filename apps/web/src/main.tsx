import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element of the id root');
createRoot(root).render(
  <StrictMode>
    <main className="p-8">
      <h1 className="text-2xl">Stepledger</h1>
    </main>
  </StrictMode>,
);
