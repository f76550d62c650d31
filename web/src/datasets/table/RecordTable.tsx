import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { useIsNarrow } from '../../ui/use-media.ts'
import { readerZone, useDescribed, useRecords } from '../api.ts'
import controls from '../Controls.module.css'
import { cellText } from '../cell-text.ts'
import type { PartProps } from '../DatasetPage.tsx'
import type { DataRecord } from '../explore-answers.ts'
import { splitList } from '../lists.ts'
import { nameText } from '../odsql-text.ts'
import { Refusal } from '../requests.ts'
import { useSaid } from '../said/use-said.ts'
import { useCellStyle } from '../use-cell-style.ts'
import { ColumnChoice } from './ColumnChoice.tsx'
import { ColumnHead } from './ColumnHead.tsx'
import { columnsOf, isTabular } from './columns.ts'
import { GoToRow } from './GoToRow.tsx'
import { LiveControl } from './LiveControl.tsx'
import { RecordPanel } from './RecordPanel.tsx'
import styles from './RecordTable.module.css'
import { windowOf, windowRows } from './row-window.ts'
import { useLiveRows } from './use-live-rows.ts'
import { useRows } from './use-rows.ts'

const rowPx = 36
const headPx = 42
/** From here on a way to a row by its number is offered. */
const manyRows = 500

