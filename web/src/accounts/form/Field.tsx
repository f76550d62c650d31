import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import controls from '../../datasets/Controls.module.css'
import styles from './Form.module.css'

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: ReactNode
  /** Stands at the end of the field, a button for one. */
  after?: ReactNode
}

/** One line to write on, with its name above and what helps below. */
export function Field({ label, hint, after, ...input }: FieldProps) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.line}>
        <input
          {...input}
          id={id}
          className={`${controls.input} ${styles.input}`}
          aria-describedby={hint ? `${id}-hint` : undefined}
        />
        {after}
      </div>
      {hint && (
        <div id={`${id}-hint`} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  )
}
