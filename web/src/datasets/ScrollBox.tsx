import type { ReactNode } from 'react'

/** A part that scrolls by itself, by keyboard too, and says what it holds. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  label: string
  className: string | undefined
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll what has the focus
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