/** The rows as a table: only what is seen is read and drawn, up and down and sideways. */
export function RecordTable({ dataset, address, change, asked }: PartProps) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const isNarrow = useIsNarrow()
  const style = useCellStyle()
  const scroller = useRef<HTMLDivElement>(null)
  const hidden = splitList(address.hide)
  const tabular = useMemo(() => dataset.fields.filter(isTabular), [dataset.fields])
  const fields = tabular.filter(({ name }) => !hidden.includes(name))
  const sorted = fields.find(({ name }) => name === address.sort?.replace(/^-/, ''))
  const isDescending = address.sort?.startsWith('-') ?? false
  const isStream = dataset.metas.lacydon.kind === 'stream'
  const { data: described } = useDescribed(isStream ? dataset.dataset_id : undefined)
  const heardAt = tabular.find(({ name }) => name === (described?.receiveTime ?? described?.eventTime))
  const question = {
    ...asked,
    select: tabular.map(({ name }) => nameText(name)).join(', '),
    // Of a stream the rows received last come first, unless another order is asked for.
    order_by: sorted
      ? `${nameText(sorted.name)} ${isDescending ? 'desc' : 'asc'}`
      : heardAt && `${nameText(heardAt.name)} desc`,
    timezone: 'UTC',
  }
  const isKnown = !isStream || described !== undefined
  const firstPage = useRecords(dataset.dataset_id, { ...question, limit: 100, offset: 0 }, isKnown)
  const total = firstPage.data?.total_count
  const rowCount = total ?? 0
  const part = windowOf(address.row ?? address.from ?? 0, rowCount)
  const canFollow = isStream && address.at === undefined
  const isPaused = address.paused === true
  const sample = firstPage.data?.results
  const [wide, setWide] = useState<readonly DataRecord[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: widths follow what is shown, not each new page
  const columns = useMemo(
    () => columnsOf(fields, [...(sample ?? []).slice(0, 40), ...wide], style),
    [dataset.fields, address.hide, sample !== undefined, language, wide],
  )
  const vertical = useVirtualizer({
    count: part.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: headPx,
  })
  const horizontal = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => columns[i]?.widthPx ?? 100,
    overscan: 4,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the columns change
  useEffect(() => horizontal.measure(), [columns])
  const isAtTop = part.first === 0 && address.row === undefined && (vertical.scrollOffset ?? 0) < rowPx
  const live = useLiveRows(dataset.dataset_id, asked.where, canFollow && !isPaused && isKnown, isAtTop)
  const shownRows = vertical.getVirtualItems()
  const shownColumns = horizontal.getVirtualItems()
  const rows = useRows(
    dataset.dataset_id,
    question,
    part.first + (shownRows[0]?.index ?? 0),
    part.first + (shownRows[shownRows.length - 1]?.index ?? 0),
  )
  // Rows far from the first ones may be wider: cut digits would be another number.
  const far = rowCount > manyRows ? rows.row(rowCount - 1) : undefined
  useEffect(() => {
    if (far) setWide([far])
  }, [far])
  const [active, setActive] = useState(address.row ?? 0)
  const open = (row: number | undefined) =>
    change(
      { row, from: windowOf(row ?? part.first, rowCount).first || undefined },
      address.row !== undefined && row !== undefined,
    )
  const opened: DataRecord | undefined = address.row === undefined ? undefined : rows.row(address.row)
  const isFilled = rowCount > 0
  useEffect(() => {
    if (address.row !== undefined && isFilled)
      vertical.scrollToIndex(address.row - part.first, { align: 'auto' })
  }, [address.row, isFilled, part.first, vertical])
  const goTo = (row: number) => {
    setActive(row)
    const { first } = windowOf(row, rowCount)
    if (address.row !== undefined) return open(row)
    if (first !== part.first) change({ from: first || undefined })
    // The rows of another window are there after the next drawing.
    requestAnimationFrame(() => vertical.scrollToIndex(row - first))
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current) return
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }
    const step = steps[event.key]
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? rowCount - 1 : step && active + step
    if (to !== undefined) {
      event.preventDefault()
      const next = Math.max(0, Math.min(rowCount - 1, to))
      goTo(next)
    } else if (event.key === 'Enter') open(active)
    else if (event.key === 'Escape' && address.row !== undefined) open(undefined)
  }
  const error = firstPage.error ?? rows.error
  const width = horizontal.getTotalSize()

  return (
    <div className={styles.pane}>
      <div className={styles.main}>
        <div className={styles.tools}>
          <p className={styles.count} role="status">
            {total === undefined
              ? t('datasets.opening')
              : t('datasets.table.count', { shown: formatNumber(total, language), count: total })}
          </p>
          <div className={styles.end}>
            {canFollow && (
              <LiveControl
                isPaused={isPaused}
                state={live}
                onToggle={() => change({ paused: isPaused ? undefined : true }, true)}
              />
            )}
            {rowCount > manyRows && !isNarrow && <GoToRow total={rowCount} onGo={goTo} />}
            <ColumnChoice fields={tabular} hidden={hidden} change={change} />
          </div>
        </div>
        {error && total === undefined ? (
          <div className={styles.message}>
            <p className={controls.error} role="alert">
              <strong>{t('datasets.table.failed')}</strong>{' '}
              {error instanceof Refusal ? said(error.message) : t('datasets.unreachable')}
            </p>
          </div>
        ) : (
          // biome-ignore lint/a11y/useSemanticElements: rows and columns out of sight are not in the document
          <div
            ref={scroller}
            className={styles.scroller}
            role="grid"
            aria-label={t('datasets.table.label', { title: dataset.metas.default.title })}
            aria-rowcount={rowCount + 1}
            aria-colcount={columns.length}
            aria-busy={rows.isFetching}
            aria-activedescendant={
              shownRows.some(({ index }) => part.first + index === active) ? `row-${active}` : undefined
            }
            tabIndex={0}
            onKeyDown={onKeyDown}
          >
            {/* biome-ignore lint/a11y/useSemanticElements: as above */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
            <div className={styles.head} role="row" aria-rowindex={1} style={{ width, height: headPx }}>
              {shownColumns.map(({ index, start }) => {
                const column = columns[index]
                return (
                  column && (
                    <ColumnHead
                      key={column.field.name}
                      column={column}
                      index={index}
                      leftPx={start}
                      sort={sorted === column.field ? (isDescending ? 'descending' : 'ascending') : undefined}
                      isLast={index > 0 && index >= columns.length - 2}
                      address={address}
                      change={change}
                    />
                  )
                )
              })}
            </div>
            {/* biome-ignore lint/a11y/useSemanticElements: as above */}
            <div role="rowgroup" style={{ width, height: vertical.getTotalSize() }}>
              {shownRows.map(({ index: place, start }) => {
                const index = part.first + place
                const record = rows.row(index)
                return (
                  // biome-ignore lint/a11y/useSemanticElements: as above
                  // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid
                  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
                  <div
                    key={index}
                    id={`row-${index}`}
                    role="row"
                    aria-rowindex={index + 2}
                    aria-selected={index === (address.row ?? active)}
                    data-opened={index === address.row || undefined}
                    className={styles.row}
                    style={{ width, height: rowPx, transform: `translateY(${start - headPx}px)` }}
                    onClick={() => {
                      setActive(index)
                      open(index === address.row ? undefined : index)
                    }}
                  >
                    {shownColumns.map((shown) => {
                      const column = columns[shown.index]
                      if (!column) return null
                      const text = record ? cellText(record[column.field.name], column.field, style) : '…'
                      return (
                        // biome-ignore lint/a11y/useSemanticElements: as above
                        // biome-ignore lint/a11y/useFocusableInteractive: as above
                        <span
                          key={column.field.name}
                          role="gridcell"
                          aria-colindex={shown.index + 1}
                          className={styles.cell}
                          data-right={column.isRight || undefined}
                          style={{ left: shown.start, width: column.widthPx }}
                          title={text.length > 24 ? text : undefined}
                        >
                          {text}
                        </span>
                      )
                    })}
                  </div>
                )
              })}
            </div>
            {total === 0 && <p className={styles.none}>{t('datasets.table.none')}</p>}
          </div>
        )}
        {rowCount > windowRows && (
          <nav className={styles.windows} aria-label={t('datasets.table.windows')}>
            <button
              type="button"
              className={controls.quiet}
              disabled={part.previous === undefined}
              onClick={() => goTo(part.previous ?? 0)}
            >
              {t('datasets.table.earlier')}
            </button>
            <span>
              {t('datasets.table.window', {
                first: formatNumber(part.first + 1, language),
                last: formatNumber(part.first + part.count, language),
                total: formatNumber(rowCount, language),
              })}
            </span>
            <button
              type="button"
              className={controls.quiet}
              disabled={part.next === undefined}
              onClick={() => goTo(part.next ?? 0)}
            >
              {t('datasets.table.later')}
            </button>
          </nav>
        )}
        <p className={styles.zone}>{t('datasets.table.zone', { zone: readerZone })}</p>
      </div>
      {address.row !== undefined && opened && (
        <RecordPanel
          dataset={dataset}
          record={opened}
          index={address.row}
          rowCount={rowCount}
          asked={asked}
          change={change}
          isSheet={isNarrow}
        />
      )}
    </div>
  )
}
