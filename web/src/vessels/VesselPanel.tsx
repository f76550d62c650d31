import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { LiveVessel, VesselDetail } from '../../../src/vessels/schema.ts'
import {
  formatAge,
  formatBearing,
  formatCoordinate,
  formatDateTime,
  formatKnots,
  formatMetres,
  formatNumber,
} from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useNow } from '../ui/use-now.ts'
import { formatViewport } from './address.ts'
import { useVessel } from './api.ts'
import { navStatusKey, shipTypeKey } from './codes.ts'
import type { PanelProps } from './Panel.tsx'
import { changedFields } from './rules.ts'
import { SimulatedBadge } from './SimulatedBadge.tsx'
import { TypeDot } from './TypeDot.tsx'
import { download, trackAsCsv, trackAsGeoJson } from './track-file.ts'
import styles from './VesselPanel.module.css'

/** Everything known about one vessel, how old it is and where it was heard. */
export function VesselPanel(props: PanelProps & { mmsi: number }) {
  const { t } = useLanguage()
  const { mmsi, scene, address, select } = props
  const pastMs = address.at ? Math.floor(Date.parse(address.at) / 10_000) * 10_000 : undefined
  const { data, error, isPending } = useVessel(mmsi, pastMs)
  // The stream is fresher than the detail asked every ten seconds.
  const vessel = scene.vessels.get(mmsi) ?? data?.vessel ?? undefined
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])

  const name = data?.name ?? vessel?.name ?? String(mmsi)
  const kind = data?.kind ?? vessel?.kind ?? 'ship'
  const category = data?.category ?? vessel?.category ?? 'other'
  return (
    <article className={styles.vessel} aria-labelledby="vessel-name">
      <button type="button" className={styles.back} data-print="never" onClick={() => select(undefined)}>
        <Icon name="back" size={16} />
        {t('vessel.back')}
      </button>
      <header className={styles.head}>
        <h2 id="vessel-name" ref={heading} tabIndex={-1} className={styles.name}>
          {name}
        </h2>
        <p className={styles.type}>
          <TypeDot category={category} />
          {kind === 'ship' ? t(shipTypeKey(data?.shipType ?? null, category)) : t(`kinds.${kind}`)}
          {data?.simulated && <SimulatedBadge />}
        </p>
      </header>
      {vessel && <State {...props} vessel={vessel} />}
      <Actions {...props} name={data?.name ?? null} isSimulated={data?.simulated ?? false} vessel={vessel} />
      {isPending && !vessel && <p className={styles.waiting}>{t('vessel.loading')}</p>}
      {error && <p className={styles.failed}>{t('vessel.failed', { reason: error.message })}</p>}
      {data && <Facts detail={data as VesselDetail} />}
    </article>
  )
}

function State({ vessel, scene }: PanelProps & { vessel: LiveVessel }) {
  const { t, language } = useLanguage()
  useNow(1000)
  const ageS = (scene.clock() - Date.parse(vessel.positionAt)) / 1000
  const status = navStatusKey(vessel.navStatus)
  return (
    <section className={styles.state} aria-label={t('vessel.motion')}>
      <div className={styles.figures}>
        <Figure
          label={t('vessel.speed')}
          value={vessel.sogKn === null ? '–' : formatKnots(vessel.sogKn, language)}
        />
        <Figure
          label={t('vessel.course')}
          value={vessel.cogDeg === null ? '–' : formatBearing(vessel.cogDeg)}
        />
        <Figure
          label={t('vessel.heading')}
          value={vessel.headingDeg === null ? '–' : formatBearing(vessel.headingDeg)}
        />
      </div>
      <p className={styles.line}>
        <strong>{t(`states.${vessel.state}`)}</strong>
        {status && <> · {t('vessel.declared', { status: t(status) })}</>}
      </p>
      <p className={styles.line}>
        <span className={styles.mono}>
          {formatCoordinate(vessel.lat, 'lat', language)} {formatCoordinate(vessel.lon, 'lon', language)}
        </span>
      </p>
      <p className={styles.line} data-stale={vessel.stale ? '' : undefined}>
        {t('vessel.positionAge', { age: formatAge(ageS, language) })}
        {vessel.stale && ` · ${t('vessel.stale')}`}
      </p>
      {vessel.flags.map((flag) => (
        <p key={flag} className={styles.flag}>
          <Icon name="warning" size={15} />
          {t(`flags.${flag}`)}
        </p>
      ))}
    </section>
  )
}

const Figure = ({ label, value }: { label: string; value: string }) => (
  <div className={styles.figure}>
    <span className={styles.value}>{value}</span>
    <span className={styles.label}>{label}</span>
  </div>
)

interface ActionsProps extends PanelProps {
  mmsi: number
  name: string | null
  isSimulated: boolean
  vessel: LiveVessel | undefined
}

