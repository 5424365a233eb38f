/** How much these parsers take, in UTF-16 code units where a length is meant. What is beyond is a ParseError. */
export const PARSER_LIMITS = {
  /**
   * An answer that is read as Markdown: twice what the longest answers of today's models take. Ordinary text of this
   * length takes 0.1 s; the worst found, half a million lazy lines below 31 nested quotes, takes 4 s.
   */
  maxMarkdownLength: 1024 * 1024,
  /**
   * Blocks in blocks this deep are refused: a quote, list, item or paragraph is a level. The time grows with length
   * times levels.
   */
  maxMarkdownNesting: 32,
  /** JSON that is valid as it is. */
  maxJsonLength: 16 * 1024 * 1024,
  /** Lists and objects in one another: half of what `jsonrepair` takes before its stack overflows in a browser. */
  maxJsonNesting: 500,
  /**
   * JSON that needs repair. The time of `jsonrepair` grows with the square of some faults: the worst found take 9 s at
   * this length, and two minutes at four times of it.
   */
  maxRepairLength: 128 * 1024,
} as const;
