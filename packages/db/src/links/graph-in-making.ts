import type { LinkGraph, LinkRelation, VersionRef } from '@stepledger/contract';

/** One link that a walk went along. */
export interface WalkRow {
  depth: number;
  /** Whether it went from what builds to what is built on. */
  up: boolean;
  /** Where it came to. */
  document_id: string;
  version: number;
  from_document_id: string;
  from_version: number;
  relation: LinkRelation;
  to_document_id: string;
  to_version: number;
  /** The version that it came from; the link is of another one that has the same text, when they differ. */
  at_version: number;
}

type Edge = LinkGraph['edges'][number];

/** Puts the rows of a walk together, each node and edge once. */
export class GraphInMaking {
  cut = false;
  readonly #nodes = new Map<string, VersionRef>();
  readonly #edges = new Map<string, Edge>();
  readonly #bounds: { depth: number; limit: number };
  #links = 0;

  constructor(start: VersionRef, bounds: { depth: number; limit: number }) {
    this.#bounds = bounds;
    this.#addNode(start);
  }

  get nodes(): VersionRef[] {
    return [...this.#nodes.values()];
  }

  get edges(): Edge[] {
    return [...this.#edges.values()];
  }

  add(row: WalkRow): void {
    const from = { documentId: row.from_document_id, version: row.from_version };
    const to = { documentId: row.to_document_id, version: row.to_version };
    const link = { from, relation: row.relation, to };
    const isNew = !this.#edges.has(nameOf(link));
    if (isNew && (row.depth > this.#bounds.depth || this.#links === this.#bounds.limit)) {
      this.cut = true;
      return;
    }
    if (row.depth > this.#bounds.depth) return;
    if (isNew) this.#links += 1;
    const near = row.up ? from : to;
    this.#addNode(near);
    if (near.version !== row.at_version) {
      const versions = [near.version, row.at_version].sort((a, b) => b - a);
      const [later = 0, earlier = 0] = versions;
      const { documentId } = near;
      this.#addEdge({
        from: { documentId, version: later },
        relation: 'same_text',
        to: { documentId, version: earlier },
      });
    }
    this.#addNode({ documentId: row.document_id, version: row.version });
    this.#addEdge(link);
  }

  #addNode(node: VersionRef): void {
    const name = `${node.documentId}@${node.version}`;
    if (!this.#nodes.has(name)) this.#nodes.set(name, node);
  }

  #addEdge(edge: Edge): void {
    const name = nameOf(edge);
    if (!this.#edges.has(name)) this.#edges.set(name, edge);
  }
}

function nameOf({ from, relation, to }: Edge): string {
  return `${from.documentId}@${from.version} ${relation} ${to.documentId}@${to.version}`;
}
