import type { VesselCategory } from '../../../src/vessels/schema.ts'
import styles from './TypeDot.module.css'

/** The colour of a type, beside its name. */
export const TypeDot = ({ category }: { category: VesselCategory }) => (
  <span className={styles.dot} data-type={category} aria-hidden="true" />
)
