const mark = /\s*\(simulé\)$/u

/** A name without its mark, and whether it has one: who is invented is called so. */
export const splitName = (name: string): { name: string; isSimulated: boolean } => ({
  name: name.replace(mark, ''),
  isSimulated: mark.test(name),
})

/** Two letters for a round mark: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = splitName(name)
    .name.split(/[\s-]+/u)
    .filter((word) => /^\p{L}/u.test(word))
  const [first, last] = [words.at(0), words.length > 1 ? words.at(-1) : undefined]
  return [first, last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}
