import { finished } from 'node:stream/promises';
import zlib from 'node:zlib';
import type { CreateBodyDecoder } from '@stepledger/client';

/** A few bytes may unfold to any size; no answer or request of an LLM has more text than this. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

/** What ends early gives what it held until then. */
const CREATORS: Readonly<Record<string, () => zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  // Node 22.15 and later.
  zstd: () => zlib.createZstdDecompress(),
};

/** Undoes what HTTP bodies are encoded by, one encoding at a time: at most 64 MiB, so that memory stays bounded. */
export const createBodyDecoder: CreateBodyDecoder = (contentEncoding, onBytes) => {
  const name = contentEncoding.trim().toLowerCase();
  if (name === 'identity') return passThrough(onBytes);
  const stream = Object.hasOwn(CREATORS, name) ? CREATORS[name]?.() : undefined;
  if (stream === undefined) return null;
  let size = 0;
  stream.on('data', (bytes: Buffer) => {
    size += bytes.length;
    if (size > MAX_DECODED_BYTES) stream.destroy();
    else onBytes(bytes);
  });
  const whole = finished(stream).then(
    () => true,
    () => false,
  );
  return {
    push(bytes) {
      if (!stream.destroyed) stream.write(bytes);
    },
    end() {
      if (!stream.destroyed) stream.end();
      return whole;
    },
  };
};

function passThrough(onBytes: (bytes: Uint8Array) => void) {
  return { push: onBytes, end: async () => true };
}
