/** Bytes of a part of a path; file systems take 255, and `~` with a name and `.md` still has to fit. */
const MAX_SEGMENT_BYTES = 200;
/** What a file name cannot hold on some system, and `%`, which begins an escape. */
const UNSAFE = /[%<>:"/\\|?*]|\p{Cc}/gu;
/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** A name as one part of a path, which `decodeSegment` reads back; null when it is too long for one. */
export function encodeSegment(name: string): string | null {
  const safe = name
    .replace(UNSAFE, escapeCharacter)
    // No hidden files, no `.` and `..`, and no ends that Windows takes off.
    .replace(/^\./, escapeCharacter)
    .replace(/[. ]$/, escapeCharacter)
    .replace(DEVICE, (device) => escapeCharacter(device.charAt(0)) + device.slice(1));
  return safe !== '' && Buffer.byteLength(safe) <= MAX_SEGMENT_BYTES ? safe : null;
}

/** What stands for this part of a path; null when it is nothing that `encodeSegment` writes. */
export function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The key of a run as the name of a folder, such as `add-login`; '' when nothing of it can stand in one. */
export function toSlug(key: string): string {
  return key
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}
