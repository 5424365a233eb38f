import { LIMITS } from '@stepledger/contract';

/** SQL of the status that callers see of the exchange `e`. */
export const STATUS = `CASE WHEN e.status IN ('pending', 'streaming') AND e.lease_until <= now() THEN 'interrupted'
  ELSE e.status END`;

/** SQL of how many bytes have arrived of the last attempt of the exchange `e`, in chunks or stored with the attempt. */
export const STREAM_BYTES = `coalesce(e.stream_bytes, (
  SELECT b.size FROM exchange_attempt a JOIN blob b
    ON b.project_id = a.project_id AND b.sha256 = a.response_sha256 AND b.encoding = a.response_encoding
  WHERE a.project_id = e.project_id AND a.exchange_id = e.id AND a.attempt = e.stream_attempt), 0)`;

/** The most that one append stores: base64 stands for groups of three. */
export const MAX_CHUNK_BYTES = Math.ceil(LIMITS.maxBase64Bytes / 3) * 3;
