import { type ReactNode, useEffect } from 'react'
import { useTitle } from '../use-title.ts'
import styles from './Entrance.module.css'

/** A page with one thing to do, over calm water: signing in, an invitation, a new password. */
export function Entrance({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children?: ReactNode
}) {
  useTitle(title)
  // Tokens of links stay out of what other sites and copied addresses would tell.
  useEffect(() => {
    const meta = document.createElement('meta')
    meta.name = 'referrer'
    meta.content = 'no-referrer'
    document.head.append(meta)
    return () => meta.remove()
  }, [])
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <svg className={styles.waves} viewBox="0 0 1440 300" preserveAspectRatio="none" aria-hidden="true">
          <path
            d="M0 96c180-56 330-56 520-8s350 60 540 16 250-44 380-8v204H0z"
            fill="currentColor"
            opacity="0.55"
          />
          <path d="M0 168c200-40 380-30 560 6s380 36 560-6 220-28 320-8v140H0z" fill="currentColor" />
        </svg>
        <div className={styles.card}>
          <div className={styles.head}>
            <h1>{title}</h1>
            {lead && <p>{lead}</p>}
          </div>
          {children}
        </div>
      </div>
    </div>
  )
}
