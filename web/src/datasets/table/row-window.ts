/**
 * Rows that one scroller holds: browsers draw no element taller than some 17 million pixels, so a longer table is
 * walked window by window.
 */
export const windowRows = 400_000

export interface RowWindow {
  /** Its first row, from 0. */
  first: number
  count: number
  /** First rows of the windows before and after; undefined at the ends. */
  previous: number | undefined
  next: number | undefined
}

/** The window that holds a row; the last one for a row beyond the end. */
export function windowOf(row: number, total: number, size = windowRows): RowWindow {
  const last = Math.max(0, total - 1)
  const first = Math.floor(Math.min(Math.max(0, row), last) / size) * size
  return {
    first,
    count: Math.min(size, Math.max(0, total - first)),
    previous: first > 0 ? first - size : undefined,
    next: first + size < total ? first + size : undefined,
  }
}
