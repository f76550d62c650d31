import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { platformPath, questionText } from '../api.ts'

/** `behind`: rows came while the reader was further down. */
export type LiveState = 'connecting' | 'live' | 'behind' | 'interrupted'

/**
 * Follows the rows of a stream and reads the shown ones anew when some came and the reader is at the
 * top: nothing moves under the eyes of who reads further down. `isOn` false leaves the table as it is.
 * Words that a stream cannot be asked for still find their rows when the table is read.
 */
export function useLiveRows(
  id: string,
  where: readonly string[],
  isOn: boolean,
  isAtTop: boolean,
): LiveState {
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  const question = questionText({ where, interval: '2s' })
  const top = useRef(isAtTop)
  top.current = isAtTop
  const isBehind = state === 'behind'
  useEffect(() => {
    if (isOn && isAtTop && isBehind) {
      setState('live')
      void queries.invalidateQueries({ queryKey: ['records', id] })
    }
  }, [isOn, isAtTop, isBehind, id, queries])
  useEffect(() => {
    if (!isOn) return
    setState('connecting')
    const source = new EventSource(`${platformPath(id)}/stream?${question}`)
    source.onopen = () => setState('live')
    source.onerror = () => setState('interrupted')
    source.addEventListener('rows', () => {
      setState(top.current ? 'live' : 'behind')
      if (!top.current) return
      // Slow answers are not asked for again while they are on their way.
      if (queries.isFetching({ queryKey: ['records', id] }) === 0)
        void queries.invalidateQueries({ queryKey: ['records', id] })
    })
    return () => source.close()
  }, [id, question, isOn, queries])
  return state
}