function Actions({ mmsi, name, isSimulated, vessel, address, change, track }: ActionsProps) {
  const { t } = useLanguage()
  const [isCopied, setCopied] = useState(false)
  const file = `${(name ?? String(mmsi)).replaceAll(/[^\p{L}\p{N}]+/gu, '-').toLowerCase()}-${mmsi}`
  return (
    <div className={styles.actions} data-print="never">
      <button
        type="button"
        className={styles.action}
        aria-pressed={address.track === true}
        onClick={() => change({ track: address.track ? undefined : true }, true)}
      >
        <Icon name="track" size={16} />
        {t('vessel.track')}
      </button>
      {vessel && (
        <button
          type="button"
          className={styles.action}
          onClick={() => change({ map: formatViewport({ lon: vessel.lon, lat: vessel.lat, zoom: 14 }) })}
        >
          <Icon name="target" size={16} />
          {t('vessel.centre')}
        </button>
      )}
      <button
        type="button"
        className={styles.action}
        onClick={() => {
          void navigator.clipboard?.writeText(location.href).then(() => setCopied(true))
        }}
      >
        <Icon name="link" size={16} />
        <span aria-live="polite">{isCopied ? t('vessel.copied') : t('vessel.copy')}</span>
      </button>
      {track && track.points.length > 0 && (
        <>
          <button
            type="button"
            className={styles.action}
            onClick={() => download(`${file}.csv`, 'text/csv', trackAsCsv(track))}
          >
            <Icon name="download" size={16} />
            CSV
          </button>
          <button
            type="button"
            className={styles.action}
            onClick={() =>
              download(`${file}.geojson`, 'application/geo+json', trackAsGeoJson(track, name, isSimulated))
            }
          >
            <Icon name="download" size={16} />
            GeoJSON
          </button>
        </>
      )}
      {address.track && track && (
        <p className={styles.note}>
          {track.points.length === 0
            ? t('vessel.noTrack')
            : t('vessel.trackOf', { count: track.points.length })}
          {track.thinned && ` ${t('vessel.thinned')}`}
        </p>
      )}
    </div>
  )
}

function Facts({ detail }: { detail: VesselDetail }) {
  const { t, language } = useLanguage()
  const now = useNow(10_000)
  const when = (iso: string | null) => (iso === null ? null : formatDateTime(Date.parse(iso), language, now))
  const changes = changedFields(detail.history)
  const size =
    detail.lengthM === null
      ? null
      : `${formatMetres(detail.lengthM, language)}${detail.beamM === null ? '' : ` × ${formatMetres(detail.beamM, language)}`}`
  return (
    <>
      <Section title={t('vessel.voyage')}>
        <Fact label={t('vessel.destination')} value={detail.destination} />
        <Fact label={t('vessel.eta')} value={when(detail.etaAt)} />
        <Fact
          label={t('vessel.draught')}
          value={detail.draughtM === null ? null : formatMetres(detail.draughtM, language, 1)}
        />
      </Section>
      <Section title={t('vessel.identity')}>
        <Fact
          label={t('vessel.flag')}
          value={
            detail.flag ? (
              <>
                {detail.flag[language]}
                {detail.flag.iso && <span className={styles.code}>{detail.flag.iso}</span>}
              </>
            ) : (
              <span className={styles.missing}>{t('vessel.noCountry')}</span>
            )
          }
        />
        <Fact label="MMSI" value={detail.mmsi} />
        <Fact label="IMO" value={detail.imo} />
        <Fact label={t('vessel.callSign')} value={detail.callSign} />
        <Fact label={t('vessel.size')} value={size} />
        <Fact
          label={t('vessel.aisClass')}
          value={detail.vessel?.aisClass ? t('vessel.class', { name: detail.vessel.aisClass }) : null}
        />
      </Section>
      <Section title={t('vessel.history')}>
        {changes.map((entry) => (
          <Fact
            key={`${entry.field}${entry.since}${entry.value}`}
            label={t(`fields.${entry.field}`)}
            value={
              <>
                {entry.field === 'shipType'
                  ? t(shipTypeKey(Number(entry.value), detail.category))
                  : entry.value}
                <span className={styles.since}>
                  {when(entry.since)} → {when(entry.until)} · {entry.source}
                </span>
              </>
            }
          />
        ))}
        {changes.length === 0 && (
          <Fact
            label={t('vessel.unchanged')}
            value={t('vessel.since', { date: when(detail.firstHeardAt) })}
          />
        )}
      </Section>
      <Section title={t('vessel.heard')}>
        {detail.heardBy.map((heard) => (
          <Fact
            key={`${heard.source}${heard.station}`}
            label={heard.station ?? heard.source}
            value={
              <>
                {t('vessel.messages', {
                  count: heard.messages,
                  shown: formatNumber(heard.messages, language),
                })}
                <span className={styles.since}>
                  {heard.station && `${heard.source} · `}
                  {when(heard.lastAt)}
                </span>
              </>
            }
          />
        ))}
        <Fact label={t('vessel.first')} value={when(detail.firstHeardAt)} />
        <Fact label={t('vessel.positions')} value={formatNumber(detail.positions, language)} />
      </Section>
    </>
  )
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={styles.section}>
    <h3>{title}</h3>
    <dl>{children}</dl>
  </section>
)

/** A value, or a dash that says it was not sent. */
function Fact({ label, value }: { label: string; value: ReactNode }) {
  const { t } = useLanguage()
  const isMissing = value === null || value === undefined || value === ''
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd>{isMissing ? <span className={styles.missing}>{t('vessel.notSent')}</span> : value}</dd>
    </div>
  )
}
