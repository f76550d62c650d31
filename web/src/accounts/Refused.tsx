import controls from '../datasets/Controls.module.css'
import { useRefusal } from './use-refusal.ts'

/** Why something did not happen; nothing without an error. */
export function Refused({ error }: { error: unknown }) {
  const say = useRefusal()
  return error ? (
    <p className={controls.error} role="alert">
      {say(error)}
    </p>
  ) : null
}
