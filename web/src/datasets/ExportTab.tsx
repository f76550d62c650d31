import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { datasetPath, platformPath, questionText, readerZone } from './api.ts'
import controls from './Controls.module.css'
import { CopyButton } from './CopyButton.tsx'
import type { PartProps } from './DatasetPage.tsx'
import { geoFieldOf, isTime } from './explore-answers.ts'
import { nameText } from './odsql-text.ts'
import styles from './Sections.module.css'

interface Format {
  name: string
  title: string
  needs?: 'place' | 'date'
  more?: Record<string, string>
}

const groups: { key: 'table' | 'map' | 'linked'; formats: Format[] }[] = [
  {
    key: 'table',
    formats: [
      { name: 'csv', title: 'CSV', more: { use_labels: 'false', safe: 'true' } },
      { name: 'xlsx', title: 'Excel' },
      { name: 'parquet', title: 'Parquet' },
      { name: 'json', title: 'JSON' },
      { name: 'jsonl', title: 'JSON Lines' },
      { name: 'ical', title: 'iCalendar', needs: 'date' },
    ],
  },
  {
    key: 'map',
    formats: [
      { name: 'geojson', title: 'GeoJSON', needs: 'place' },
      { name: 'shp', title: 'Shapefile', needs: 'place' },
      { name: 'fgb', title: 'FlatGeobuf', needs: 'place' },
      { name: 'kml', title: 'KML', needs: 'place' },
      { name: 'gpx', title: 'GPX', needs: 'place' },
      { name: 'ov2', title: 'OV2', needs: 'place' },
    ],
  },
  {
    key: 'linked',
    formats: [
      { name: 'jsonld', title: 'JSON-LD' },
      { name: 'turtle', title: 'Turtle' },
      { name: 'rdfxml', title: 'RDF/XML' },
      { name: 'n3', title: 'N3' },
    ],
  },
]

/** The rows in every format; links ask for what the page shows: conditions, order, version. */
export function ExportTab({ dataset, address, asked }: PartProps) {
  const { t, language } = useLanguage()
  const hasPlace = geoFieldOf(dataset) !== undefined
  const hasDate = dataset.fields.some(isTime)
  const sorted = dataset.fields.find(({ name }) => name === address.sort?.replace(/^-/, ''))
  const question = {
    ...asked,
    order_by: sorted && `${nameText(sorted.name)} ${address.sort?.startsWith('-') ? 'desc' : 'asc'}`,
    lang: language,
    timezone: readerZone,
  }
  const isNarrowed = asked.where.length + asked.refine.length > 0
  const offered = ({ needs }: Format) => (needs === 'place' ? hasPlace : needs === 'date' ? hasDate : true)
  const linkOf = ({ name, more }: Format) =>
    `${datasetPath(dataset.dataset_id)}/exports/${name}?${questionText({ ...question, ...more })}`
  const tiles = `${location.origin}${platformPath(dataset.dataset_id)}/tiles.json`
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <p className={controls.note}>
          {t(isNarrowed ? 'datasets.export.narrowed' : 'datasets.export.whole')}
          {asked.at && ` ${t('datasets.past', { version: asked.at.slice(1) })}`}
        </p>
        {groups.map(({ key, formats }) => {
          const shown = formats.filter(offered)
          return (
            shown.length > 0 && (
              <section key={key} className={styles.section}>
                <h2>{t(`datasets.export.${key}`)}</h2>
                <ul className={styles.formats}>
                  {shown.map((format) => (
                    <li key={format.name}>
                      <a href={linkOf(format)} download className={styles.format}>
                        <strong>{format.title}</strong>
                        <span>{t(`datasets.format.${format.name}` as 'datasets.format.csv')}</span>
                        <Icon name="download" />
                      </a>
                    </li>
                  ))}
                </ul>
              </section>
            )
          )
        })}
        {hasPlace && (
          <section className={styles.section}>
            <h2>{t('datasets.export.tiles')}</h2>
            <p className={`${styles.quote} ${styles.mono}`}>{tiles}</p>
            <CopyButton text={tiles} label={t('datasets.copyAddress')} />
          </section>
        )}
      </div>
    </div>
  )
}
