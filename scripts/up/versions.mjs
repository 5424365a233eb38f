/**
 * Says whether a version fits a range.
 *
 * Knows what the `engines` of this repository use: `^1.2.3`, `>=26` and `||`. A library for ranges
 * would have to be installed before the first install.
 *
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  const actual = parse(version);
  return (
    actual !== undefined &&
    range.split('||').some((part) => {
      const [, operator, text = ''] = /^\s*(\^|>=)\s*(\S+)\s*$/.exec(part) ?? [];
      const least = parse(text);
      if (operator === undefined || least === undefined) throw new Error(`Unknown version range: ${part}`);
      return compare(actual, least) >= 0 && (operator === '>=' || actual[0] === least[0]);
    })
  );
}

/** @typedef {[major: number, minor: number, patch: number]} Version */

/**
 * @param {string} text
 * @returns {Version | undefined}
 */
function parse(text) {
  const found = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text.trim());
  return found ? [Number(found[1]), Number(found[2] ?? 0), Number(found[3] ?? 0)] : undefined;
}

/**
 * @param {Version} a
 * @param {Version} b
 */
function compare(a, b) {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
