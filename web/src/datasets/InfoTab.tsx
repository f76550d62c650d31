import { formatDay } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { webAddress } from '../ui/web-address.ts'
import { platformPath } from './api.ts'
import { CopyButton } from './CopyButton.tsx'
import { citation } from './citation.ts'
import type { PartProps } from './DatasetPage.tsx'
import { DescribeForm } from './describe/DescribeForm.tsx'
import { durationWords } from './duration.ts'
import { unitOf } from './explore-answers.ts'
import { useNames } from './names.ts'
import { QualitySection } from './quality/QualitySection.tsx'
import { ReusesSection } from './reuses/ReusesSection.tsx'
import { ScrollBox } from './ScrollBox.tsx'
import styles from './Sections.module.css'
import { useTerritoryNames } from './territory/use-communes.ts'

/** Everything people are told beside the rows: description, dictionary, licence, sources, how to cite. */
export function InfoTab({ dataset }: PartProps) {
  const { t, language } = useLanguage()
  const names = useNames()
  const territory = useTerritoryNames(dataset.metas.default.territory ?? [])
  const { default: metas, custom, dcat, lacydon } = dataset.metas
  const page = `${location.origin}/datasets/${encodeURIComponent(dataset.dataset_id)}`
  const day = (ms: number) => formatDay(ms, language)
  const cited = citation(
    dataset,
    page,
    {
      title: (title) => t('datasets.quoted', { text: title }),
      version: (version) => t('datasets.version', { version }),
      readOn: (date) => t('datasets.info.readOn', { date }),
      licence: names.licence,
      day,
    },
    Date.now(),
  )
  const within = durationWords(dcat.accrualperiodicity, language)
  const list = (values: readonly string[] | null, nameOf = (word: string) => word) =>
    values?.map(nameOf).join(', ') || null
  const licenceAddress = webAddress(metas.license_url)
  const licence = licenceAddress ? (
    <a href={licenceAddress} rel="license noreferrer" target="_blank">
      {metas.license ? names.licence(metas.license) : licenceAddress}
    </a>
  ) : (
    metas.license && names.licence(metas.license)
  )
  const facts: [string, React.ReactNode][] = [
    [t('datasets.info.id'), <code key="id">{dataset.dataset_id}</code>],
    [t('datasets.info.publisher'), metas.publisher],
    [t('datasets.info.licence'), licence ?? t('datasets.noLicence')],
    [t('datasets.info.source'), lacydon.simulated ? t('datasets.simulatedWhy') : list(metas.attributions)],
    [
      t('datasets.info.modified'),
      <time key="at" dateTime={metas.modified}>
        {day(Date.parse(metas.modified))}
      </time>,
    ],
    [t('datasets.info.every'), within && t('datasets.info.within', { duration: within })],
    [t('datasets.info.theme'), list(metas.theme, names.theme)],
    [t('datasets.info.sector'), list(custom.sector, names.sector)],
    [t('datasets.info.keyword'), list(metas.keyword)],
    [t('datasets.info.territory'), list(metas.territory, territory)],
    [
      t('datasets.info.references'),
      metas.references?.map((one) =>
        webAddress(one) ? (
          <a key={one} href={webAddress(one)} rel="noreferrer" target="_blank">
            {one}
          </a>
        ) : (
          <span key={one}>{one}</span>
        ),
      ),
    ],
    [
      t('datasets.info.feed'),
      <a key="feed" href={`/feeds/datasets/${encodeURIComponent(dataset.dataset_id)}.atom?lang=${language}`}>
        Atom
      </a>,
    ],
    [
      t('datasets.info.machine'),
      <a key="json" href={platformPath(dataset.dataset_id)}>
        JSON
      </a>,
    ],
  ]
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        {metas.description && <p className={styles.text}>{metas.description}</p>}
        <section className={styles.section}>
          <h2>{t('datasets.info.dictionary', { count: dataset.fields.length })}</h2>
          <ScrollBox className={styles.wide} label={t('datasets.tab.info')}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('datasets.info.field')}</th>
                  <th scope="col">{t('datasets.info.name')}</th>
                  <th scope="col">{t('datasets.info.type')}</th>
                  <th scope="col">{t('datasets.info.unit')}</th>
                  <th scope="col">{t('datasets.info.role')}</th>
                </tr>
              </thead>
              <tbody>
                {dataset.fields.map((field) => (
                  <tr key={field.name}>
                    <th scope="row">
                      {field.label}
                      {field.description && <div className={styles.dim}>{field.description}</div>}
                    </th>
                    <td className={styles.mono}>{field.name}</td>
                    <td>{t(`datasets.type.${field.type}`)}</td>
                    <td>{unitOf(field)}</td>
                    <td className={styles.dim}>
                      {[
                        field.annotations.id && t('datasets.info.isId'),
                        field.annotations.facet && t('datasets.info.isFacet'),
                        field.annotations.multivalued && t('datasets.info.isMultivalued'),
                      ]
                        .filter(Boolean)
                        .join(', ')}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        </section>
        <section className={styles.section}>
          <h2>{t('datasets.info.about')}</h2>
          <dl className={styles.facts}>
            {facts
              .filter(([, value]) => value)
              .map(([name, value]) => [<dt key={`${name}-dt`}>{name}</dt>, <dd key={name}>{value}</dd>])}
          </dl>
        </section>
        {lacydon.version !== null && (
          <div>
            <DescribeForm id={dataset.dataset_id} />
          </div>
        )}
        <ReusesSection id={dataset.dataset_id} />
        <QualitySection id={dataset.dataset_id} />
        <section className={styles.section}>
          <h2>{t('datasets.info.cite')}</h2>
          <p className={styles.quote}>{cited}</p>
          <CopyButton text={cited} label={t('datasets.info.copyCitation')} />
        </section>
      </div>
    </div>
  )
}
