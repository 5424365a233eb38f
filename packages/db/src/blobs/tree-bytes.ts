/**
 * SQL of the bytes of the tree of a blob `b` in the project $1.
 *
 * The pieces come in the order of their paths from the root. The subqueries, `OFFSET 0` among them, leave PostgreSQL no
 * other way than an index: where it guesses that a tree has many rows, it would read all chunks of the project.
 */
const TREE_BYTES = `(
  WITH RECURSIVE node (sha256, path) AS (
    SELECT b.root_sha256, '{}'::int[]
    UNION ALL
    SELECT child.sha256, n.path || child.position
    FROM node n CROSS JOIN LATERAL (
      SELECT c.child_sha256 AS sha256, c.position FROM chunk_child c
      WHERE c.project_id = $1 AND c.parent_sha256 = n.sha256 OFFSET 0) child
  )
  SELECT string_agg((SELECT k.bytes FROM chunk k WHERE k.project_id = $1 AND k.sha256 = n.sha256), ''
    ORDER BY n.path)
  FROM node n)`;

/**
 * SQL of the columns `content` and `bytes` of a blob `b` in the project $1, with the chunks of a large one put together
 * again: `content` is set for `utf8`, `bytes` for the others. (As bytes, a text would travel in hexadecimal.)
 */
export const BLOB_COLUMNS = `
  CASE WHEN b.root_sha256 IS NULL THEN b.content
    WHEN b.encoding = 'utf8' THEN convert_from(${TREE_BYTES}, 'UTF8') END AS content,
  CASE WHEN b.root_sha256 IS NULL THEN b.bytes WHEN b.encoding <> 'utf8' THEN ${TREE_BYTES} END AS bytes`;
