import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { useIsMotionReduced } from '../../ui/use-media.ts'
import { useShownScheme } from '../../ui/use-shown-scheme.ts'
import { formatViewport, parseViewport } from '../../vessels/address.ts'
import { platformPath, questionText, readerZone } from '../api.ts'
import controls from '../Controls.module.css'
import { cellTextWithUnit } from '../cell-text.ts'
import type { PartProps } from '../DatasetPage.tsx'
import type { DataRecord } from '../explore-answers.ts'
import { readJson } from '../requests.ts'
import { useSaid } from '../said/use-said.ts'
import table from '../table/RecordTable.module.css'
import { useCellStyle } from '../use-cell-style.ts'
import styles from './DatasetMapPane.module.css'
import type { Bounds, DatasetMap } from './dataset-map.ts'

/** Rows that one tile draws one by one; where there are more they are counted by cell. */
const denseRows = 5000

/** Where the rows are. What a press on one shows stands beside the map; the table holds the same rows in words. */
export function DatasetMapPane({ dataset, address, change, asked }: PartProps) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<DatasetMap>()
  const [hasFailed, setFailed] = useState(false)
  const [picked, setPicked] = useState<DataRecord>()
  const isMotionReduced = useIsMotionReduced()
  const scheme = useShownScheme()
  const question = questionText({ ...asked, timezone: readerZone })
  const path = platformPath(dataset.dataset_id)
  const tiles = `${location.origin}${path}/tiles/{z}/{x}/{y}.mvt${question && `?${question}`}`
  const told = useQuery({
    queryKey: ['tiles', dataset.dataset_id, question],
    queryFn: ({ signal }) => readJson<{ bounds?: Bounds }>(`${path}/tiles.json?${question}`, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const bounds = told.data?.bounds
  const isTold = told.data !== undefined || told.error !== null
  const latest = useRef({ change, address, bounds, tiles })
  latest.current = { change, address, bounds, tiles }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is made once, when it is known where; what changes later is told to it
  useEffect(() => {
    if (!isTold) return
    const gone = new AbortController()
    void import('./dataset-map.ts')
      .then(({ DatasetMap }) =>
        DatasetMap.create(
          {
            container: container.current!,
            language,
            viewport: parseViewport(latest.current.address.map),
            bounds: latest.current.bounds,
            tiles: latest.current.tiles,
            isMotionReduced,
            locale: {
              'NavigationControl.ZoomIn': t('map.zoomIn'),
              'NavigationControl.ZoomOut': t('map.zoomOut'),
              'AttributionControl.ToggleAttribution': t('map.attribution'),
              'Map.Title': t('datasets.map.label'),
            },
            onMoved: (viewport) => latest.current.change({ map: formatViewport(viewport) }, true),
            onPick: setPicked,
          },
          gone.signal,
        ),
      )
      .then((made) => made && setMap(made))
      .catch(() => setFailed(true))
    return () => gone.abort()
  }, [isTold])

  useEffect(() => map?.setTiles(tiles), [map, tiles])
  useEffect(() => map?.setLanguage(language), [map, language])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens behind the palette follow the scheme
  useEffect(() => {
    // The attribute that switches the tokens is set in an effect of the provider, which runs after this one.
    const frame = requestAnimationFrame(() => map?.recolour())
    return () => cancelAnimationFrame(frame)
  }, [map, scheme])

  const close = () => {
    setPicked(undefined)
    map?.unmark()
  }
  return (
    <div className={styles.pane}>
      <div className={styles.map} data-map={map ? 'ready' : 'loading'}>
        <div ref={container} className={styles.canvas} />
        {hasFailed && (
          <p className={`${controls.error} ${styles.notice}`} role="alert">
            {t('datasets.map.failed')}
          </p>
        )}
        {told.error && (
          <p className={`${controls.error} ${styles.notice}`} role="alert">
            {said(told.error.message)}
          </p>
        )}
        {told.data && !bounds && (
          <p className={`${controls.note} ${styles.notice}`} role="status">
            {t('datasets.map.none')}
          </p>
        )}
        {map && dataset.metas.default.records_count > denseRows && (
          <p className={styles.legend}>{t('datasets.map.dense')}</p>
        )}
        {map && bounds && (
          <button
            type="button"
            className={`${controls.button} ${styles.fit}`}
            onClick={() => map.fit(bounds)}
          >
            <Icon name="target" size={16} />
            {t('datasets.map.all')}
          </button>
        )}
      </div>
      {picked && <Picked dataset={dataset} values={picked} onClose={close} />}
    </div>
  )
}

function Picked({
  dataset,
  values,
  onClose,
}: {
  dataset: PartProps['dataset']
  values: DataRecord
  onClose: () => void
}) {
  const { t } = useLanguage()
  const style = useCellStyle()
  return (
    <aside className={table.panel} aria-label={t('datasets.map.row')}>
      <div className={table.panelHead}>
        <h2>{t('datasets.map.row')}</h2>
        <button
          type="button"
          className={table.icon}
          aria-label={t('datasets.record.close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <dl className={table.values} tabIndex={0}>
        {dataset.fields
          .filter(({ name }) => values[name] !== undefined)
          .map((field) => (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd>{cellTextWithUnit(values[field.name], field, style)}</dd>
            </div>
          ))}
      </dl>
    </aside>
  )
}
