import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * One full garbage collection. A start reads the past of all vessels and leaves more behind than it keeps; a quiet
 * port would hold on to that for hours, because the collector only comes when memory is asked for.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
