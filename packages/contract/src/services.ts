import type { Access, ApiKeysService } from './api-keys.ts';
import type { BlobsService } from './blobs.ts';
import type { ContextService } from './context.ts';
import type { DocumentsService } from './documents.ts';
import type { EntriesService } from './entries.ts';
import type { ExchangesService } from './exchanges.ts';
import type { LinksService } from './links.ts';
import type { ParsesService } from './parses.ts';
import type { ProjectsService } from './projects.ts';
import type { PromptsService } from './prompts.ts';
import type { RunsService } from './runs.ts';
import type { SearchService } from './search.ts';
import type { StatsService } from './stats.ts';
import type { StepsService } from './steps.ts';
import type { SystemService } from './system.ts';
import type { TransfersService } from './transfers.ts';
import type { WorkflowsService } from './workflows.ts';

/** Everything that the API does, one service a feature, for one caller. */
export interface Services {
  projects: ProjectsService;
  apiKeys: ApiKeysService;
  workflows: WorkflowsService;
  prompts: PromptsService;
  runs: RunsService;
  steps: StepsService;
  exchanges: ExchangesService;
  parses: ParsesService;
  documents: DocumentsService;
  links: LinksService;
  context: ContextService;
  entries: EntriesService;
  search: SearchService;
  transfers: TransfersService;
  blobs: BlobsService;
  stats: StatsService;
  system: SystemService;
}

/** Whom a key stands for. */
export interface Identity {
  /** Null for an instance key. */
  projectSlug: string | null;
  access: Access;
  /** The key's name, which entries show as their actor unless the caller names one. */
  name: string;
}

/** For whom services work: every statement is confined to this project. */
export interface Scope {
  projectId: string;
  /** Written into each entry. */
  actor: string;
}

/** The database behind the services, as api and server see it. */
export interface Store {
  /** The services for one procedure call; cheap, and not to be shared between calls. */
  open(scope: Scope): Services;
  /** Finds out whose key this is; null for a wrong, expired or revoked one. */
  authenticate(key: string): Promise<Identity | null>;
  /** Finds a project's id; null when there is none. */
  findProject(slug: string): Promise<string | null>;
  /** Whether the database answers and has this code's schema. */
  ready(): Promise<{ reachable: boolean; migrated: boolean }>;
}
