import { createStepledger, type Stepledger } from '@stepledger/client';
import type { TestServer } from '@stepledger/testing';

let projects = 0;

/** Another project of a server, with nothing in it. */
export async function emptyProject(server: TestServer): Promise<Stepledger & { slug: string }> {
  projects += 1;
  const slug = `project-${process.pid}-${projects}`;
  await server.ledger.projects.create({ slug });
  return Object.assign(createStepledger({ url: server.url, project: slug, spool: false }), { slug });
}
