/** Every limit on what a caller may send, in one place; docs and messages take their numbers from here. */
export const LIMITS = {
  /** Stored size of one text or body: 16 MiB, so that it always fits a 1 GB PostgreSQL value many times over. */
  maxTextBytes: 16 * 1024 * 1024,
  /** Size of one JSON request body. Larger texts travel through `PUT /raw`. */
  maxBodyBytes: 20 * 1000 * 1000,
  /** Raw bytes that may travel as base64 inside JSON; larger ones go through `PUT /raw`. */
  maxBase64Bytes: 1024 * 1024,
  /** Calls in one batched HTTP request. */
  maxBatchCalls: 20,
  /** Unicode code units of a name, key, kind, tag, status or title. */
  maxIdentifierLength: 200,
  /** UTF-8 bytes of a metadata or parameters object, as JSON. */
  maxMetadataBytes: 64 * 1024,
  /** Nesting of a metadata object. */
  maxMetadataDepth: 64,
  /** Code units of a goal or a note. */
  maxNoteLength: 64 * 1024,
  /** Code units of an error message that a caller reports. */
  maxErrorLength: 1024 * 1024,
  /** Documents in one `putMany` or `record`. */
  maxDocuments: 1000,
  /** Messages of one exchange. */
  maxMessages: 10_000,
  /** HTTP attempts of one exchange. */
  maxAttempts: 100,
  /** Code units of the URL of an attempt. */
  maxUrlLength: 2000,
  /**
   * Headers of one response: Node's `http` keeps no more. Code units of a name, as CloudFront lets its users make them,
   * and of all names and values together: four times what Node takes unless it is told otherwise (16 KiB).
   */
  maxHeaders: 2000,
  maxHeaderNameLength: 256,
  maxHeadersLength: 64 * 1024,
  /** Links of one document, or document versions that one call is based on. */
  maxLinks: 1000,
  /** Links that one call makes by itself: of each document to each version that its exchange used. 3 s of writing. */
  maxUsedLinks: 100_000,
  /** Edges and steps of one graph of links. */
  maxGraphEdges: 2000,
  maxGraphDepth: 50,
  /** Links that are looked at to find what is stale in a run. */
  maxStaleLinks: 100_000,
  /** Inputs that moved and steps of a path that are told of one stale document. */
  maxMovedInputs: 100,
  maxStalePath: 100,
  /** Different texts of a document that blame goes back through, and lines that it takes. */
  maxBlameVersions: 1000,
  maxBlameLines: 100_000,
  /** `depends_on` links that are walked, when such a link is written, to find out whether it closes a cycle. */
  maxDependencies: 100_000,
  maxTags: 50,
  /** Tokens that a context may be built for: more than its text can have in most languages. */
  maxContextTokens: 4_000_000,
  /** Code units of a context's text, about a million tokens: so that it can always be stored as one text. */
  maxContextLength: 4 * 1024 * 1024,
  /** Documents that a context is chosen from, beside those that are pinned; beyond, up to so many are counted. */
  maxContextDocuments: 10_000,
  maxContextCounted: 100_000,
  maxContextPins: 100,
  maxContextKinds: 50,
  /** Steps of one workflow. */
  maxWorkflowSteps: 500,
  /** Messages and declared parameters of one prompt version. */
  maxPromptMessages: 100,
  maxPromptParameters: 200,
  /**
   * Code units of a template that `prompts.render` takes. The library's time grows with the square of some templates:
   * the worst found takes a second at this length, 26 s at 900,000.
   */
  maxRenderedTemplateLength: 128 * 1024,
  /** Variables of one prompt. */
  maxVariables: 1000,
  /** Items of one page; the default is 100. */
  maxPageSize: 500,
  /** Stored bytes of the texts that one page of a list carries; a page has at least one item. */
  maxPageTextBytes: 8 * 1024 * 1024,
  /** Entries, and bytes of their changes as JSON, in one event of a subscription; it has at least one entry. */
  maxEventEntries: 100,
  maxEventBytes: 1024 * 1024,
  /** Subscriptions at once, of one project and of a whole server. */
  maxProjectSubscriptions: 200,
  maxSubscriptions: 500,
  /** A text of more lines is not even split for a comparison: one of 16 MiB may be nothing but line breaks. */
  maxComparedLines: 1_000_000,
  /** Code units of what is searched for. A phrase of this length still fits into what two pieces of a text share. */
  maxSearchLength: 1000,
  /** Hits of one page of a search; the default is 20. */
  maxSearchPageSize: 100,
  /** Texts that one call of `search.rebuild` indexes: about 2 s of work for texts of 2 KB. */
  maxRebuiltSources: 1000,
  /** How long a diff may be worked on before it is answered as "too different". */
  maxDiffMs: 1000,
  /** Names or documents of each kind that one difference between exchanges tells. */
  maxDiffDetails: 100,
  /** Runs in one comparison, and steps that it shows of them: 10,000 cells, about 4 MB of JSON. */
  maxComparedRuns: 20,
  maxComparedSteps: 500,
  /**
   * Rows of each kind, such as exchanges, that one page of `runs.overview` or one call of `runs.work` sums up for all of
   * its runs together: 100,000 take some 0.3 s. And runs in one such call.
   */
  maxOverviewRows: 100_000,
  maxWorkRows: 200_000,
  maxWorkRuns: 100,
  /** Runs that one page of `runs.overview` looks at to find those that its filters let through. */
  maxOverviewRuns: 10_000,
  /** Exchanges that one call of `stats.exchanges` looks at, groups that it shows, and days that it may be about. */
  maxStatsExchanges: 100_000,
  maxStatsGroups: 500,
  maxStatsDays: 366,
  /** Versions in one page of `prompts.usage`, and exchanges of each that are counted. */
  maxUsagePageSize: 100,
  maxUsageExchanges: 1000,
  /** Workflows, prompts or runs of one page of an export. */
  maxTransferUnits: 20,
  /** Lines of one call of an import. */
  maxTransferLines: 50_000,
  /** Versions of one prompt or workflow, and prompts that one run names, in an exported file. */
  maxTransferVersions: 100_000,
  maxTransferPrompts: 100_000,
} as const;
