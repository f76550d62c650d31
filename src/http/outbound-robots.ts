/** robots.txt as RFC 9309 reads it. Pure. */

interface Rule {
  allows: boolean
  pattern: string
}

export interface Robots {
  rules: readonly Rule[]
  /** Seconds between calls, where it says so. */
  crawlDelayS: number
}

export const allAllowed: Robots = { rules: [], crawlDelayS: 0 }
/** What an unreachable robots.txt means (RFC 9309 §2.3.1.4). */
export const nothingAllowed: Robots = { rules: [{ allows: false, pattern: '/' }], crawlDelayS: 0 }

const maxDelayS = 60

/** The rules for one crawler: those of its own groups, else those for all. */
export function readRobots(text: string, product: string): Robots {
  const groups = new Map<string, { rules: Rule[]; crawlDelayS: number }>()
  let current: string[] = []
  let isNaming = false
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [field = '', ...rest] = line.replace(/#.*$/, '').split(':')
    const value = rest.join(':').trim()
    switch (field.trim().toLowerCase()) {
      case 'user-agent': {
        if (!isNaming) current = []
        isNaming = true
        current.push(value.toLowerCase())
        break
      }
      case 'allow':
      case 'disallow':
        isNaming = false
        // An empty Disallow forbids nothing.
        if (value !== '')
          for (const name of current)
            groupOf(groups, name).rules.push({
              allows: field.trim().toLowerCase() === 'allow',
              pattern: value,
            })
        break
      case 'crawl-delay':
        isNaming = false
        for (const name of current)
          groupOf(groups, name).crawlDelayS = Math.min(maxDelayS, Math.max(0, Number(value) || 0))
        break
    }
  }
  return groups.get(product.toLowerCase()) ?? groups.get('*') ?? allAllowed
}

function groupOf(groups: Map<string, { rules: Rule[]; crawlDelayS: number }>, name: string) {
  const known = groups.get(name)
  if (known) return known
  const group = { rules: [], crawlDelayS: 0 }
  groups.set(name, group)
  return group
}

/** Whether a path with its query may be asked: the longest matching rule decides, `Allow` at a tie. */
export function mayFetch({ rules }: Robots, path: string): boolean {
  let best: Rule | undefined
  for (const rule of rules) {
    if (!matches(rule.pattern, path)) continue
    const longer = best === undefined || rule.pattern.length > best.pattern.length
    if (longer || (rule.pattern.length === best!.pattern.length && rule.allows)) best = rule
  }
  return best?.allows ?? true
}

/** `*` is any text, `$` the end; a step count that grows with path times pattern, never faster. */
function matches(pattern: string, path: string): boolean {
  const isAnchored = pattern.endsWith('$')
  const parts = (isAnchored ? pattern.slice(0, -1) : pattern).split('*')
  let at = 0
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1
    if (i === 0) {
      if (!path.startsWith(part)) return false
      at = part.length
    } else if (isLast && isAnchored) return path.length - part.length >= at && path.endsWith(part)
    else {
      const found = path.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
  }
  return !isAnchored || at === path.length
}
