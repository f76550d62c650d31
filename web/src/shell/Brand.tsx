/** A sail over two waves. */
export function Brand() {
  return (
    <svg width="30" height="26" viewBox="0 0 30 26" aria-hidden="true" focusable="false">
      <path d="M15 2l6 10H9z" fill="var(--coral)" />
      <path
        d="M2 19c3.500-4 7-4 10.500-1.200S19 21 22 18.500s4.500-2.400 6-1"
        fill="none"
        stroke="var(--blue)"
        strokeWidth="3"
        strokeLinecap="round"
      />
    </svg>
  )
}
