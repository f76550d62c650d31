const shape = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const

/** An ISO 8601 duration such as `P1D` or `PT3M` in words; the text itself when it is none, null when it is empty. */
export function durationWords(iso: string | null, language: string): string | null {
  if (!iso) return null
  const parts = shape.exec(iso)
  const counted = units.flatMap((unit, i) => (parts?.[i + 1] ? [{ unit, count: Number(parts[i + 1]) }] : []))
  if (counted.length === 0) return iso
  return counted
    .map(({ unit, count }) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count),
    )
    .join(' ')
}
