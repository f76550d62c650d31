import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import styles from './Flyout.module.css'

export interface FlyoutProps {
  /** Name of the button, when its content is not text. */
  label?: string
  title: string
  button: ReactNode
  className: string | undefined
  isMarked?: boolean
  align?: 'start' | 'end'
  children: ReactNode | ((close: () => void) => ReactNode)
}

/** A button and what it unfolds; Escape, a press outside or leaving it by keyboard fold it again. */
export function Flyout({
  label,
  title,
  button,
  className,
  isMarked,
  align = 'start',
  children,
}: FlyoutProps) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    trigger.current?.focus()
  }

  useEffect(() => {
    if (!isOpen) return
    root.current?.querySelector<HTMLElement>(`[role="group"] :is(input, button)`)?.focus()
    const onPress = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', onPress)
    return () => document.removeEventListener('pointerdown', onPress)
  }, [isOpen])

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: listens for Escape and for the focus that leaves
    <div
      ref={root}
      className={styles.root}
      data-print="never"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        close()
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !root.current?.contains(event.relatedTarget)) setOpen(false)
      }}
    >
      <button
        ref={trigger}
        type="button"
        className={className}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        data-active={isMarked ? '' : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen
        <div id={id} role="group" aria-label={title} className={styles.content} data-align={align}>
          {typeof children === 'function' ? children(close) : children}
        </div>
      )}
    </div>
  )
}
