/** Every three letters of a word in a row, its beginning and end among them. */
export function gramsOf(word: string): string[] {
  return [...new Set(gramsIn([...`^${word}$`]))];
}

/** Every three of some letters in a row. */
export function gramsIn(letters: readonly string[]): string[] {
  return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''));
}
