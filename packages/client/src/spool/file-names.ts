/** The process whose a file is, and the spool in it. */
export interface Owner {
  /** Stands for the host, the boot and the container in which the pid means something. */
  place: string;
  pid: number;
  /** When the process began, in the words of its system, as a pid is given again; `0` where that is not told. */
  began: string;
  spool: string;
}

/** What the name of a file of calls says. */
export interface CallsName {
  identity: string;
  /** Names the file for good, and sorts by the time of its making. */
  id: string;
  /** Where the first call begins that was not delivered. */
  start: number;
  /** null once its owner has closed it. */
  owner: Owner | null;
}

const CALLS =
  /^calls-([0-9a-f]{16})-([0-9a-f]{32})-(\d{1,15})-(?:([0-9a-f]{12})\.(\d{1,10})\.(\d{1,20})\.([0-9a-f]{12})|nobody)\.jsonl$/;

/**
 * The name says whose the file is and how much of it was delivered, since a rename changes both at once and for all.
 *
 * A later format takes another name, and is left alone by this one.
 */
export function toCallsName({ identity, id, start, owner }: CallsName): string {
  const { place, pid, began, spool } = owner ?? {};
  return `calls-${identity}-${id}-${start}-${owner ? [place, pid, began, spool].join('.') : 'nobody'}.jsonl`;
}

export function readCallsName(name: string): CallsName | null {
  const [, identity, id, start, place, pid, began, spool] = CALLS.exec(name) ?? [];
  if (identity === undefined || id === undefined) return null;
  const isOwned = place !== undefined && began !== undefined && spool !== undefined;
  const owner = isOwned ? { place, pid: Number(pid), began, spool } : null;
  return { identity, id, start: Number(start), owner };
}

export function toRejectedName(identity: string, id: string): string {
  return `rejected-${identity}-${id}.jsonl`;
}

/** Whether a file counts towards the limit of an identity. */
export function isOfIdentity(name: string, identity: string): boolean {
  return name.startsWith(`calls-${identity}-`) || name.startsWith(`rejected-${identity}-`);
}
