/** Encodes texts that follow each other as UTF-8: a character may be torn between two of them. */
export function createPieceEncoder(onBytes: (bytes: Uint8Array) => void): (piece: string) => void {
  const encoder = new TextEncoder();
  let torn = '';
  return (piece) => {
    const text = torn + piece;
    torn = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
    onBytes(encoder.encode(text.slice(0, text.length - torn.length)));
  };
}
